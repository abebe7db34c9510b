"""Balance and missing voices: counted without judging, asked for before a story is proposed, said where one reads.

Exercises register_settings, register_slot_items and register_guards with the real plugin.
"""

import re

import pytest

from app.db.models import MissingVoice, PluginSetting, Story
from app.services import approvals
from plugins.communication.rules.balance import Asking, Share, Spoken, shares, silences, to_explain
from tests.factories import actor
from tests.told_stories import carry

FOUR = ("elected_official", "local_agent", "socioeconomic_operator", "state_agent")
ELU, COL, ECO, ETA = FOUR


@pytest.fixture
def ask(site):
    """Returns what sets how far reasons are asked for."""

    def to(asking: Asking) -> None:
        with site.writer.begin() as uow:
            uow.session.merge(PluginSetting(owner="communication", page="writing", data={"missing_voice": str(asking)}, changed_at=uow.now))

    return to


def test_shares_stand_in_the_fixed_order_and_count_silence_as_nothing():
    spoken = [Spoken(ETA, "a", 50), Spoken(ELU, "a", 10), Spoken(ELU, "b", 5), Spoken(None, "a", 7, shared=True), Spoken(None, "b", 2)]
    assert shares(spoken, FOUR) == [
        Share(ELU, 15, 2),
        Share(COL, 0, 0),
        Share(ECO, 0, 0),
        Share(ETA, 50, 1),
        Share("shared", 7, 1),
        Share("other", 2, 1),
    ]


def test_a_reason_is_asked_as_far_as_the_site_says():
    spoken = [Spoken(ELU, "a", 9), Spoken(COL, "a", 9), Spoken(ELU, "b", 9), Spoken(ECO, "a", 0), Spoken(ECO, "b", 9)]
    found = silences(spoken, ["a", "b"], FOUR, {("b", COL): "Malade."})
    assert [(silence.category, silence.moments, silence.throughout) for silence in found] == [(COL, ("b",), False), (ETA, ("a", "b"), True)]
    assert [silence.category for silence in to_explain(found, Asking.MOMENT)] == [ETA]
    assert [silence.category for silence in to_explain(found, Asking.STORY)] == [ETA]
    assert to_explain(found, Asking.NEVER) == []
    one = silences(spoken, ["a", "b"], FOUR, {("a", ETA): "Vacant."})
    assert [silence.category for silence in to_explain(one, Asking.STORY)] == []
    assert [silence.category for silence in to_explain(one, Asking.MOMENT)] == [COL, ETA]


def test_proposing_asks_why_voices_are_missing_and_leads_to_where_one_says_it(as_person, tell, session, world):
    story_id = tell({"vote": ("helene", "karim"), "tour": ("helene",)})
    helene = as_person("helene")
    helene.get(f"/espace/recits/{story_id}")
    page = helene.post(f"/espace/recits/{story_id}/proposer", status=409).text
    where = f"/communication/recits/{story_id}/voix-manquantes"
    assert re.search("Agent·e de la collectivité.: cette voix manque à un moment, sans raison donnée.", page)
    assert re.search("Agent·e de l’État.: cette voix manque dans tout le récit.", page)
    assert f'href="{where}#eta">Dire pourquoi' in page
    helene.get(where)
    helene.post(
        where,
        {
            "all-state_agent": "Le poste était vacant.",
            "all-socioeconomic_operator": "Elle n’a pas souhaité raconter.",
            f"local_agent-{world.moments['tour']}": "En congé.",
        },
    )
    assert "Les raisons sont notées" in helene.follow()
    rows = {(row.moment_id, row.category): row.reason for row in session.query(MissingVoice).filter_by(story_id=story_id)}
    assert rows[world.moments["tour"], COL] == "En congé."
    assert rows[world.moments["tour"], ETA] == rows[world.moments["vote"], ETA] == "Le poste était vacant."
    assert len(rows) == 5
    helene.get(f"/espace/recits/{story_id}")
    helene.post(f"/espace/recits/{story_id}/proposer")
    session.rollback()
    assert session.get_one(Story, story_id).state == "submitted"


