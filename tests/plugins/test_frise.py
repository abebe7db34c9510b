"""The frise: all public moments of a delegation, crossed, cut where a voice is missing, silent about a voice that shows no category.

Exercises register_slot_items with the real plugin, and SLOTS `territory.journey` and `desk.delegation`.
"""

import re
from datetime import UTC, date, datetime
from html import unescape
from types import SimpleNamespace

import pytest

from app.db.cross_reading import Telling
from plugins.communication.rules.frise import steps_of
from tests.plugins.corpus import corpus, member_of, page, public, shown_as, unpublished

__all__ = ["corpus", "public"]

FRISE = "/communication/frise/pays-de-brumeval"


def telling(moment: str, told: dict[str, str], *, day: int = 1, created: int = 1, title: str = "Un jour", **more) -> Telling:
    revision = SimpleNamespace(
        moment_id=moment,
        date_start=date(2022, 5, day),
        date_end=date(2022, 5, day),
        title=title,
        created_at=datetime(2023, 1, created, tzinfo=UTC),
    )
    values = {
        "story": f"s{created}",
        "slug": "un-recit",
        "title": "Un récit",
        "lang": "fr",
        "published_at": revision.created_at,
        "number": 1,
        "territory": None,
        "revision": revision,
        "phase": None,
        "told": told,
        "words": {},
        "passages": {},
        "voices": (),
        "others": (),
        "stances": tuple(stance for stance in told.values() if stance),
        "stated": frozenset(),
    }
    return Telling(**{**values, **more})


def anonymous(voice: str = "v") -> SimpleNamespace:
    return SimpleNamespace(id=voice, display="anonymous")


def test_two_stories_of_one_moment_become_one_crossing_under_its_latest_title():
    steps = steps_of(
        [
            telling("vote", {"elected_official": "agree"}, day=12, created=1, title="Le vote"),
            telling("tour", {"local_agent": ""}, day=2),
            telling("vote", {"state_agent": "", "elected_official": "disagree"}, day=12, created=2, title="Le vote du 12"),
        ]
    )
    assert [step.revision.title for step in steps] == ["Un jour", "Le vote du 12"]
    assert steps[1].told == {"elu": "disagree", "eta": ""}
    assert (steps[1].mark, steps[1].missing, len(steps[1].tellings)) == ("disagree", 2, 2)
    assert [(step.number, step.anchor) for step in steps] == [(1, "f1"), (2, "f2")]


def test_where_a_voice_speaks_unnamed_no_silent_category_is_called_missing():
    """A second story that has no unnamed voice must not give away by its silence who the unnamed one is."""
    hidden = telling("vote", {"elected_official": ""}, created=1, others=(anonymous(),))
    open_one = telling("vote", {"elected_official": "", "local_agent": ""}, created=2)
    (step,) = steps_of([hidden, open_one])
    assert step.unnamed == {"eco", "eta"}
    assert step.missing == 0
    (step,) = steps_of([telling("vote", {"elected_official": ""}, others=(anonymous(),), stated=frozenset({"state_agent"}))])
    assert step.unnamed == {"col", "eco"}, "an absence that the story states is no secret"
    assert step.missing == 1


def test_the_page_draws_every_public_moment_and_leads_to_each_telling(public):
    html = page(public, FRISE)
    anchors = re.findall(r'<li class="p\d+" id="(f\d+)"', html)
    assert len(anchors) >= 11
    assert set(re.findall(rf'href="{FRISE}#(f\d+)"', html)) == set(anchors)
    links = set(re.findall(r'href="(/recits/[a-z0-9-]+)#(m\d+)"', html))
    assert {path for path, _anchor in links} == {
        "/recits/la-legumerie-que-nous-n-avons-pas-ouverte",
        "/recits/le-referentiel-nous-a-d-abord-faches",
    }
    for path, anchor in links:
        assert f'id="{anchor}"' in page(public, path)


