"""What the site is set to: identity, colours, rules of publication; who may change it, what the record keeps, and what it changes for stories."""

import dataclasses

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.models import AuditEntry, MissingVoice, SiteState
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.publishing import PublishingRules
from app.services import identity, publishing, workflow
from app.services.accounts import give_role
from app.services.approvals import state_missing_voice
from app.services.media import PreparedImage, Rendition
from tests.factories import actor
from tests.told_stories import BASE_URL, told_story

DETAILS = {"title": "Voix du plateau", "publisher": "Une association fictive", "contact_email": "ecrire@exemple.test"}


def test_a_site_without_a_choice_has_the_defaults(session):
    assert identity.read_identity(session) == identity.Identity()
    assert identity.Identity().seal == ""
    assert publishing.read_rules(session) == PublishingRules()


def test_details_are_saved_recorded_without_their_words_and_seen_by_every_worker(site, world):
    admin = actor(site, world, "admin")
    with site.writer.begin() as uow:
        before = uow.session.get_one(SiteState, 1).generation
        identity.save_details(uow, admin, DETAILS)
        identity.save_details(uow, admin, DETAILS)  # nothing new: nothing recorded
    with Session(site.engine) as session:
        found = identity.read_identity(session)
        assert (found.title, found.publisher) == ("Voix du plateau", "Une association fictive")
        assert found.missing_details == ("director", "host")
        assert session.get_one(SiteState, 1).generation == before + 1
        entries = list(session.scalars(select(AuditEntry).where(AuditEntry.verb == "site.set")))
        assert [entry.facts for entry in entries] == [{"changed": ["contact_email", "publisher", "title"]}]


def test_the_cache_answers_for_a_generation_and_asks_again_for_the_next(site, world):
    cache = identity.IdentityCache()
    with Session(site.engine) as session:
        assert cache.current(session, 1).title == "Récits croisés"
    with site.writer.begin() as uow:
        identity.save_details(uow, None, DETAILS)
    with Session(site.engine) as session:
        assert cache.current(session, 1).title == "Récits croisés"
        assert cache.current(session, 2).title == "Voix du plateau"


@pytest.mark.parametrize(
    ("details", "field", "reason"),
    [({"title": "x" * 61}, "title", "too_long"), ({"contact_email": "nulle part"}, "contact_email", "email")],
)
def test_details_that_do_not_hold_are_refused(site, details, field, reason):
    with pytest.raises(Invalid) as refused, site.writer.begin() as uow:
        identity.save_details(uow, None, details)
    assert (refused.value.field, refused.value.reason) == (field, reason)


@pytest.mark.parametrize("who", ["helene", "editrice", "organisation", "personne"])
def test_only_who_configures_the_site_changes_it(site, world, who):
    person = actor(site, world, who)
    for change in (
        lambda uow: identity.save_details(uow, person, DETAILS),
        lambda uow: identity.set_colours(uow, person, {}),
        lambda uow: identity.remove_logo(uow, person),
        lambda uow: publishing.save_rules(uow, person, {"minimum_voices": 2}),
    ):
        with pytest.raises(NotAllowed), site.writer.begin() as uow:
            change(uow)


def test_colours_are_kept_where_they_differ_and_name_their_sheet(site):
    with site.writer.begin() as uow:
        identity.set_colours(uow, None, {"light": {"elu": "#9A1842", "paper": "#f8f5ee"}, "dark": {}})
        found = identity.read_identity(uow.session)
    assert found.colours == {"light": {"elu": "#9a1842"}}
    assert len(found.seal) == 12
    with site.writer.begin() as uow:
        identity.set_colours(uow, None, {})
        assert identity.read_identity(uow.session).seal == ""


def test_colours_below_a_floor_are_refused_with_what_was_measured(site):
    with pytest.raises(Refused) as refused, site.writer.begin() as uow:
        identity.set_colours(uow, None, {"light": {"ink": "#aaaaaa"}})
    faults = refused.value.facts["faults"]
    assert faults[0].token == "ink" and faults[0].measured < 4.5  # noqa: PT018  # one fact
    with pytest.raises(Invalid) as unreadable, site.writer.begin() as uow:
        identity.set_colours(uow, None, {"light": {"ink": "rouge"}})
    assert unreadable.value.field == "light-ink"


def test_the_logo_s_file_is_served_only_as_long_as_it_is_the_logo(site, world, tmp_path):
    image = PreparedImage("a" * 64, "image/png", 480, 320, 100, (Rendition(480, 320, 50),))
    folder = tmp_path / "aa" / ("a" * 64)
    folder.mkdir(parents=True)
    (folder / "480.webp").write_bytes(b"RIFF")
    admin = actor(site, world, "admin")
    with site.writer.begin() as uow:
        with pytest.raises(Invalid):
            identity.set_logo(uow, admin, image, " ")
        identity.set_logo(uow, admin, image, "Un nœud")
        found = identity.read_identity(uow.session)
    assert identity.logo_file(found, tmp_path, "a" * 64, 480).name == "480.webp"
    for content_hash, width in (("b" * 64, 480), ("a" * 64, 960)):
        with pytest.raises(NotFound):
            identity.logo_file(found, tmp_path, content_hash, width)
    with pytest.raises(NotFound):
        identity.logo_file(identity.Identity(), tmp_path, "a" * 64, 480)


