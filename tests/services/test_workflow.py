"""Real stories in every state × every step × every capacity: what is allowed leads on, everything else is refused and leaves no trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db.models import Account, AuditEntry, MailMessage, Passage, Story, StoryDecision, Voice
from app.factory import create_app
from app.kernel.access import STORY_REVIEW, Actor, Role
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.voice import Mandate
from app.services import accounts, approvals, passages, stories, voices, workflow
from app.services.access import load_actor
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork
from tests.conftest import close_engines, settings_for
from tests.databases import copy_site
from tests.factories import World, actor, address
from tests.told_stories import BASE_URL, sign, take, told_story, written

STATES = ("writing", "submitted", "in_review", "changes_requested", "published", "unpublished")
AGAIN = ("writing+public", "submitted+public", "in_review+public", "changes_requested+public")
STEPS = ("submit", "reopen", "start_review", "request_changes", "publish", "unpublish")
PEOPLE = ("member", "scribe", "editor", "both", "none", "organiser", "admin", "foreign")

# (state, step) → (who, state afterwards)
ALLOWED = {
    ("writing", "submit"): ("member", "submitted"),
    ("changes_requested", "submit"): ("member", "submitted"),
    ("submitted", "reopen"): ("member", "writing"),
    ("published", "reopen"): ("member", "writing"),
    ("unpublished", "reopen"): ("member", "writing"),
    ("submitted", "start_review"): ("editor", "in_review"),
    ("in_review", "request_changes"): ("editor", "changes_requested"),
    ("in_review", "publish"): ("editor", "published"),
    ("published", "unpublish"): ("editor", "unpublished"),
    ("writing+public", "unpublish"): ("editor", "writing"),
    ("submitted+public", "unpublish"): ("editor", "submitted"),
    ("in_review+public", "unpublish"): ("editor", "in_review"),
    ("changes_requested+public", "unpublish"): ("editor", "changes_requested"),
    ("writing+public", "submit"): ("member", "submitted"),
    ("changes_requested+public", "submit"): ("member", "submitted"),
    ("submitted+public", "reopen"): ("member", "writing"),
    ("submitted+public", "start_review"): ("editor", "in_review"),
    ("in_review+public", "request_changes"): ("editor", "changes_requested"),
    ("in_review+public", "publish"): ("editor", "published"),
}
WHO = {
    "submit": "member",
    "reopen": "member",
    "start_review": "editor",
    "request_changes": "editor",
    "publish": "editor",
    "unpublish": "editor",
}
NEEDS_PUBLIC = {("writing", "unpublish"), ("submitted", "unpublish"), ("in_review", "unpublish"), ("changes_requested", "unpublish")}


class _Undo(Exception):
    """Ends a unit of work without keeping anything of it."""


class Desk:
    """Stories in every state, and the people who try their steps."""

    def __init__(self, site: Site, world: World) -> None:
        self.site, self.world = site, world
        self.stories = {state: told_story(site, world, f"Récit {state}", state) for state in STATES}
        for name in AGAIN:
            self.stories[name] = self._again(name.removesuffix("+public"))
        helene = self.person("helene")
        self.people = {
            "member": helene,
            "scribe": self.person("scribe"),
            "editor": self.person("editrice"),
            "both": replace(helene, roles=frozenset({Role.EDITOR}), permissions=frozenset({STORY_REVIEW})),
            "none": self.person("personne"),
            "organiser": self.person("organisation"),
            "admin": self.person("admin"),
            "foreign": self.person("autre_helene"),
        }

    def person(self, name: str) -> Actor:
        return actor(self.site, self.world, name)

    def _again(self, state: str) -> str:
        """A published story that was reopened and changed, and stands at a state again; its first version is public."""
        story_id = told_story(self.site, self.world, f"Récit repris {state}", "published")
        helene, editor = self.person("helene"), self.person("editrice")
        with self.undoable(keep=True) as uow:
            take(uow, helene, story_id, "reopen")
            if state != "writing":
                take(uow, helene, story_id, "submit")
            if state in ("in_review", "changes_requested"):
                take(uow, editor, story_id, "start_review")
            if state == "changes_requested":
                take(uow, editor, story_id, "request_changes")
        return story_id

    @contextmanager
    def undoable(self, *, keep: bool = False) -> Iterator[UnitOfWork]:
        """A unit of work of which nothing stays, unless it is to be kept."""
        try:
            with self.site.writer.begin() as uow:
                yield uow
                if not keep:
                    raise _Undo
        except _Undo:
            pass


def traces(uow: UnitOfWork, story_id: str) -> tuple[object, ...]:
    """All that a step may change: the story's row, decisions, audit, mail."""
    uow.session.flush()
    row = uow.session.get_one(Story, story_id)
    columns = tuple(getattr(row, column.key) for column in Story.__table__.columns)
    counts = tuple(uow.session.scalar(select(func.count()).select_from(model)) for model in (StoryDecision, AuditEntry, MailMessage))
    return columns + counts


