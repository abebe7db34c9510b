"""Cross-readings: a table that one can enter anywhere, and passages exactly as their stories show them.

Exercises register_menu_items (menu `main`) and register_slot_items (`home.foot`, `story.foot`) with the real plugin.
"""

import gzip
import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from app.db.models import PageVersion
from app.services.markup import prepare_here
from app.services.page_texts import PageWords, create_page, page_text, propose_text, publish_text
from app.services.plugins import set_enabled
from plugins.communication.rules.cross import NO_PHASE, PAGE_MOMENTS, Choice, cell_of, grid_of, pages_of
from plugins.communication.services.cross_page import CROSS_READING
from tests.demonstration import somebody
from tests.plugins.corpus import corpus, page, public, shown_as, unpublished
from tests.plugins.test_frise import anonymous, telling

__all__ = ["corpus", "public"]

TABLE = "/communication/lectures-croisees/"
PASSAGES = "/communication/lectures-croisees/passages"
STATE_IN_COMMON = f"{PASSAGES}?phase=tronc-commun&voix=etat"


def counted(moment: str, told: dict[str, str], **more):
    return telling(moment, told, passages=dict.fromkeys(told, 1), words=dict.fromkeys(told, 1000), **more)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_a_cell_says_who_speaks_who_is_missing_and_who_may_be_speaking_unnamed():
    cell = cell_of([counted("a", {"elected_official": ""}), counted("b", {"elected_official": "disagree", "local_agent": ""})])
    assert (cell.moments, cell.passages, cell.parted) == (2, 3, True)
    assert [(entry.passages, entry.unnamed) for entry in cell.speaks] == [(2, False), (1, False), (0, False), (0, False)]
    veiled = cell_of([counted("a", {"elected_official": ""}, others=(anonymous(),))])
    assert [entry.unnamed for entry in veiled.speaks] == [False, True, True, True]


def test_moments_without_a_phase_have_a_column_only_where_there_are_any():
    place = type("Place", (), {"id": "t", "slug": "t"})()
    grid = grid_of([counted("a", {"elected_official": ""}, territory=place)], [place], [("un", "Un")], "Hors phase")
    assert [key for key, _name in grid.columns] == ["un", NO_PHASE]
    assert grid.rows[0].cells[NO_PHASE].passages == 1
    assert [key for key, _name in grid_of([], [place], [("un", "Un")], "Hors phase").columns] == ["un"]


def test_pages_are_light_and_lose_nothing():
    made = [counted(str(place), {"elected_official": "", "local_agent": ""}) for place in range(25)]
    for voice in (None, "local_agent"):
        pages = pages_of(made, voice)
        assert [entry for group in pages for entry in group] == made
        assert all(len(group) <= PAGE_MOMENTS for group in pages)
    assert len(pages_of(made, None)) > len(pages_of(made, "local_agent"))
    assert pages_of([], None) == []
    assert len(pages_of([telling("long", {"elected_official": ""}, words={"elected_official": 90_000})], None)) == 1


def test_choosing_a_voice_keeps_what_it_tells_and_knows_what_it_does_not():
    told, silent = counted("a", {"state_agent": ""}), counted("b", {"local_agent": ""})
    for entry in (told, silent):
        object.__setattr__(entry, "territory", type("Place", (), {"slug": "ici"})())
    choice = Choice(voice="state_agent")
    assert (choice.fits(told), choice.fits(silent), choice.about(silent)) == (True, False, True)
    assert not Choice(parted=True).about(told)
    assert choice.without("voice") == Choice()