# — rules of publication —


def set_rules(site, **rules):
    with site.writer.begin() as uow:
        publishing.save_rules(uow, None, rules)


@pytest.mark.parametrize(
    "rules", [{"minimum_voices": 0}, {"minimum_voices": 5}, {"minimum_voices": "3"}, {"second_editor": 1}, {"explain_missing": "oui"}]
)
def test_rules_of_another_kind_are_refused(site, rules):
    with pytest.raises(Invalid), site.writer.begin() as uow:
        publishing.save_rules(uow, None, rules)


def refused_for(site, person, story) -> set[str]:
    with pytest.raises(Refused) as refused, site.writer.begin() as uow:
        workflow.submit_story(uow, person, story, BASE_URL)
    return {obstacle.reason for obstacle in refused.value.facts["obstacles"]}


def test_a_story_with_too_few_voices_stays_with_its_delegation(site, world):
    story = told_story(site, world, "Un récit", "writing")
    set_rules(site, minimum_voices=3)
    assert refused_for(site, actor(site, world, "helene"), story) == {"voices_few"}
    set_rules(site, minimum_voices=1)
    with site.writer.begin() as uow:
        workflow.submit_story(uow, actor(site, world, "helene"), story, BASE_URL)


def test_every_missing_voice_is_asked_for_its_reason(site, world, session):
    helene = actor(site, world, "helene")
    story = told_story(site, world, "Un récit", "writing")
    with site.writer.begin() as uow:
        uow.session.execute(delete(MissingVoice).where(MissingVoice.story_id == story))
    set_rules(site, explain_missing=True)
    with pytest.raises(Refused) as refused, site.writer.begin() as uow:
        workflow.submit_story(uow, helene, story, BASE_URL)
    asked = [(obstacle.moment, obstacle.category, obstacle.address) for obstacle in refused.value.facts["obstacles"]]
    assert [category for _moment, category, _address in asked] == ["socioeconomic_operator", "state_agent"]
    with site.writer.begin() as uow:
        for moment, category, address in asked:
            assert address.endswith(f"/moments/{moment}/voix-manquante/{category}")
            state_missing_voice(uow, helene, story, moment, category, "Le poste était vacant.")
        workflow.submit_story(uow, helene, story, BASE_URL)


def second_editor(site, world):
    with site.writer.begin() as uow:
        give_role(uow, world.accounts["personne"], "editor")
    return actor(site, world, "personne")


def hash_of(uow, story: str) -> str:
    row = uow.session.get_one(workflow.Story, story)
    return uow.session.get_one(workflow.StoryVersion, row.submitted_version_id).hash


def test_two_editors_agree_to_the_same_words_before_they_are_public(site, world):
    first, second = actor(site, world, "editrice"), second_editor(site, world)
    story = told_story(site, world, "Un récit", "in_review")
    set_rules(site, second_editor=True)
    for _time in range(2):  # one's own agreement does not count, given once or twice
        with site.writer.begin() as uow:
            seen = hash_of(uow, story)
            workflow.endorse_story(uow, first, story, seen)
        with pytest.raises(Refused) as refused, site.writer.begin() as uow:
            workflow.publish_story(uow, first, story, seen, BASE_URL)
        assert [obstacle.reason for obstacle in refused.value.facts["obstacles"]] == ["needs_second_editor"]
    with pytest.raises(Refused), site.writer.begin() as uow:
        workflow.endorse_story(uow, second, story, "0" * 64)
    with site.writer.begin() as uow:
        workflow.publish_story(uow, second, story, seen, BASE_URL)


def test_an_agreement_does_not_outlive_the_words(site, world):
    story = told_story(site, world, "Un récit", "in_review")
    set_rules(site, second_editor=True)
    first = actor(site, world, "editrice")
    with site.writer.begin() as uow:
        workflow.endorse_story(uow, first, story, hash_of(uow, story))
        row = uow.session.get_one(workflow.Story, story)
        assert publishing.endorsed_by(uow.session, row) == {first.account}
        row.submitted_version_id = "0" * 20
        assert publishing.endorsed_by(uow.session, row) == frozenset()
        uow.session.rollback()


def test_nobody_is_asked_for_an_agreement_where_the_site_asks_for_none(site, world):
    story = told_story(site, world, "Un récit", "in_review")
    with pytest.raises(Refused) as refused, site.writer.begin() as uow:
        workflow.endorse_story(uow, actor(site, world, "editrice"), story, hash_of(uow, story))
    assert refused.value.reason == "no_second_editor"


def test_rules_hold_their_own_defaults():
    rules = PublishingRules()
    assert rules.lacks_voices(frozenset({"elected_official"})) == 0
    assert rules.unexplained(frozenset(), frozenset()) == ()
    assert rules.may_publish("a", frozenset())
    strict = dataclasses.replace(rules, minimum_voices=9)
    assert strict.lacks_voices(frozenset()) == 4
