"""Forms of stories: what each needs, chosen at the desk, said on the public page, opened by its own reading.

Exercises register_story_formats and register_guards with the real plugin.
"""

from datetime import date
from typing import get_args, get_type_hints

import pytest

from app.db.models import Story, StoryVersion
from app.hooks.contracts import StoryFormat
from plugins.communication.rules.formats import Dated, Need, Said, conditions, main_voice, out_of_order
from tests import factories
from tests.told_stories import carry

APRIL, MAY, JUNE = (Dated(name, date(2022, month, 1), date(2022, month, 2)) for month, name in ((4, "a"), (5, "b"), (6, "c")))


def unmet(form: str, said: list[Said], moments: list[Dated]) -> list[Need]:
    return [condition.need for condition in conditions(form, said, moments) if not condition.met]


@pytest.mark.parametrize(
    ("form", "said", "moments", "missing"),
    [
        ("recit-croise", [Said("v", "a", 9), Said("w", "a", 9)], [APRIL], []),
        ("recit-croise", [Said("v", "a", 9), Said("w", "b", 9)], [APRIL, MAY], [Need.TWO_VOICES_ON_A_MOMENT]),
        ("recit-croise", [Said("v", "a", 9), Said("w", "a", 0)], [APRIL], [Need.TWO_VOICES_ON_A_MOMENT]),
        ("recit-croise", [Said("v", "a", 9), Said(None, "a", 9)], [APRIL], [Need.TWO_VOICES_ON_A_MOMENT]),
        ("portrait", [Said("v", "a", 9), Said("v", "b", 9), Said("w", "a", 5)], [APRIL, MAY], []),
        ("portrait", [Said("v", "a", 9), Said("w", "a", 5)], [APRIL], [Need.TWO_PASSAGES_OF_IT]),
        ("portrait", [Said("v", "a", 9), Said("w", "a", 9)], [APRIL], [Need.ONE_MAIN_VOICE, Need.TWO_PASSAGES_OF_IT]),
        ("chronique", [Said("v", key, 9) for key in "abc"], [APRIL, MAY, JUNE], []),
        ("chronique", [Said("v", key, 9) for key in "abc"], [APRIL, JUNE, MAY], [Need.IN_ORDER]),
        ("chronique", [Said("v", key, 9) for key in "ab"], [APRIL, MAY, JUNE], [Need.THREE_MOMENTS]),
        ("carnet-de-bord", [Said("v", key, 9) for key in "abc"], [APRIL, MAY, JUNE], []),
        ("carnet-de-bord", [*(Said("v", key, 9) for key in "abc"), Said("w", "a", 1)], [APRIL, MAY, JUNE], [Need.ONE_VOICE_ALONE]),
        ("de-quelqu-un-d-autre", [], [], []),
    ],
)
def test_each_form_has_its_minimal_conditions(form, said, moments, missing):
    assert unmet(form, said, moments) == missing


def test_the_main_voice_says_more_than_half():
    assert main_voice([Said("v", "a", 6), Said("w", "a", 5)]) == "v"
    assert main_voice([Said("v", "a", 5), Said(None, "a", 5)]) is None
    assert out_of_order([APRIL, JUNE, MAY]) == "b"


def test_register_story_formats_are_chosen_when_a_story_is_begun_and_on_its_title(as_person, world, session):
    helene = as_person("helene")
    path = f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau"
    page = helene.get(path)
    for title in ("Récit croisé", "Portrait", "Chronique", "Carnet de bord"):
        assert title in page
    helene.post(path, {"title": "Le portrait de Maud", "standfirst": "", "format": "portrait"})
    story = session.query(Story).filter_by(title="Le portrait de Maud").one()
    assert story.format == "portrait"
    page = helene.follow()
    assert "La forme" in page
    assert "Ce qu’elle pensait savoir en entrant." in page, "the structure stands beside the working copy"
    helene.post(f"/espace/recits/{story.id}/titre", {"title": story.title, "standfirst": "", "format": "chronique"})
    session.rollback()
    assert session.get_one(Story, story.id).format == "chronique"