def test_every_head_cell_and_bead_of_the_table_leads_to_its_passages(public):
    html = page(public, TABLE)
    grid = re.search(r'<table class="stack crossing">.*?</table>', html, re.DOTALL)[0]
    links = [unescape(link) for link in re.findall(r'href="([^"]+passages[^"]*)"', grid)]
    keys = [frozenset(re.findall(r"(territoire|phase|voix)=", link)) for link in links]
    for kind in (set(), {"phase"}, {"territoire"}, {"voix"}, {"phase", "voix"}, {"territoire", "phase"}, {"territoire", "phase", "voix"}):
        assert frozenset(kind) in keys, kind
    for link in links[:: max(1, len(links) // 12)]:
        assert "Rien de publié" not in page(public, link).partition("<h2")[0], link


def test_one_category_over_all_territories_shows_its_passages_and_says_where_it_is_silent(public):
    html = page(public, STATE_IN_COMMON)
    assert "<h1>Agent·e de l’État, Tronc commun</h1>" in html
    assert "Odile Kervadec" in html
    assert html.count('<article class="passage eta"') == len(re.findall(r"<article", html)) >= 4
    assert "Ici, les voix divergent" in html
    missing = html.partition('id="manque"')[2]
    assert "Deux heures pour éplucher" in missing
    assert "Pays de Brumeval" in missing


def test_passages_read_word_for_word_as_in_their_story(public):
    """Both ways of reading, and links that lead to the moment in the story."""
    for path in (
        f"{PASSAGES}?territoire=pays-de-brumeval&phase=diagnostic",
        f"{PASSAGES}?territoire=pays-de-brumeval&phase=diagnostic&vue=en-regard",
    ):
        html = page(public, path)
        stories = {link: page(public, link) for link in set(re.findall(r'href="(/recits/[a-z0-9-]+)#m\d+"', html))}
        for link, anchor in re.findall(r'href="(/recits/[a-z0-9-]+)#(m\d+)"', html):
            assert f'id="{anchor}"' in stories[link]
        told = "".join(stories.values())
        said = re.findall(r'<div class="text said">(.*?)</div>', html, re.DOTALL)
        assert len(said) >= 15
        assert [words for words in said if words.strip() not in told] == []
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids))


def test_a_voice_that_becomes_anonymous_leaves_its_category_at_once(corpus, public):
    path = f"{PASSAGES}?territoire=pays-de-brumeval&voix=socio-eco"
    assert "Maud Tessier" in page(public, path)
    words = re.search(r'<div class="text said">\s*<p>(.*?)</p>', page(public, path), re.DOTALL)[1]
    with shown_as(corpus, "Maud Tessier", "anonymous"):
        html = page(public, path)
        assert "Maud Tessier" not in html
        assert words not in html
        assert "Rien de publié ne répond à ce choix." in html
        assert "une voix y parle sans montrer sa catégorie" in html
        row = re.search(r"<tr><th scope=\"row\"><a [^>]*pays-de-brumeval.*?</tr>", page(public, TABLE), re.DOTALL)[0]
        assert "Socio-éco\u00a0: non dit" in row
        assert "Socio-éco\u00a0: voix manquante" not in row
        everybody = page(public, f"{PASSAGES}?territoire=pays-de-brumeval&phase=diagnostic")
        assert words in everybody, "the passage is public still, under no category"
        assert "Socio-éco\u00a0: voix manquante" not in everybody


def test_an_unpublished_story_is_gone_at_once(corpus, public):
    path = f"{PASSAGES}?phase=tronc-commun&territoire=communaute-de-communes-des-trois-aubes"
    assert "quatre-chaises-pour-une-halle" in page(public, path)
    with unpublished(corpus, "quatre-chaises-pour-une-halle"):
        assert "quatre-chaises-pour-une-halle" not in page(public, path)


def test_pages_follow_each_other_and_hold_every_moment_once(public):
    seen, path, count = [], PASSAGES, 0
    while path and count < 50:
        html = page(public, path)
        assert len(gzip.compress(html.encode())) < 45_000
        seen += re.findall(r'<p class="meta"><a href="(/recits/[a-z0-9-]+#m\d+)"', html)
        found = re.search(r'href="([^"]+)" rel="next"', html)
        path, count = (unescape(found[1]) if found else ""), count + 1
    assert count > 3
    assert len(seen) == len(set(seen)) >= 30


@pytest.mark.parametrize(
    "query",
    ["territoire=ailleurs", "phase=rien", "voix=elu", "theme=rien", "suite=0", "suite=9999", "suite=x", "phase=tronc-commun&suite=40"],
)
def test_what_there_is_not_is_not_found(public, query):
    page(public, f"{PASSAGES}?{query}", 404)


