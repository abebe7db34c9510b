"""Carries a story along its workflow: submitted, reviewed, returned, published, unpublished; each step is a decision on record."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.models import Account, Delegation, Passage, PassageRevision, Story, StoryDecision, StoryVersion, Territory, Voice
from app.hooks.contracts import GuardContext, Words
from app.hooks.snapshot import Snapshot
from app.kernel.access import STORY_REVIEW, Actor
from app.kernel.addresses import missing_voice_path
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import ChangesRequested, StoryMoved, StoryPublished, StorySubmitted, StoryUnpublished
from app.kernel.slug import made_from, slugify
from app.kernel.voice import Mandate
from app.kernel.workflow import Capacity, StoryState, Transition, capacity_for, find_transition
from app.services import letters, publishing
from app.services.access import who_may
from app.services.approvals import is_signed
from app.services.checks import checked
from app.services.guards import objections
from app.services.links import forget_links, index_story
from app.services.mail import Letter, queue
from app.services.media import publish_media, withdraw_media
from app.services.passages import living_passages
from app.services.public_index import index_version, unindex_story
from app.services.scopes import story_scopes
from app.services.stories import delegations_of, lead_delegation, membership, move_to_slug, review_of, visibility
from app.services.unit_of_work import UnitOfWork
from app.services.versions import freeze_version

REASONS = 4000
StepWithReasons = Callable[[UnitOfWork, Actor, str, str, str], None]


@dataclass(frozen=True)
class Obstacle:
    """Why a story cannot take a step yet: a code, and the passage, moment or voice that it is about; an extension's objection has words of its own."""

    reason: str
    passage: str | None = None
    voice: str | None = None
    moment: str | None = None
    words: Words = ""
    address: str = ""
    action: Words = ""
    category: str = ""


def submission_obstacles(
    session: Session, story: Story, snapshot: Snapshot, actor: Actor, unsealed: frozenset[str] = frozenset()
) -> list[Obstacle]:
    """Returns all that stands between a working copy and the editor, so that a person reads everything at once.

    Args:
        unsealed: passages with words that no revision holds, as `UnitOfWork.unsealed` says.
    """
    passages = living_passages(session, story.id)
    if not passages:
        return [Obstacle("no_passage")]
    obstacles = guard_obstacles(session, snapshot, GuardContext("submit", story.id, actor))
    reasons = ((passage, _lacking(session, passage, unsealed)) for passage in passages)
    obstacles += [Obstacle(reason, passage.id, passage.voice_id) for passage, reason in reasons if reason]
    return [*obstacles, *_rule_obstacles(session, story, passages)]


def _lacking(session: Session, passage: Passage, unsealed: frozenset[str]) -> str | None:
    """Returns why a passage cannot be submitted as it is, or None."""
    if passage.id in unsealed:
        return "passage_late_words" if is_signed(session, passage) else "passage_unsealed"
    if _is_empty(session, passage):
        return "passage_empty"
    return None if is_signed(session, passage) else "passage_unsigned"


def _rule_obstacles(session: Session, story: Story, passages: list[Passage]) -> list[Obstacle]:
    """Returns what the site's own rules of publication ask for and the story has not."""
    rules = publishing.read_rules(session)
    found = [
        Obstacle("voice_unexplained", moment=moment, words=title, category=category, address=missing_voice_path(story.id, moment, category))
        for moment, title, category in publishing.unexplained_voices(session, story, passages, rules)
    ]
    if publishing.lacking_voices(session, passages, rules):
        found.append(Obstacle("voices_few", words=str(rules.minimum_voices)))
    return found


def guard_obstacles(session: Session, snapshot: Snapshot, context: GuardContext) -> list[Obstacle]:
    """Returns what plugins object to, and that one could not be asked."""
    found, silent = objections(session, snapshot, context)
    return [
        *(Obstacle("objection", entry.passage, entry.voice, entry.moment, entry.words, entry.address, entry.action) for entry in found),
        *(Obstacle("guard_silent", words=name) for name in silent),
    ]


def ready_decision(
    session: Session, actor: Actor, story: Story, name: str, snapshot: Snapshot, unsealed: frozenset[str] = frozenset()
) -> Decision:
    """Decides whether a story is ready for a step that somebody may take: to be submitted, or to go public; `unsealed` as in `submission_obstacles`."""
    obstacles = []
    if name == "submit":
        obstacles = submission_obstacles(session, story, snapshot, actor, unsealed)
    elif name == "publish":
        obstacles = guard_obstacles(session, snapshot, GuardContext("publish", story.id, actor))
        if not publishing.read_rules(session).may_publish(actor.account, publishing.endorsed_by(session, story)):
            obstacles.append(Obstacle("needs_second_editor"))
    if obstacles:
        return no(Refused("not_ready", obstacles=tuple(obstacles)), "not_ready", number=len(obstacles))
    return yes("ready")