def test_a_form_that_nobody_offers_is_refused_and_nothing_is_lost(as_person, world):
    helene = as_person("helene")
    path = f"/espace/delegations/{world.delegations['brumeval']}/recits/nouveau"
    helene.get(path)
    page = helene.post(path, {"title": "Un sonnet", "standfirst": "Quatorze vers.", "format": "sonnet"}, status=422).text
    assert "Ce choix n’est pas proposé" in page
    assert "Quatorze vers." in page


def test_a_story_keeps_its_form_while_the_chantier_is_off(as_person, world, tell, switch, session):
    story_id = tell({"tour": ("helene",), "vote": ("helene",)}, "portrait")
    switch(False)
    helene = as_person("helene")
    page = helene.get(f"/espace/recits/{story_id}")
    assert "Portrait" in page
    form = helene.get(f"/espace/recits/{story_id}/titre")
    assert "Chronique" not in form
    helene.post(f"/espace/recits/{story_id}/titre", {"title": "Un autre titre", "standfirst": ""})
    assert session.get_one(Story, story_id).format == "portrait"


def test_register_guards_say_what_the_form_still_needs(as_person, world, tell, session):
    story_id = tell({"tour": ("helene",)}, "portrait")
    helene = as_person("helene")
    helene.get(f"/espace/recits/{story_id}")
    page = helene.post(f"/espace/recits/{story_id}/proposer", status=409).text
    assert "Un portrait demande au moins deux passages de la voix principale" in page
    assert f'href="/espace/recits/{story_id}/titre">Changer de forme' in page
    assert session.get_one(Story, story_id).state == "writing"


def test_moments_out_of_order_are_named(as_person, tell, new_moment):
    late, early, last = new_moment("Après", "juin 2022"), new_moment("Avant", "avril 2022"), new_moment("Fin", "juillet 2022")
    story_id = tell({late: ("helene",), early: ("helene",), last: ("helene",)}, "carnet-de-bord")
    helene = as_person("helene")
    helene.get(f"/espace/recits/{story_id}")
    page = helene.post(f"/espace/recits/{story_id}/proposer", status=409).text
    assert "Les moments ne sont pas dans l’ordre du temps" in page
    assert f'href="/espace/recits/{story_id}#moment-{early}"' in page


def test_a_portrait_opens_on_its_main_voice_and_the_other_readings_stay_linked(browser, site, world, tell, session):
    story_id = tell({"tour": ("helene", "karim"), "vote": ("helene",)}, "portrait", sizes={"karim": 3}, title="Hélène au travail")
    carry(site, world, story_id, "published", actor_of(site, world))
    story = session.get_one(Story, story_id)
    assert session.get_one(StoryVersion, story.published_version_id).manifest["format"] == "portrait"
    page = browser.get(f"/recits/{story.slug}")
    assert "Portrait ·" in page
    assert "Vous lisez une seule voix" in page
    for other in ("au-fil", "en-regard", "une-voix"):
        assert f'href="/recits/{story.slug}/{other}"' in page
    assert "Vous lisez une seule voix" not in browser.get(f"/recits/{story.slug}/au-fil")
    assert "Portrait ·" in browser.get("/recits/")


def test_a_crossed_story_opens_on_its_thread(browser, site, world, tell, session):
    story_id = tell({"vote": ("helene", "karim", "maud", "philippe")}, title="Quatre voix")
    carry(site, world, story_id, "published", actor_of(site, world))
    slug = session.get_one(Story, story_id).slug
    page = browser.get(f"/recits/{slug}")
    assert "Récit croisé ·" in page
    assert f'href="/recits/{slug}" aria-current="page">Au fil' in page


def actor_of(site, world, name: str = "helene"):
    return factories.actor(site, world, name)


def test_every_reading_that_a_form_may_open_with_has_a_form_that_does(app):
    declared = get_args(get_type_hints(StoryFormat)["reading"])
    used = {owned.item.reading for owned in app.extensions["recits"].registry.of(StoryFormat)}
    assert used == set(declared)
