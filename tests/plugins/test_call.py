"""A call for stories (`register_content_types`): a page of the tree, in the language of its text, readable when the extension is off."""

import pytest

from app.services import plugins
from tests.web.test_pages import PAGES, field

CALL = {
    "title": "Racontez votre tronc commun",
    "standfirst": "",
    "body": "Nous cherchons des récits à **plusieurs voix**.",
    "audience": "Les délégations du tronc commun",
    "until": "printemps 2027",
    "answer": "Depuis votre espace, en trois moments.",
}


@pytest.fixture
def switch(site):
    def turn(on: bool) -> None:
        if on:
            plugins.prepare_tables(site, None, "communication")
        with site.writer.begin() as uow:
            plugins.set_enabled(uow, None, site.plugins, "communication", on)

    turn(True)
    return turn


@pytest.fixture
def path(as_person, switch):
    """A published call; returns the path of its form."""
    editor = as_person("editrice")
    assert "Appel à récits" in editor.get(f"{PAGES}/nouvelle")
    new = {"title": CALL["title"], "lang": "fr", "parent": "", "type": "communication:call", "slug": "appel"}
    editor.post(f"{PAGES}/nouvelle", new)
    path = editor.last.headers["Location"]
    editor.post(path, {**CALL, "base": field(editor.follow(), "base")})
    editor.post(f"{path}/publier", {"hash": field(editor.get(path.rsplit("/", 1)[0]), "hash")})
    return path


def test_a_call_says_who_until_when_and_how(browser, path):
    page = browser.get("/appel")
    assert "<strong>plusieurs voix</strong>" in page
    assert "<dt>À qui s’adresse l’appel</dt><dd>Les délégations du tronc commun</dd>" in page
    assert "printemps 2027" in page
    assert '<dd lang="fr">printemps 2027</dd>' in browser.get("/en/appel")


def test_a_call_stays_readable_without_the_extension_and_keeps_its_form(as_person, browser, path, switch):
    switch(False)
    page = browser.get("/appel")
    assert "<dt>" not in page
    assert "À qui s’adresse l’appel\u00a0: Les délégations du tronc commun" in page
    assert "désactivée" in as_person("editrice").get(path)
    switch(True)
    assert field(as_person("editrice").get(path), "answer") == CALL["answer"]


def test_the_words_of_an_english_call_are_english_whoever_saves_it(as_person, browser, path, switch):
    editor = as_person("editrice")
    english = f"{path.rsplit('/', 1)[0]}/en"
    editor.get(english)
    editor.post(english, {**CALL, "title": "Tell us", "audience": "Delegations", "until": "", "answer": "From your desk.", "base": ""})
    editor.post(f"{english}/publier", {"hash": field(editor.get(english.rsplit("/", 1)[0]), "hash")})
    switch(False)
    page = browser.get("/en/appel")
    assert "Who the call is for: Delegations" in page
    assert "Until when" not in page


def test_a_call_asks_for_what_it_needs(as_person, path):
    editor = as_person("editrice")
    page = editor.get(path)
    editor.post(path, {**CALL, "audience": "", "base": field(page, "base")}, status=422)
    assert "À remplir" in editor.last.text
    assert field(editor.last.text, "answer") == CALL["answer"]