def submit_story(uow: UnitOfWork, actor: Actor, story_id: str, base_url: str) -> StoryVersion:
    """Proposes a story to the editors, exactly as it stands.

    Raises:
        Refused: if it is not ready, or somebody wrote words that no revision holds (`freezing.submit` seals these first).
    """
    story, arrow = _checked_step(uow.session, actor, story_id, "submit")
    unsealed = uow.unsealed([passage.id for passage in living_passages(uow.session, story_id)])
    ready_decision(uow.session, actor, story, "submit", uow.snapshot, unsealed).demand()
    version = freeze_version(uow, actor, story)
    story.submitted_version_id = version.id
    story.reviewer_id = None
    _take(uow, actor, story, arrow, version.id)
    territory = _territory_name(uow.session, story.id)
    for account in _editors(uow.session, story.id):
        _send(uow, account, lambda to, lang: letters.story_submitted(to, lang, base_url, story.title, territory, story.id))
    uow.emit(StorySubmitted(story.id, version.id))
    return version


def reopen_story(uow: UnitOfWork, actor: Actor, story_id: str) -> None:
    """Takes a story back to writing (*Rouvrir*); what is public stays public."""
    story, arrow = _checked_step(uow.session, actor, story_id, "reopen")
    story.reviewer_id = None
    _take(uow, actor, story, arrow, None)


def start_review(uow: UnitOfWork, actor: Actor, story_id: str) -> None:
    """Takes a submitted story to review; the queue then says who reads it."""
    story, arrow = _checked_step(uow.session, actor, story_id, "start_review")
    story.reviewer_id = actor.account
    _take(uow, actor, story, arrow, story.submitted_version_id)


def request_changes(uow: UnitOfWork, actor: Actor, story_id: str, reasons: str, base_url: str) -> None:
    """Returns a story to its delegation with reasons; the version that was read is kept to compare the next one with."""
    story, arrow = _checked_step(uow.session, actor, story_id, "request_changes")
    reasons = checked("reasons", reasons, REASONS, required=True)
    story.reviewed_version_id = story.submitted_version_id
    _take(uow, actor, story, arrow, story.submitted_version_id, reasons)
    for account in _members(uow, story.id):
        _send(uow, account, lambda to, lang: letters.changes_requested(to, lang, base_url, story.title, reasons, story.id))
    uow.emit(ChangesRequested(story.id, str(story.submitted_version_id)))


def endorse_story(uow: UnitOfWork, actor: Actor, story_id: str, seen_hash: str) -> None:
    """Says that an editor agrees to a version going public, where the site asks for two; repeatable.

    Args:
        seen_hash: hash of the version that the editor had on the page.

    Raises:
        Refused: if the site asks for no second editor, or that is not the version that was submitted.
    """
    story, arrow = _checked_step(uow.session, actor, story_id, "endorse")
    if not publishing.read_rules(uow.session).second_editor:
        raise Refused("no_second_editor")
    if uow.session.get_one(StoryVersion, story.submitted_version_id).hash != seen_hash:
        raise Refused("version_changed")
    if actor.account not in publishing.endorsed_by(uow.session, story):
        _take(uow, actor, story, arrow, story.submitted_version_id)


def publish_story(uow: UnitOfWork, actor: Actor, story_id: str, seen_hash: str, base_url: str) -> Story:
    """Makes the submitted version public.

    Args:
        seen_hash: hash of the version that the editor had on the page.

    Raises:
        Refused: if that is not the version that was submitted, or an extension objects.
    """
    story, arrow = _checked_step(uow.session, actor, story_id, "publish")
    version = uow.session.get_one(StoryVersion, story.submitted_version_id)
    if version.hash != seen_hash:
        raise Refused("version_changed")
    ready_decision(uow.session, actor, story, "publish", uow.snapshot).demand()
    make_public(uow, story, version)
    _take(uow, actor, story, arrow, version.id)
    for account in _members(uow, story.id):
        _send(uow, account, lambda to, lang: letters.story_published(to, lang, base_url, story.title, story.slug))
    uow.emit(StoryPublished(story.id, version.id))
    return story


def make_public(uow: UnitOfWork, story: Story, version: StoryVersion) -> None:
    """Points the public at a version; the address follows the title, the old address goes on leading here."""
    story.published_version_id = story.reviewed_version_id = version.id
    story.published_at = version.published_at = uow.now
    publish_media(uow, story)
    index_story(uow, story, version)
    index_version(uow, story, version)
    if story.first_published_at is None:
        story.first_published_at = uow.now
    if not made_from(story.slug, story.title):
        move_to_slug(uow, story, slugify(story.title))