def test_a_reason_that_is_too_long_hands_everything_back(as_person, tell):
    story_id = tell({"vote": ("helene", "karim"), "tour": ("helene",)})
    helene = as_person("helene")
    where = f"/communication/recits/{story_id}/voix-manquantes"
    helene.get(where)
    page = helene.post(where, {"all-state_agent": "x" * 401, "all-socioeconomic_operator": "Malade."}, status=422).text
    assert "401 signes" in page
    assert ">Malade.</textarea>" in page


@pytest.mark.parametrize(("asking", "status"), [(Asking.MOMENT, 409), (Asking.STORY, 409), (Asking.NEVER, 303)])
def test_register_settings_say_how_far_reasons_are_asked(as_person, tell, ask, asking, status):
    story_id = tell({"vote": ("helene", "karim")})
    ask(asking)
    helene = as_person("helene")
    helene.get(f"/espace/recits/{story_id}")
    helene.post(f"/espace/recits/{story_id}/proposer", status=status)


def test_one_reason_is_enough_where_the_story_is_asked(as_person, tell, ask, site, world):
    story_id = tell({"vote": ("helene", "karim", "maud"), "tour": ("helene",)})
    ask(Asking.STORY)
    with site.writer.begin() as uow:
        approvals.state_missing_voice(uow, actor(site, world, "helene"), story_id, world.moments["vote"], ETA, "Vacant.")
    helene = as_person("helene")
    helene.get(f"/espace/recits/{story_id}")
    helene.post(f"/espace/recits/{story_id}/proposer")


def test_a_form_of_one_voice_asks_nobody_else(as_person, tell):
    story_id = tell({"vote": ("helene",), "tour": ("helene",)}, "portrait")
    helene = as_person("helene")
    assert "ne raconte aucun moment" not in helene.get(f"/espace/recits/{story_id}")
    helene.post(f"/espace/recits/{story_id}/proposer")


def test_members_read_words_and_moments_by_category_with_what_the_form_needs(as_person, tell):
    story_id = tell({"vote": ("helene", "karim"), "tour": ("helene",)}, sizes={"helene": 20, "karim": 4})
    page = as_person("helene").get(f"/espace/recits/{story_id}")
    assert "Où en est ce récit" in page
    assert "Au moins deux voix racontent un même moment" in page
    assert "40 mots" in page
    assert "2 sur 2" in page
    assert "4 mots" in page
    assert "1 sur 2" in page
    assert "0 sur 2" in page, "who says nothing stands in the table too"


def test_editors_and_readers_read_it_of_their_version_and_an_anonymous_voice_gives_no_category_away(
    as_person, browser, site, world, tell, session
):
    story_id = tell({"vote": ("helene", "karim", "maud", "philippe")}, sizes={"karim": 77})
    member = actor(site, world, "helene")
    with site.writer.begin() as uow:
        approvals.set_stance(uow, member, world.moments["vote"], world.voices["helene"], "disagree", "Pas ainsi.")
    carry(site, world, story_id, "published", member)
    assert "Qui parle" in as_person("editrice").get(f"/relecture/{story_id}")
    slug = session.get_one(Story, story_id).slug
    page = browser.get(f"/recits/{slug}")
    assert "Qui parle dans ce récit" in page
    assert "77 mots" in page
    assert 'id="divergent">Ici, les voix divergent' in page
    assert 'href="#m1"' in page
    assert 'id="m1"' in page
    row = page.split("77 mots")[0].rsplit("<tr", 1)[1]
    assert "Collectivité" in row
    as_person("karim").get(f"/espace/voix/{world.voices['karim']}")
    as_person("karim").post(f"/espace/voix/{world.voices['karim']}", {"display": "anonymous", "function": ""})
    row = browser.get(f"/recits/{slug}").split("77 mots")[0].rsplit("<tr", 1)[1]
    assert "Collectivité" not in row
    assert "Voix invitées ou sans catégorie" in row


def test_another_delegation_finds_no_page(as_person, tell):
    story_id = tell({"vote": ("helene", "karim")})
    as_person("autre_helene").get(f"/communication/recits/{story_id}/voix-manquantes", status=404)
    as_person("editrice").get(f"/communication/recits/{story_id}/voix-manquantes", status=404)
