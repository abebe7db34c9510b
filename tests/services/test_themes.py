"""Themes: who may change the list, what merging and the trash keep, who classifies a story, and what the filters count."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.clauses import category_clause, phase_clause, territory_clause, theme_clause
from app.db.cross_reading import parted_clause
from app.db.engine import writing_engine
from app.db.facets import count_stories, counted_options, phase_options, territory_options, theme_options
from app.db.migrate import migrate
from app.db.models import AuditEntry, Passage, PublicPassage, PublicStance, Story, StoryTheme, Voice
from app.db.reading import list_stories
from app.db.themes import find_theme, list_themes, living_themes, themes_of
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import StoryClassified
from app.services import approvals, themes
from tests.factories import actor
from tests.going_back import go_back
from tests.told_stories import carry, sign, take, told_story, written


@pytest.fixture
def act(site, world):
    """Does one thing in a unit of work as somebody; returns what it returned."""

    def do(name, verb, *arguments):
        with site.writer.begin() as uow:
            return verb(uow, actor(site, world, name), *arguments)

    return do


@pytest.fixture
def three(act):
    """Three themes, in this order."""
    return {name: act("organisation", themes.add_theme, name).id for name in ("Énergie", "Culture", "Mobilités")}


def names(session: Session) -> list[str]:
    session.rollback()
    return [theme.name for theme in living_themes(session)]


def audit(session: Session, verb: str) -> list[AuditEntry]:
    session.rollback()
    return list(session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.seq)))


# — the list —


def test_a_theme_gets_a_readable_address_and_the_last_place(session, three):
    found = find_theme(session, "energie")
    assert found is not None
    assert (found.name, found.key, found.position) == ("Énergie", "energie", 1)
    assert names(session) == ["Énergie", "Culture", "Mobilités"]


@pytest.mark.parametrize("who", ["helene", "editrice", "personne"])
def test_only_who_manages_programmes_changes_the_list(act, three, who, session):
    for verb, arguments in (
        (themes.add_theme, ("Autre",)),
        (themes.rename_theme, (three["Culture"], "Autre")),
        (themes.move_theme, (three["Culture"], 1)),
        (themes.merge_theme, (three["Culture"], three["Énergie"])),
        (themes.delete_theme, (three["Culture"],)),
        (themes.restore_theme, (three["Culture"],)),
    ):
        with pytest.raises(NotAllowed):
            act(who, verb, *arguments)
    assert names(session) == ["Énergie", "Culture", "Mobilités"]


@pytest.mark.parametrize("name", ["culture", "CULTURE", "  Culture  "])
def test_two_themes_of_one_name_are_refused(act, three, name):
    with pytest.raises(Invalid, match="name_taken"):
        act("admin", themes.add_theme, name)
    with pytest.raises(Invalid, match="name_taken"):
        act("admin", themes.rename_theme, three["Énergie"], name)


def test_a_name_may_be_written_otherwise_and_the_address_stays(act, three, session):
    act("admin", themes.rename_theme, three["Culture"], "culture")
    act("admin", themes.rename_theme, three["Culture"], "Arts et culture")
    assert find_theme(session, "culture").name == "Arts et culture"


def test_themes_move_by_one_place_and_stop_at_the_ends(act, three, session):
    act("admin", themes.move_theme, three["Mobilités"], -1)
    assert names(session) == ["Énergie", "Mobilités", "Culture"]
    act("admin", themes.move_theme, three["Culture"], 1)
    act("admin", themes.move_theme, three["Énergie"], -1)
    assert names(session) == ["Énergie", "Mobilités", "Culture"]


def test_merging_moves_the_stories_once_each_and_the_address_leads_on(act, three, session, world):
    for story, chosen in (("legumerie", ("Énergie", "Culture")), ("autre", ("Énergie",))):
        who = "helene" if story == "legumerie" else "autre_helene"
        act(who, themes.choose_themes, world.stories[story], [three[name] for name in chosen])
    act("admin", themes.merge_theme, three["Énergie"], three["Culture"])
    assert names(session) == ["Culture", "Mobilités"]
    assert {row.story_id for row in session.scalars(select(StoryTheme))} == {world.stories["legumerie"], world.stories["autre"]}
    assert {row.theme_id for row in session.scalars(select(StoryTheme))} == {three["Culture"]}
    assert find_theme(session, "energie").id == three["Culture"]


def test_a_theme_of_the_name_of_a_merged_one_gets_another_address(act, three, session):
    act("admin", themes.merge_theme, three["Énergie"], three["Culture"])
    again = act("admin", themes.add_theme, "Énergie")
    assert again.slug == "energie-2"
    assert find_theme(session, "energie").id == three["Culture"]


@pytest.mark.parametrize("into", ["Énergie", "nowhere", "trashed"])
def test_a_theme_is_merged_into_another_living_one_only(act, three, into):
    act("admin", themes.delete_theme, three["Mobilités"])
    target = {"Énergie": three["Énergie"], "nowhere": "0" * 20, "trashed": three["Mobilités"]}[into]
    with pytest.raises(Invalid, match="unknown_choice"):
        act("admin", themes.merge_theme, three["Énergie"], target)


def test_a_theme_that_a_story_has_is_not_put_into_the_trash(act, three, session, world):
    act("helene", themes.choose_themes, world.stories["legumerie"], [three["Culture"]])
    with pytest.raises(Refused, match="theme_used"):
        act("admin", themes.delete_theme, three["Culture"])
    assert "Culture" in names(session)


def test_a_theme_comes_back_from_the_trash_at_the_end(act, three, session):
    act("admin", themes.delete_theme, three["Énergie"])
    assert find_theme(session, "energie") is None
    act("admin", themes.restore_theme, three["Énergie"])
    assert names(session) == ["Culture", "Mobilités", "Énergie"]
    with pytest.raises(NotFound):
        act("admin", themes.restore_theme, three["Énergie"])


def test_a_theme_does_not_come_back_beside_one_of_its_name(act, three):
    act("admin", themes.delete_theme, three["Énergie"])
    act("admin", themes.add_theme, "énergie")
    with pytest.raises(Refused, match="theme_name_taken"):
        act("admin", themes.restore_theme, three["Énergie"])


# — a story's themes —


def test_a_delegation_classifies_its_draft(act, three, session, site, world):
    heard = []
    site.writer.bus.subscribe(StoryClassified, heard.append)
    story = world.stories["legumerie"]
    act("helene", themes.choose_themes, story, [three["Mobilités"], three["Énergie"]])
    assert [theme.name for theme in themes_of(session, [story])[story]] == ["Énergie", "Mobilités"]
    act("karim", themes.choose_themes, story, [three["Mobilités"], three["Énergie"]])
    assert heard == [StoryClassified(story)], "the same choice again is no change"
    (entry,) = audit(session, "story.classify")
    assert entry.facts == {"themes": sorted([three["Énergie"], three["Mobilités"]])}
    act("scribe", themes.choose_themes, story, [])
    session.rollback()
    assert themes_of(session, [story]) == {}


@pytest.mark.parametrize(
    ("who", "refusal"), [("autre_helene", NotFound), ("editrice", NotFound), ("admin", NotFound), ("personne", NotFound)]
)
def test_nobody_else_classifies_a_draft(act, three, who, refusal, world):
    with pytest.raises(refusal):
        act(who, themes.choose_themes, world.stories["legumerie"], [three["Culture"]])


@pytest.mark.parametrize("gone", ["nowhere", "trashed", "merged"])
def test_only_living_themes_are_chosen(act, three, gone, world):
    act("admin", themes.delete_theme, three["Mobilités"])
    act("admin", themes.merge_theme, three["Énergie"], three["Culture"])
    theme = {"nowhere": "0" * 20, "trashed": three["Mobilités"], "merged": three["Énergie"]}[gone]
    with pytest.raises(Invalid, match="unknown_choice"):
        act("helene", themes.choose_themes, world.stories["legumerie"], [theme])


def test_editors_classify_what_was_submitted_and_members_then_wait(act, three, site, world):
    story = told_story(site, world, "Un récit proposé", "submitted")
    with pytest.raises(Refused, match="story_locked"):
        act("helene", themes.choose_themes, story, [three["Culture"]])
    act("editrice", themes.choose_themes, story, [three["Culture"]])


def test_what_is_public_is_classified_by_editors_alone_and_keeps_its_version(act, three, session, site, world):
    story = told_story(site, world, "Un récit public", "published")
    before = session.get_one(Story, story).published_version_id
    with pytest.raises(NotAllowed, match="themes_are_public"):
        act("helene", themes.choose_themes, story, [three["Culture"]])
    act("editrice", themes.choose_themes, story, [three["Culture"]])
    session.rollback()
    assert session.get_one(Story, story).published_version_id == before
    assert [card.id for card in list_stories(session, theme_id=three["Culture"])[0]] == [story]


# — what the public may choose by —


def test_counts_know_of_public_stories_alone(act, three, session, site, world):
    public = told_story(site, world, "Un récit public", "published")
    withdrawn = told_story(site, world, "Un récit retiré", "unpublished")
    for story in (public, withdrawn):
        act("editrice", themes.choose_themes, story, [three["Énergie"]])
    act("helene", themes.choose_themes, world.stories["legumerie"], [three["Énergie"], three["Culture"]])
    session.rollback()
    assert [(line.theme.name, line.stories, line.others) for line in list_themes(session)] == [
        ("Énergie", 1, 2),
        ("Culture", 0, 1),
        ("Mobilités", 0, 0),
    ]
    assert [(option.title, option.stories) for option in theme_options(session)] == [("Énergie", 1), ("Culture", 0), ("Mobilités", 0)]
    assert {option.key: option.stories for option in territory_options(session)}["pays-de-brumeval"] == 1
    assert [(option.key, option.stories) for option in phase_options(session)] == [("diagnostic", 1)]
    assert count_stories(session, [theme_clause(three["Énergie"])]) == 1


def test_one_choice_narrows_the_counts_of_the_others(act, three, session, site, world):
    here = told_story(site, world, "Ici", "published")
    there = told_story(site, world, "Là", "published", ("autre_helene", "autre_karim"), "autre_vote")
    act("editrice", themes.choose_themes, here, [three["Énergie"]])
    act("editrice", themes.choose_themes, there, [three["Énergie"], three["Culture"]])
    session.rollback()
    in_brumeval = territory_clause(world.territories["brumeval"])
    assert [option.stories for option in theme_options(session, [in_brumeval])] == [1, 0, 0]
    assert [option.stories for option in phase_options(session, [theme_clause(three["Culture"])])] == [1]
    cards, _more = list_stories(session, where=[theme_clause(three["Énergie"]), in_brumeval])
    assert [card.id for card in cards] == [here]
    assert list_stories(session, phase_key="nulle-part")[0] == []
    declared = [("a", "A", theme_clause(three["Culture"])), ("b", "B", phase_clause("diagnostic"))]
    assert [option.stories for option in counted_options(session, declared, [in_brumeval])] == [0, 1]
    assert counted_options(session, []) == []


def test_the_index_follows_publication_and_a_narrower_choice_of_display(session, site, world):
    story = told_story(site, world, "Un récit public", "published", ("helene", "karim"))
    rows = list(session.scalars(select(PublicPassage).order_by(PublicPassage.number)))
    assert [(row.story_id, row.voice_id) for row in rows] == [(story, world.voices["helene"]), (story, world.voices["karim"])]
    assert count_stories(session, [category_clause("elected_official")]) == 1
    assert count_stories(session, [category_clause("state_agent")]) == 0
    session.rollback()
    with site.writer.begin() as uow:
        uow.session.get_one(Voice, world.voices["helene"]).display = "anonymous"
    assert count_stories(session, [category_clause("elected_official")]) == 0, "a voice that shows no category is not found by it"
    session.rollback()
    withdrawn = told_story(site, world, "Un autre", "unpublished", ("helene", "karim"))
    assert session.scalars(select(PublicPassage).where(PublicPassage.story_id == withdrawn)).all() == []


def reopen(site, world, story: str) -> None:
    with site.writer.begin() as uow:
        take(uow, actor(site, world, "helene"), story, "reopen")


def test_a_new_version_is_indexed_in_place_of_the_old(session, site, world):
    story = told_story(site, world, "Un récit public", "published")
    helene, karim = world.voices["helene"], world.voices["karim"]
    (old,) = session.scalars(select(PublicPassage.hash).where(PublicPassage.voice_id == karim))
    reopen(site, world, story)
    with site.writer.begin() as uow:
        person, passage = actor(site, world, "karim"), uow.session.scalars(select(Passage.id).where(Passage.voice_id == karim)).one()
        approvals.reopen_passage(uow, person, passage)
        written(uow, person, passage, "Tout autre chose.")
        sign(uow, person, passage, karim)
    session.rollback()
    assert session.scalars(select(PublicPassage.hash).where(PublicPassage.voice_id == karim)).all() == [old], "a working copy is not public"
    session.rollback()
    carry(site, world, story, "published", actor(site, world, "helene"))
    rows = list(session.scalars(select(PublicPassage).order_by(PublicPassage.number)))
    assert [(row.story_id, row.number, row.voice_id) for row in rows] == [(story, 1, helene), (story, 2, karim)]
    assert rows[1].hash != old


def stances(session: Session) -> list[tuple[str, str, str]]:
    session.rollback()
    query = select(PublicStance.story_id, PublicStance.voice_id, PublicStance.stance).order_by(PublicStance.story_id, PublicStance.number)
    return [tuple(row) for row in session.execute(query)]


def test_stories_where_voices_part_follow_what_is_published(act, session, site, world):
    helene, karim = world.voices["helene"], world.voices["karim"]
    act("helene", approvals.set_stance, world.moments["vote"], helene, "nuance", 'Il dit "stance": "disagree", rien de plus.')
    story = told_story(site, world, "Un récit public", "published")
    told_story(site, world, "Ailleurs", "published", ("autre_helene", "autre_karim"), "autre_vote")
    assert stances(session) == [(story, helene, "nuance")]
    assert count_stories(session, [parted_clause()]) == 0, "words in a note are no stance"
    act("karim", approvals.set_stance, world.moments["vote"], karim, "disagree", "")
    session.rollback()
    assert count_stories(session, [parted_clause()]) == 0, "a stance in the working copy is not public"
    session.rollback()
    reopen(site, world, story)
    carry(site, world, story, "published", actor(site, world, "helene"))
    assert sorted(stances(session)) == sorted([(story, helene, "nuance"), (story, karim, "disagree")])
    assert [card.id for card in list_stories(session, where=[parted_clause()])[0]] == [story]
    with site.writer.begin() as uow:
        take(uow, actor(site, world, "editrice"), story, "unpublish")
    assert stances(session) == []
    assert count_stories(session, [parted_clause()]) == 0


def test_a_site_from_before_the_index_of_stances_gets_it_from_its_manifests(act, session, site, world):
    act("karim", approvals.set_stance, world.moments["vote"], world.voices["karim"], "disagree", "")
    story = told_story(site, world, "Un récit public", "published")
    told_story(site, world, "Un récit retiré", "unpublished")
    written_when_published = stances(session)
    assert written_when_published == [(story, world.voices["karim"], "disagree")]
    session.rollback()
    with writing_engine(site.engine).begin() as connection:
        connection.execute(text("DELETE FROM public_stance"))
    go_back(site.engine, "0011_margin")
    migrate(site.engine)
    assert stances(session) == written_when_published
