"""Themes on pages: the list of stories filtered by them, a story's own, their choice by delegations and editors, and the page of set-up."""

import re

import pytest

from app.db.models import Story
from app.db.reading import list_stories
from app.services import themes
from tests.factories import actor
from tests.furnishings import two_public_stories


@pytest.fixture
def furnishing():
    return two_public_stories


@pytest.fixture
def public(furnished):
    return furnished


@pytest.fixture
def visitor(browser):
    return browser


@pytest.fixture
def member(as_person):
    return as_person("helene")


@pytest.fixture
def editor(as_person):
    return as_person("editrice")


@pytest.fixture
def organiser(as_person):
    return as_person("organisation")


def titles(page: str) -> list[str]:
    return re.findall(r'<h2><a href="/(?:en/)?recits/([^"]+)"', page)


# — readers —


def test_the_list_is_filtered_by_address_alone(visitor, public):
    assert titles(visitor.get("/recits/")) == ["la-le-theatre", "ici-la-lumiere"]
    page = visitor.get("/recits/?theme=energie")
    assert titles(page) == ["ici-la-lumiere"]
    assert "Thème\u00a0: <b>Énergie</b>" in page
    assert "1 récit" in page
    assert titles(visitor.get("/recits/?theme=culture&territoire=pays-de-brumeval&phase=diagnostic")) == ["ici-la-lumiere"]
    assert titles(visitor.get("/recits/?theme=&territoire=&phase=")) == ["la-le-theatre", "ici-la-lumiere"], "the form sends empty fields"


def test_choices_show_what_they_leave_and_hide_what_leaves_nothing(visitor, public):
    page = visitor.get("/recits/?territoire=agglomeration-de-valcendre")
    assert '<option value="culture">Culture (1)</option>' in page
    assert "Énergie (" not in page
    assert "Mobilités (" not in page
    assert '<option value="pays-de-brumeval">Pays de Brumeval (1)</option>' in page, (
        "another choice of the same filter is counted without it"
    )


def test_each_filter_is_taken_away_alone(visitor, public):
    page = visitor.get("/recits/?theme=culture&territoire=pays-de-brumeval")
    assert '<a href="/recits/?territoire=pays-de-brumeval">retirer' in page
    assert '<a href="/recits/?theme=culture">retirer' in page


def test_choices_that_leave_nothing_say_so(visitor, public):
    page = visitor.get("/recits/?theme=energie&territoire=agglomeration-de-valcendre")
    assert titles(page) == []
    assert "Aucun récit publié ne réunit ces choix" in page


@pytest.mark.parametrize("query", ["theme=nulle-part", "territoire=nulle-part", "phase=nulle-part", "theme=" + "a" * 5000, "theme=a%00b"])
def test_a_filter_that_names_nothing_is_no_page(visitor, public, query):
    visitor.get(f"/recits/?{query}", status=404)


def test_a_merged_theme_leads_to_the_other_with_the_other_filters(visitor, public, site, world):
    with site.writer.begin() as uow:
        themes.merge_theme(uow, actor(site, world, "admin"), public["Énergie"], public["Culture"])
    answer = visitor.client.get("/recits/?theme=energie&territoire=pays-de-brumeval")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/recits/?theme=culture&territoire=pays-de-brumeval"


def test_older_pages_keep_the_filter(visitor, public, monkeypatch):
    monkeypatch.setattr(list_stories, "__kwdefaults__", {**list_stories.__kwdefaults__, "limit": 1})
    page = visitor.get("/recits/?theme=culture")
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following is not None
    assert "theme=culture" in following[1]
    page = visitor.get(following[1].replace("&amp;", "&"))
    assert titles(page) == ["ici-la-lumiere"]
    assert 'href="/recits/?theme=culture">Revenir' in page


@pytest.mark.parametrize("mode", ["", "/en-regard", "/une-voix"])
def test_a_story_leads_to_its_themes(visitor, public, mode):
    page = visitor.get(f"/recits/ici-la-lumiere{mode}")
    assert '<a href="/recits/?theme=energie" rel="tag">Énergie</a>' in page
    assert "theme=mobilites" not in page