def test_the_picture_has_a_name_a_description_phases_and_a_table(public):
    html = page(public, FRISE)
    for drawing in re.findall(r"<svg [^>]*role=\"img\".*?</svg>", html, re.DOTALL):
        title, desc = re.search(r'aria-labelledby="(\S+) (\S+)"', drawing).groups()
        assert f'<title id="{title}">Tresse du parcours' in drawing
        assert f'<desc id="{desc}">' in drawing
        assert "Voix manquante" in drawing
    assert html.count('class="phases"') == html.count('role="img"') >= 1
    rows = re.search(r'<table class="facts">.*?</table>', html, re.DOTALL)[0]
    assert rows.count("<tr>") == 1 + len(re.findall(r'<li class="p\d+" id="f\d+"', html))


def test_one_who_left_and_who_came_after_share_a_strand_and_are_both_named(public):
    html = page(public, FRISE)
    strand = re.search(r'<ul class="strands-of">.*?</ul>', html, re.DOTALL)[0]
    assert strand.index("Karim Lahlou") < strand.index("Jeanne Ottavi")
    assert html.count('<text class="col"') == html.count('role="img"')


def test_a_voice_that_becomes_anonymous_leaves_its_strand_at_once_and_is_not_called_missing(corpus, public):
    assert "<td>Raconte</td>" in page(public, FRISE)
    with shown_as(corpus, "Maud Tessier", "anonymous"):
        html = page(public, FRISE)
        assert "Maud Tessier" not in html
        assert "Une voix de la délégation" in html
        assert re.search(r"Voix manquantes?[^<]*Socio", html) is None
        assert '<span class="v eco">' not in re.search(r'<ol class="tresse down".*?</ol>', html, re.DOTALL)[0]
        assert "Aucune voix ne s’est dite à ce titre." in html
    assert "Maud Tessier" in page(public, FRISE)


def test_an_unpublished_story_leaves_the_frise_at_once(corpus, public):
    before = page(public, FRISE).count('id="f')
    with unpublished(corpus, "le-referentiel-nous-a-d-abord-faches"):
        html = page(public, FRISE)
        assert "le-referentiel-nous-a-d-abord-faches" not in html
        assert 0 < html.count('id="f') < before
        with unpublished(corpus, "la-legumerie-que-nous-n-avons-pas-ouverte"):
            assert "Aucun récit publié pour l’instant" in page(public, FRISE)
            assert "Aucun moment public pour l’instant" in page(public, "/communication/frise/")


def test_a_phase_leads_to_what_is_told_of_it_here(public):
    html = page(public, FRISE)
    phases = re.search(r'<ol class="phases".*?</ol>', html, re.DOTALL)[0]
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', phases)]
    assert "/communication/lectures-croisees/passages?territoire=pays-de-brumeval&phase=diagnostic" in links
    for link in links:
        assert "<article" in page(public, link)


def test_an_unknown_territory_is_not_found(public):
    page(public, "/communication/frise/ailleurs", 404)


def test_register_slot_items_puts_the_picture_over_the_journey_of_a_territory(public):
    html = page(public, "/territoires/pays-de-brumeval")
    assert html.index('class="tresse across') < html.index('<ol class="frise">')
    assert f'href="{FRISE}"' in html


def test_members_see_their_working_journey_and_nobody_else_does(corpus, public):
    heading = "La frise de votre parcours"
    html = member_of(corpus, "helene.marcadet").get("/espace/")
    assert heading in html
    assert len(re.findall(r'href="/espace/delegations/[0-9a-z]{20}/parcours#moment-[0-9a-z]{20}"', html)) >= 11
    assert heading not in member_of(corpus, "relecture").get("/espace/")
    assert heading not in page(public, "/territoires/pays-de-brumeval")


@pytest.mark.parametrize("path", ["/communication/frise/", FRISE])
def test_english_pages_mark_what_was_written_in_french(public, path):
    html = page(public, f"/en{path}")
    assert 'lang="fr">Pays de Brumeval' in html
    assert "crossings" in html