def recipients(uow: UnitOfWork, before: int) -> list[str]:
    """Who was written to since there were `before` mails."""
    uow.session.flush()
    rows = list(uow.session.scalars(select(MailMessage).order_by(MailMessage.created_at)))
    assert len(rows) >= before
    return sorted(row.recipient for row in rows if row.created_at == uow.now)


@pytest.fixture(scope="module")
def desk(_template: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("workflow")
    copy_site(_template[0], home)
    app = create_app(settings_for(home))
    yield Desk(app.extensions["recits"], _template[1])
    close_engines(app)


def _expected_error(state: str, step: str, person: str) -> tuple[type[Exception], str] | None:
    """What is refused, in this order: not visible, not in this capacity, not from this state."""
    capacity = {"member": "member", "scribe": "member", "both": "member", "editor": "editor"}.get(person)
    if capacity is None or (capacity == "editor" and state == "writing"):
        return NotFound, "not_found"
    if WHO[step] != capacity:
        return NotAllowed, "wrong_capacity"
    if (state, step) in ALLOWED:
        return None
    return Refused, "not_public" if (state, step) in NEEDS_PUBLIC else "wrong_state"


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("state", STATES + AGAIN)
def test_a_step_is_taken_or_refused_without_a_trace(desk: Desk, state: str, person: str):
    story_id, who = desk.stories[state], desk.people[person]
    for step in STEPS:
        error = _expected_error(state, step, person)
        with desk.undoable() as uow:
            before = traces(uow, story_id)
            if error is None:
                take(uow, who, story_id, step)
                after = traces(uow, story_id)
                assert uow.session.get_one(Story, story_id).state == ALLOWED[state, step][1], step
                assert after[-3:-1] == (before[-3] + 1, before[-2] + 1), "one decision and one audit entry"
                continue
            with pytest.raises(error[0]) as refusal:
                take(uow, who, story_id, step)
            assert refusal.value.reason == error[1], (state, step, person)
            assert traces(uow, story_id) == before, (state, step, person)


# — mail —


@pytest.mark.parametrize(
    ("state", "step", "who"),
    [
        ("writing", "submit", "editors"),
        ("changes_requested", "submit", "editors"),
        ("in_review", "request_changes", "tellers"),
        ("in_review", "publish", "tellers"),
        ("published", "unpublish", "tellers"),
        ("submitted", "start_review", "nobody"),
        ("published", "reopen", "nobody"),
    ],
)
def test_each_step_writes_to_those_whom_it_concerns_once(desk: Desk, state: str, step: str, who: str):
    tellers = sorted(address(name) for name in ("helene", "karim", "maud", "philippe", "scribe"))
    expected = {"editors": [address("editrice")], "tellers": tellers, "nobody": []}[who]
    with desk.undoable() as uow:
        take(uow, desk.people["member" if step in ("submit", "reopen") else "editor"], desk.stories[state], step)
        assert recipients(uow, 0) == expected


def test_an_editor_of_the_delegation_is_not_asked_to_review_its_story(desk: Desk):
    with desk.undoable() as uow:
        accounts.give_role(uow, desk.world.accounts["karim"], Role.EDITOR)
        accounts.give_role(uow, desk.world.accounts["autre_karim"], Role.EDITOR)
        take(uow, desk.people["member"], desk.stories["writing"], "submit")
        assert recipients(uow, 0) == sorted([address("editrice"), address("autre_karim")])


def test_an_editor_who_writes_for_a_voice_is_not_asked_to_review_its_story(desk: Desk):
    """A scribe has the member's capacity: the address in the mail would answer 403."""
    with desk.undoable() as uow:
        accounts.give_role(uow, desk.world.accounts["scribe"], Role.EDITOR)
        take(uow, desk.people["member"], desk.stories["writing"], "submit")
        assert recipients(uow, 0) == [address("editrice")]


def test_a_closed_account_gets_no_mail(desk: Desk):
    with desk.undoable() as uow:
        for name in ("editrice", "maud"):
            uow.session.get_one(Account, desk.world.accounts[name]).disabled_at = uow.now
        take(uow, desk.people["member"], desk.stories["writing"], "submit")
        assert recipients(uow, 0) == []
        take(uow, desk.people["editor"], desk.stories["in_review"], "publish")
        assert address("maud") not in recipients(uow, 0)


def test_a_person_whose_mandate_ended_is_not_written_to(desk: Desk):
    with desk.undoable() as uow:
        uow.session.get_one(Voice, desk.world.voices["maud"]).mandate_end = uow.now.date() - timedelta(days=1)
        take(uow, desk.people["editor"], desk.stories["in_review"], "publish")
        assert address("maud") not in recipients(uow, 0)
        assert address("karim") in recipients(uow, 0)


def test_the_mails_name_the_reasons_and_the_address(desk: Desk):
    with desk.undoable() as uow:
        take(uow, desk.people["editor"], desk.stories["in_review"], "request_changes", reasons="Dites où cela se passe.")
        uow.session.flush()
        body = uow.session.scalars(select(MailMessage.body).where(MailMessage.created_at == uow.now)).first()
        assert "Dites où cela se passe." in body
        assert f"{BASE_URL}/espace/recits/{desk.stories['in_review']}" in body


# — reasons, versions, signatures —


@pytest.mark.parametrize(("state", "step"), [("in_review", "request_changes"), ("published", "unpublish"), ("writing+public", "unpublish")])
@pytest.mark.parametrize("reasons", ["", "   \n ", "x" * 4001], ids=["none", "blank", "too long"])
def test_without_usable_reasons_nothing_is_decided(desk: Desk, state: str, step: str, reasons: str):
    with pytest.raises(Invalid) as refusal, desk.undoable() as uow:
        take(uow, desk.people["editor"], desk.stories[state], step, reasons=reasons)
    assert refusal.value.field == "reasons"
    with desk.undoable() as uow:
        row = uow.session.get_one(Story, desk.stories[state])
        assert row.state == state.removesuffix("+public")
        assert (row.published_version_id is not None) == (step == "unpublish"), "what was public stays public"


def test_only_the_version_that_was_read_is_published(desk: Desk):
    with desk.undoable() as uow:
        with pytest.raises(Refused) as refusal:
            workflow.publish_story(uow, desk.people["editor"], desk.stories["in_review"], "0" * 64, BASE_URL)
        assert refusal.value.reason == "version_changed"
        assert uow.session.get_one(Story, desk.stories["in_review"]).state == "in_review"


def test_a_reopened_story_is_reviewed_by_nobody_in_particular(desk: Desk):
    with desk.undoable() as uow:
        take(uow, desk.people["editor"], desk.stories["submitted"], "start_review")
        assert uow.session.get_one(Story, desk.stories["submitted"]).reviewer_id == desk.people["editor"].account
        take(uow, desk.people["editor"], desk.stories["submitted"], "request_changes")
        take(uow, desk.people["member"], desk.stories["submitted"], "submit")
        assert uow.session.get_one(Story, desk.stories["submitted"]).reviewer_id is None


def _new_story(desk: Desk, uow: UnitOfWork, title: str = "Un récit") -> str:
    return stories.create_story(uow, desk.people["member"], desk.world.delegations["brumeval"], title, "").id


def test_a_story_without_a_passage_is_not_submitted(desk: Desk):
    with desk.undoable() as uow:
        with pytest.raises(Refused) as refusal:
            take(uow, desk.people["member"], _new_story(desk, uow), "submit")
        assert [obstacle.reason for obstacle in refusal.value.facts["obstacles"]] == ["no_passage"]


def test_all_that_is_missing_is_said_at_once(desk: Desk):
    helene, karim = desk.people["member"], desk.person("karim")
    with desk.undoable() as uow:
        story = _new_story(desk, uow)
        empty = passages.add_passage(uow, helene, story, None, desk.world.voices["helene"])
        unsigned = passages.add_passage(uow, karim, story, None, desk.world.voices["karim"])
        written(uow, karim, unsigned.id, "Sans signature.")
        with pytest.raises(Refused) as refusal:
            take(uow, helene, story, "submit")
        said = {(obstacle.reason, obstacle.passage) for obstacle in refusal.value.facts["obstacles"]}
        assert said == {("passage_empty", empty.id), ("passage_unsigned", unsigned.id)}


def test_one_changed_word_asks_for_one_signature_again(desk: Desk):
    helene, karim = desk.people["member"], desk.person("karim")
    story = desk.stories["writing"]
    with desk.undoable() as uow:
        own = uow.session.scalars(select(Passage).where(Passage.story_id == story, Passage.voice_id == desk.world.voices["karim"])).one()
        approvals.reopen_passage(uow, karim, own.id)
        written(uow, karim, own.id, "Un autre mot.")
        with pytest.raises(Refused) as refusal:
            take(uow, helene, story, "submit")
        assert [(found.reason, found.passage) for found in refusal.value.facts["obstacles"]] == [("passage_unsigned", own.id)]
        sign(uow, karim, own.id, desk.world.voices["karim"])
        take(uow, helene, story, "submit")


def test_a_scribe_signs_for_nobody(desk: Desk):
    scribe = desk.people["scribe"]
    with desk.undoable() as uow:
        story = _new_story(desk, uow)
        passage = passages.add_passage(uow, scribe, story, None, desk.world.voices["helene"])
        written(uow, scribe, passage.id, "Recueilli.")
        with pytest.raises(NotAllowed) as refusal:
            sign(uow, scribe, passage.id, desk.world.voices["helene"])
        assert refusal.value.reason == "only_holder_signs"


def test_words_that_nobody_signed_are_not_submitted_even_if_they_are_everybodys(desk: Desk):
    """A story with a shared passage alone: somebody must have signed it, or a scribe could publish in the delegation's name."""
    scribe = desk.people["scribe"]
    with desk.undoable() as uow:
        story = _new_story(desk, uow)
        shared = passages.add_passage(uow, scribe, story, None, None)
        written(uow, scribe, shared.id, "Nous tous, d’une seule voix.")
        with pytest.raises(Refused) as refusal:
            take(uow, scribe, story, "submit")
        obstacles = [(found.reason, found.passage) for found in refusal.value.facts["obstacles"]]
        assert ("passage_unsigned", shared.id) in obstacles


def test_an_unsigned_passage_of_a_voice_that_left_does_not_hold_the_story_for_ever(desk: Desk):
    """Nobody can sign, write or remove it any more: somebody of the delegation must be able to set it aside."""
    helene, maud = desk.people["member"], desk.person("maud")
    with desk.undoable() as uow:
        story = _new_story(desk, uow)
        own = passages.add_passage(uow, helene, story, None, desk.world.voices["helene"])
        written(uow, helene, own.id, "Moi, je reste.")
        sign(uow, helene, own.id, desk.world.voices["helene"])
        left = passages.add_passage(uow, maud, story, None, desk.world.voices["maud"])
        written(uow, maud, left.id, "Je m’en vais.")
        uow.session.get_one(Voice, desk.world.voices["maud"]).mandate_end = uow.now.date() - timedelta(days=1)
        passages.delete_passage(uow, helene, left.id)
        take(uow, helene, story, "submit")


# — who must not review —


def test_nobody_reviews_their_own_words_even_after_their_mandate(desk: Desk):
    """An editor whose mandate ended yesterday still has a voice in the story."""
    with desk.undoable() as uow:
        uow.session.get_one(Voice, desk.world.voices["helene"]).mandate_end = uow.now.date() - timedelta(days=1)
        accounts.give_role(uow, desk.world.accounts["helene"], Role.EDITOR)
        uow.session.flush()
        person = load_actor(uow.session, desk.world.accounts["helene"], uow.now.date(), desk.site.snapshots.current(uow.session))
        assert person is not None
        assert person.may(STORY_REVIEW)
        assert person.voices == ()
        with pytest.raises((NotAllowed, NotFound)):
            take(uow, person, desk.stories["in_review"], "publish")


def test_an_editor_of_another_delegation_reviews(desk: Desk):
    with desk.undoable() as uow:
        accounts.give_role(uow, desk.world.accounts["autre_helene"], Role.EDITOR)
        person = replace(desk.people["foreign"], roles=frozenset({Role.EDITOR}), permissions=frozenset({STORY_REVIEW}))
        take(uow, person, desk.stories["in_review"], "publish")
        assert uow.session.get_one(Story, desk.stories["in_review"]).state == "published"


def test_a_mandate_that_has_not_begun_gives_no_right(desk: Desk):
    with desk.undoable() as uow:
        voices.set_mandate(uow, desk.people["organiser"], desk.world.voices["helene"], Mandate(date(2999, 1, 1), None))
        person = load_actor(uow.session, desk.world.accounts["helene"], uow.now.date(), desk.site.snapshots.current(uow.session))
        assert person is not None
        with pytest.raises(NotFound):
            take(uow, person, desk.stories["writing"], "submit")


def test_naming_the_editor_as_one_s_scribe_does_not_take_the_review_away_from_them(desk: Desk):
    """Anybody may be named without being asked: it must not stop the only editor from taking a story down."""
    with desk.undoable() as uow:
        voices.name_scribe(uow, desk.people["member"], desk.world.voices["helene"], desk.world.accounts["editrice"])
        uow.session.flush()
        editor = load_actor(uow.session, desk.world.accounts["editrice"], uow.now.date(), desk.site.snapshots.current(uow.session))
        assert editor is not None
        take(uow, editor, desk.stories["published"], "unpublish")
        assert uow.session.get_one(Story, desk.stories["published"]).state == "unpublished"


# — what the public sees —


def test_a_withdrawn_story_leaves_its_trace_even_when_its_working_copy_goes_to_the_trash(app, site, world, browser):
    story_id = told_story(site, world, "Le récit retiré", "unpublished")
    assert "a été retiré" in browser.get("/recits/le-recit-retire", status=410)
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        stories.delete_story(uow, helene, story_id)
    assert "a été retiré" in browser.get("/recits/le-recit-retire", status=410)


def test_the_trace_of_a_withdrawn_story_shows_no_title_that_was_never_public(app, site, world, browser):
    """Published, reopened, retitled, submitted, returned, then taken down: the new title was never public."""
    story_id = told_story(site, world, "Le titre public", "published")
    helene, editor = actor(site, world, "helene"), actor(site, world, "editrice")
    with site.writer.begin() as uow:
        take(uow, helene, story_id, "reopen")
        stories.edit_story(uow, helene, story_id, "Ce que le préfet a caché", "")
        take(uow, helene, story_id, "submit")
        take(uow, editor, story_id, "start_review")
        take(uow, editor, story_id, "request_changes")
        take(uow, editor, story_id, "unpublish")
    page = browser.get("/recits/le-titre-public", status=410)
    assert "Ce que le préfet a caché" not in page
    assert "Le titre public" in page


def test_the_queue_of_editors_shows_no_title_that_was_not_submitted(app, site, world, as_person):
    """A returned story is being rewritten: what its members type into the title is theirs until they submit it."""
    story_id = told_story(site, world, "Le titre proposé", "changes_requested")
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        stories.edit_story(uow, helene, story_id, "Un titre d’humeur", "")
    page = as_person("editrice").get("/relecture/")
    assert "Un titre d’humeur" not in page
    assert "Le titre proposé" in page


def test_reopening_a_public_story_hides_what_is_written_from_then_on(app, site, world, browser):
    story_id = told_story(site, world, "Le récit rouvert", "published")
    helene = actor(site, world, "helene")
    with site.writer.begin() as uow:
        take(uow, helene, story_id, "reopen")
        own = uow.session.scalars(select(Passage).where(Passage.story_id == story_id, Passage.voice_id == world.voices["helene"])).one()
        approvals.reopen_passage(uow, helene, own.id)
        written(uow, helene, own.id, "Un secret de brouillon.")
        stories.edit_story(uow, helene, story_id, "Un titre de brouillon", "")
    for path in ("/recits/le-recit-rouvert", "/recits/", "/", "/territoires/pays-de-brumeval", "/recits/le-recit-rouvert/en-regard"):
        page = browser.get(path)
        assert "Un secret de brouillon" not in page
        assert "Un titre de brouillon" not in page