def unpublish_story(uow: UnitOfWork, actor: Actor, story_id: str, reasons: str, base_url: str) -> None:
    """Takes a story off the public pages, with reasons; nothing of it is deleted."""
    story, arrow = _checked_step(uow.session, actor, story_id, "unpublish")
    reasons = checked("reasons", reasons, REASONS, required=True)
    version = story.published_version_id
    story.published_version_id = None
    withdraw_media(uow, story)
    forget_links(uow, "story", story.id, public=True)
    unindex_story(uow, story)
    _take(uow, actor, story, arrow, version, reasons)
    for account in _members(uow, story.id):
        _send(uow, account, lambda to, lang: letters.story_unpublished(to, lang, base_url, story.title, reasons, story.id))
    uow.emit(StoryUnpublished(story.id))


def step_decision(session: Session, actor: Actor, story: Story | None, name: str) -> Decision:
    """Decides whether somebody may take a step of the workflow, in this order: not visible, not in this capacity, not from this state."""
    seen = visibility(session, actor, story)
    if not seen.allowed or story is None:
        return seen
    wanted = capacity_for(name)
    right = review_of(session, actor, story.id) if wanted is Capacity.EDITOR else membership(session, actor, story)
    if not right.allowed:
        return no(NotAllowed("wrong_capacity", transition=name, capacity=str(wanted)), right.because, **right.facts)
    arrow = find_transition(name, StoryState(story.state))
    if arrow is None:
        return no(Refused("wrong_state", transition=name, state=story.state), "wrong_state", state=story.state)
    if arrow.needs_public_version and story.published_version_id is None:
        return no(Refused("not_public"), "not_public")
    return right


def _checked_step(session: Session, actor: Actor, story_id: str, name: str) -> tuple[Story, Transition]:
    """Returns the story and the arrow, or refuses as `step_decision` says."""
    story = session.get(Story, story_id)
    step_decision(session, actor, story, name).demand()
    arrow = find_transition(name, StoryState(story.state)) if story is not None else None
    if story is None or arrow is None:
        raise NotFound("story")
    return story, arrow


def _take(uow: UnitOfWork, actor: Actor, story: Story, arrow: Transition, version_id: str | None, reasons: str = "") -> None:
    if arrow.needs_reasons and not reasons:
        raise Invalid("reasons", "required")
    before = story.state
    if arrow.target is not None:
        story.state, story.state_since = str(arrow.target), uow.now
    uow.session.add(
        StoryDecision(
            story_id=story.id, transition=arrow.name, version_id=version_id, reasons=reasons, decided_by=actor.account, at=uow.now
        )
    )
    uow.record(actor, f"story.{arrow.name}", "story", story.id, before=before, after=story.state, version=version_id)
    if arrow.target is not None:
        uow.emit(StoryMoved(story.id))


def _is_empty(session: Session, passage: Passage) -> bool:
    said = or_(PassageRevision.body != "", PassageRevision.plain != "")
    return not session.scalar(select(PassageRevision.id).where(PassageRevision.id == passage.revision_id, said))


def _territory_name(session: Session, story_id: str) -> str:
    query = select(Territory.name).join(Delegation).where(Delegation.id == lead_delegation(session, story_id))
    return session.scalars(query).one()


def _editors(session: Session, story_id: str) -> list[Account]:
    """Returns the editors to tell of a story, of the whole site or of where it lies: those who neither hold nor serve a voice in it."""
    voices = session.scalars(select(Voice).where(Voice.delegation_id.in_(delegations_of(session, story_id))))
    own = {account for voice in voices for account in (voice.account_id, voice.scribe_id) if account}
    wanted = who_may(session, STORY_REVIEW, story_scopes(session, story_id)) - own
    query = select(Account).where(Account.id.in_(wanted), Account.disabled_at.is_(None))
    return list(session.scalars(query.order_by(Account.id)))


def _members(uow: UnitOfWork, story_id: str) -> list[Account]:
    """Returns the people who tell a story, scribes included, while their voice's mandate lasts."""
    voices = uow.session.scalars(select(Voice).where(Voice.delegation_id.in_(delegations_of(uow.session, story_id))))
    today = uow.today
    ids = {
        account
        for voice in voices
        if Mandate(voice.mandate_start, voice.mandate_end).holds(today)
        for account in (voice.account_id, voice.scribe_id)
        if account
    }
    query = select(Account).where(Account.id.in_(ids), Account.disabled_at.is_(None), Account.email.is_not(None))
    return list(uow.session.scalars(query.order_by(Account.id)))


def _send(uow: UnitOfWork, account: Account, write: Callable[[str, str], Letter]) -> None:
    if account.email:
        queue(uow, write(account.email, account.lang))