def test_the_english_page_says_that_the_name_is_french(visitor, public):
    page = visitor.get("/en/recits/?theme=energie")
    assert 'Theme: <b><span lang="fr">Énergie</span></b>' in page


# — delegations and editors —


def test_a_delegation_chooses_with_the_title(member, public, session, world):
    story = world.stories["legumerie"]
    page = member.get(f"/espace/recits/{story}/titre")
    assert "Mobilités" in page
    member.post(
        f"/espace/recits/{story}/titre", {"title": "La légumerie", "standfirst": "", "themes": [public["Mobilités"], public["Culture"]]}
    )
    page = member.get(f"/espace/recits/{story}/titre")
    assert len(re.findall(r'<input checked[^>]+name="themes"', page)) == 2
    answer = member.post(f"/espace/recits/{story}/titre", {"title": "La légumerie", "themes": ["0" * 20]}, status=422)
    assert "Choisissez dans la liste" in answer.text


def test_a_new_story_begins_with_its_themes(member, public, session, world):
    member.get(f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau")
    answer = member.post(
        f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau", {"title": "Un récit", "themes": [public["Culture"]]}
    )
    page = member.get(f"{answer.headers['Location']}/titre")
    assert re.search(rf'<input checked[^>]+value="{public["Culture"]}"', page)


def test_the_title_of_a_public_story_is_changed_without_its_themes(member, public, session):
    member.post(f"/espace/recits/{public['here']}/rouvrir")
    page = member.get(f"/espace/recits/{public['here']}/titre")
    assert "choisis par la relecture" in page
    assert 'name="themes"' not in page
    member.post(f"/espace/recits/{public['here']}/titre", {"title": "Ici la nuit", "standfirst": "", "themes": [public["Mobilités"]]})
    assert session.get_one(Story, public["here"]).title == "Ici la nuit"
    assert "theme=energie" in member.get("/recits/ici-la-lumiere"), "the themes that readers see are as they were"


def test_an_editor_classifies_on_the_page_of_review(editor, public):
    page = editor.get(f"/relecture/{public['there']}")
    assert "ni le texte signé" in page
    editor.post(f"/relecture/{public['there']}/themes", {"themes": [public["Mobilités"]]})
    assert 'rel="tag">Mobilités</a>' in editor.get("/recits/la-le-theatre")


# — set-up —


def test_the_list_of_set_up_counts_and_orders(organiser, public):
    page = organiser.get("/configuration/themes")
    order = re.findall(r'<tr id="theme-[^"]+"><th scope="row"><a [^>]+>([^<]+)', page)
    assert order == ["Énergie", "Culture", "Mobilités"]
    organiser.post(f"/configuration/themes/{public['Mobilités']}/deplacer/haut")
    page = organiser.get("/configuration/themes")
    assert re.findall(r'<tr id="theme-[^"]+"><th scope="row"><a [^>]+>([^<]+)', page) == ["Énergie", "Mobilités", "Culture"]


def test_what_a_story_has_is_offered_for_merging_not_for_the_trash(organiser, public):
    page = organiser.get(f"/configuration/themes/{public['Culture']}")
    assert "2 récits publics" in page
    assert f"/{public['Culture']}/corbeille" not in page
    answer = organiser.post(f"/configuration/themes/{public['Culture']}/corbeille", status=409)
    assert "Fusionnez-le plutôt" in answer.text
    organiser.post(f"/configuration/themes/{public['Culture']}/fusionner", {"into": public["Énergie"]})
    organiser.get(f"/configuration/themes/{public['Culture']}", status=404)


def test_a_name_that_is_taken_is_said_beside_the_field(organiser, public):
    organiser.get("/configuration/themes")
    answer = organiser.post("/configuration/themes", {"name": "culture"}, status=422)
    assert "Ce nom est déjà pris" in answer.text
    assert 'value="culture"' in answer.text
