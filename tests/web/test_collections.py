"""Collections: a page of the tree that finds its stories each time it is read, within what is public; and the form of its query."""

import re

import pytest
from sqlalchemy import select

from app.db.models import PageVersion, Voice
from app.services import page_texts, themes, workflow
from app.services.markup import prepare_here
from app.web.collections import query_of
from tests.factories import actor
from tests.furnishings import two_public_stories

BASE_URL = "http://127.0.0.1:8000"


def two_and_a_draft(site, world):
    """Two public stories, and a draft on energy."""
    found = two_public_stories(site, world)
    with site.writer.begin() as uow:
        themes.choose_themes(uow, actor(site, world, "helene"), world.stories["legumerie"], [found["Énergie"]])
    return found


@pytest.fixture
def furnishing():
    return two_and_a_draft


@pytest.fixture
def public(furnished):
    return furnished


@pytest.fixture
def collection(site, world):
    """Returns a function that publishes a collection with a query at /une-collection."""

    def make(**data):
        with site.writer.begin() as uow:
            editor = actor(site, world, "editrice")
            words = page_texts.PageWords("Une collection", "Ce qu’elle réunit.", prepare_here("Pourquoi ces récits.", lang="fr"), data)
            page = page_texts.create_page(uow, editor, None, "fr", words, type="collection")
            version = uow.session.get_one(PageVersion, page_texts.page_text(uow.session, page.id, "fr").version_id)
            page_texts.publish_text(uow, editor, page.id, "fr", version.hash)
        return page.id

    return make


def titles(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/recits/([^"]+)"', page)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({}, ["la-le-theatre", "ici-la-lumiere"]),
        ({"theme": "energie"}, ["ici-la-lumiere"]),
        ({"territory": "agglomeration-de-valcendre"}, ["la-le-theatre"]),
        ({"theme": "culture", "sort": "oldest"}, ["ici-la-lumiere", "la-le-theatre"]),
        ({"sort": "territory"}, ["la-le-theatre", "ici-la-lumiere"]),
        ({"phase": "diagnostic", "category": "local_agent", "format": "recit-croise", "limit": 1}, ["la-le-theatre"]),
        ({"category": "state_agent"}, []),
        ({"format": "portrait"}, []),
        ({"theme": "disparu"}, []),
        ({"territory": "nulle-part"}, []),
    ],
)
def test_a_collection_finds_what_it_asks_for(browser, public, collection, data, found):
    collection(**data)
    page = browser.get("/une-collection")
    assert titles(page) == found
    assert "Pourquoi ces récits." in page
    assert ("Elle se remplira d’elle-même" in page) == (not found)


def test_a_collection_keeps_itself_up_to_date(browser, public, collection, site, world):
    collection(theme="energie")
    assert titles(browser.get("/une-collection")) == ["ici-la-lumiere"]
    with site.writer.begin() as uow:
        themes.choose_themes(uow, actor(site, world, "editrice"), public["there"], [public["Énergie"]])
    assert titles(browser.get("/une-collection")) == ["la-le-theatre", "ici-la-lumiere"]
    with site.writer.begin() as uow:
        workflow.unpublish_story(uow, actor(site, world, "editrice"), public["there"], "Une erreur.", BASE_URL)
    assert titles(browser.get("/une-collection")) == ["ici-la-lumiere"], "what is withdrawn leaves it at once"


def test_a_voice_that_turned_anonymous_is_not_found_by_its_category(browser, public, collection, site, world):
    collection(category="elected_official", territory="pays-de-brumeval")
    assert titles(browser.get("/une-collection")) == ["ici-la-lumiere"]
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, world.voices["helene"]).display = "anonymous"
    assert titles(browser.get("/une-collection")) == []


def test_a_merged_theme_goes_on_finding(browser, public, collection, site, world):
    collection(theme="energie")
    with site.writer.begin() as uow:
        themes.merge_theme(uow, actor(site, world, "admin"), public["Énergie"], public["Culture"])
    assert titles(browser.get("/une-collection")) == ["la-le-theatre", "ici-la-lumiere"]


def test_the_rest_is_one_link_away_where_the_list_can_say_it(browser, public, collection):
    collection(theme="culture", limit=1)
    page = browser.get("/une-collection")
    assert '<h2 id="recits">2 récits</h2>' in page
    assert 'href="/recits/?theme=culture">Tous les récits de cette collection' in page


def test_the_form_says_how_many_it_finds_and_keeps_the_query(as_person, public, session):
    editor = as_person("editrice")
    page = editor.get("/configuration/pages/nouvelle")
    assert 'value="collection"' in page
    answer = editor.post(
        "/configuration/pages/nouvelle", {"title": "Énergies", "lang": "fr", "type": "collection", "parent": "", "slug": ""}
    )
    address = answer.headers["Location"]
    page = editor.get(address)
    assert "Cette collection trouve 2 récits aujourd’hui." in page
    base = re.search(r'name="base"[^>]*value="([^"]+)"', page)
    assert base is not None
    fields = {"title": "Énergies", "standfirst": "", "body": "Un mot.", "base": base[1], "theme": "energie", "sort": "newest", "limit": "5"}
    answer = editor.post(address, {**fields, "preview": "1"}, status=200)
    assert "Cette collection trouve 1 récit aujourd’hui." in answer.text, "counted as typed, before anything is saved"
    editor.post(address, fields)
    page = editor.get(address)
    assert '<option selected value="energie" ' in page or '<option selected value="energie">' in page
    kept = session.scalars(select(PageVersion).where(PageVersion.title == "Énergies").order_by(PageVersion.number.desc())).first().data
    assert (kept["theme"], kept["limit"], kept["sort"]) == ("energie", 5, "newest")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("theme", "nulle-part", "Choisissez dans la liste"),
        ("sort", "hasard", "Choisissez dans la liste"),
        ("limit", "0", "de 1 à 50"),
        ("limit", "beaucoup", "de 1 à 50"),
    ],
)
def test_what_the_form_does_not_offer_is_refused_in_words(as_person, public, collection, field, value, words):
    editor = as_person("editrice")
    page_id = collection()
    page = editor.get(f"/configuration/pages/{page_id}/fr")
    base = re.search(r'name="base"[^>]*value="([^"]+)"', page)
    assert base is not None
    fields = {"title": "Une collection", "body": "Un mot.", "base": base[1], "sort": "newest", "limit": "5", field: value}
    answer = editor.post(f"/configuration/pages/{page_id}/fr", fields, status=422)
    assert words in answer.text
    assert "Un mot." in answer.text


def test_a_choice_that_is_gone_is_named_in_the_form(as_person, public, collection):
    editor = as_person("editrice")
    page = editor.get(f"/configuration/pages/{collection(theme='disparu')}/fr")
    assert "« disparu », qui n’est plus proposé" in page.replace("\u202f", " ")
    assert "Cette collection trouve 0 récit aujourd’hui." in page


@pytest.mark.parametrize("data", [{"limit": "x"}, {"limit": 10**9}, {"theme": None}, {"sort": 3}, {"autre": []}])
def test_any_data_gives_a_query(data):
    query = query_of(data)
    assert 1 <= query.most <= 50
    assert query.order == "newest"