def test_the_doors_stand_in_the_menu_on_the_front_page_and_at_the_end_of_a_story(public):
    home = page(public, "/")
    assert f'<li><a href="{TABLE}">Lectures croisées</a></li>' in home
    assert "Lire en croisant" in home
    assert f'href="{PASSAGES}?phase=tronc-commun"' in home
    story = page(public, "/recits/quatre-chaises-pour-une-halle")
    elsewhere = story.partition('id="ailleurs"')[2]
    assert f'href="{PASSAGES}?phase=tronc-commun"' in elsewhere
    assert 'href="/communication/frise/communaute-de-communes-des-trois-aubes"' in elsewhere


def test_register_facets_narrows_the_list_to_stories_where_voices_part_or_one_is_missing(corpus, public):
    everything = set(re.findall(r'href="(/recits/[a-z0-9-]+)"', page(public, "/recits/")))
    for key, words in (("divergent", "Ici, les voix divergent"), ("manque", "voix manquante")):
        html = page(public, f"/recits/?communication-voix={key}")
        found = set(re.findall(r'<h2><a href="(/recits/[a-z0-9-]+)"', html))
        assert found
        assert found <= everything
        for story in everything:
            assert (words in page(public, story)) == (story in found), (key, story)
    with unpublished(corpus, "quatre-chaises-pour-une-halle"):
        assert "quatre-chaises" not in page(public, "/recits/?communication-voix=divergent")
    with shown_as(corpus, "Maud Tessier", "anonymous"):
        assert "quatre-chaises" not in page(public, "/recits/?communication-voix=manque")


def test_register_content_types_shows_a_chosen_cross_reading_under_an_introduction(corpus, public):
    with corpus.test_request_context():
        form = CROSS_READING.form()(formdata=None, data={"phase": "tronc-commun", "voix": "etat"})
        assert [choice.value for choice in form.voix.choices] == ["", "elu-e", "collectivite", "socio-eco", "etat"]
        assert "tronc-commun" in [choice.value for choice in form.phase.choices]
        with Session(corpus.extensions["recits"].engine) as session:
            facts = CROSS_READING.facts(session, {"phase": "tronc-commun", "voix": "etat", "ecarts": False})
            assert [entry.words for entry in facts["reading"].named] == ["Agent·e de l’État", "Tronc commun"]
            assert len(facts["reading"].shown) >= 4
            assert CROSS_READING.text(session, {"phase": "tronc-commun"}) == "Tronc commun"
            gone = {"phase": "une-phase-qui-n-est-plus"}
            assert CROSS_READING.facts(session, gone) == {"reading": None}
            assert CROSS_READING.text(session, gone) == ""


def test_a_page_of_the_tree_shows_the_passages_and_its_words_remain_while_the_chantier_is_off(corpus, public):
    site = corpus.extensions["recits"]
    data = {"territoire": "", "phase": "tronc-commun", "voix": "etat", "theme": "", "ecarts": False}
    with site.writer.begin() as uow:
        editor = somebody(site, uow, "administration")
        words = PageWords(
            "Ce qu’en dit l’État", "", prepare_here("Une même phase.", lang="fr"), data, CROSS_READING.text(uow.session, data)
        )
        made = create_page(uow, editor, None, "fr", words, type="communication:cross_reading")
        propose_text(uow, editor, made.id, "fr", "http://localhost")
        publish_text(uow, editor, made.id, "fr", uow.session.get_one(PageVersion, page_text(uow.session, made.id, "fr").version_id).hash)
        path = made.path
    html = page(public, path)
    assert "Une même phase." in html
    assert html.count('<article class="passage eta"') >= 4
    assert "Odile Kervadec" in html
    assert f'href="{PASSAGES}?phase=tronc-commun&amp;voix=etat"' in html
    with site.writer.begin() as uow:
        set_enabled(uow, None, site.plugins, "communication", False)
    try:
        html = page(public, path)
        assert "Agent·e de l’État, Tronc commun" in html
        assert "Odile Kervadec" not in html
    finally:
        with site.writer.begin() as uow:
            set_enabled(uow, None, site.plugins, "communication", True)


def test_english_readers_find_the_same_with_french_words_marked(public):
    html = page(public, f"/en{STATE_IN_COMMON}")
    assert '<span lang="fr">Tronc commun</span>' in html
    assert 'class="text said" lang="fr"' in html
