"""What the working pages read: one's delegations, a working copy with its passages, what waits on whom; the callers have checked who may see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db.engine import by_name
from app.db.models import (
    Account,
    Approval,
    Delegation,
    Draft,
    Media,
    MissingVoice,
    Moment,
    MomentRevision,
    Passage,
    PassageRevision,
    Phase,
    Programme,
    Seat,
    Stance,
    Story,
    StoryDecision,
    StoryDelegation,
    StoryVersion,
    Territory,
    Voice,
)
from app.kernel.voice import CATEGORIES


@dataclass(frozen=True)
class DelegationCard:
    """A delegation with its territory and programme."""

    delegation: Delegation
    territory: Territory
    programme: Programme


@dataclass(frozen=True)
class PassageLine:
    """A passage of a working copy, with its present words and the voices that signed them."""

    passage: Passage
    revision: PassageRevision | None
    voice: Voice | None
    signed: frozenset[str]
    required: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return self.revision is None or not (self.revision.body or self.revision.plain)

    @property
    def is_signed(self) -> bool:
        """Whether every voice that must has signed these words, and nobody reopened them."""
        reopened = self.revision is not None and self.passage.reopened_hash == self.revision.hash
        return not self.is_empty and bool(self.required) and self.required <= self.signed and not reopened

    @property
    def waits_for(self) -> frozenset[str]:
        return self.required - self.signed


@dataclass(frozen=True)
class MomentGroup:
    """The passages of one moment in a working copy; `moment` is None for words about the whole story."""

    moment: Moment | None
    revision: MomentRevision | None
    lines: tuple[PassageLine, ...]

    @property
    def told_by(self) -> frozenset[str]:
        """The categories that tell this moment."""
        return frozenset(line.voice.category for line in self.lines if line.voice is not None and line.voice.category)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(category for category in CATEGORIES if category not in self.told_by) if self.moment else ()


@dataclass(frozen=True)
class WorkingCopy:
    """A story as its delegation writes it."""

    story: Story
    territory: Territory
    delegation: Delegation
    groups: tuple[MomentGroup, ...]
    voices: dict[str, Voice]
    stances: dict[tuple[str, str], Stance]
    missing: dict[tuple[str, str], MissingVoice]
    accounts: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[PassageLine, ...]:
        return tuple(line for group in self.groups for line in group.lines)

    def line(self, passage_id: str) -> PassageLine | None:
        return next((line for line in self.lines if line.passage.id == passage_id), None)


def list_delegations(session: Session, ids: Iterable[str]) -> list[DelegationCard]:
    """Returns delegations by the name of their territory."""
    query = (
        select(Delegation, Territory, Programme)
        .join(Territory, Territory.id == Delegation.territory_id)
        .join(Programme, Programme.id == Delegation.programme_id)
        .where(Delegation.id.in_(list(ids)))
        .order_by(by_name(Territory.name), by_name(Programme.name))
    )
    return [DelegationCard(*row) for row in session.execute(query)]


def list_delegation_stories(session: Session, delegation_id: str) -> list[Story]:
    """Returns a delegation's stories, those changed last first."""
    query = select(Story).join(StoryDelegation).where(StoryDelegation.delegation_id == delegation_id, Story.deleted_at.is_(None))
    return list(session.scalars(query.order_by(Story.state_since.desc(), Story.id)))


def delegation_voices(session: Session, delegation_id: str) -> list[Voice]:
    """Returns all voices of a delegation, guests last, in the fixed order of categories and then of time."""
    rows = list(session.scalars(select(Voice).where(Voice.delegation_id == delegation_id)))
    order = {str(category): index for index, category in enumerate(CATEGORIES)}
    return sorted(rows, key=lambda voice: (order.get(voice.category or "", 9), voice.mandate_start or date.min, voice.id))


def read_working_copy(session: Session, story: Story) -> WorkingCopy:
    """Reads a story's working copy in a fixed number of queries."""
    delegation, territory = session.execute(
        select(Delegation, Territory)
        .join(Territory, Territory.id == Delegation.territory_id)
        .join(StoryDelegation, StoryDelegation.delegation_id == Delegation.id)
        .where(StoryDelegation.story_id == story.id, StoryDelegation.lead.is_(True))
    ).one()
    ids = list(session.scalars(select(StoryDelegation.delegation_id).where(StoryDelegation.story_id == story.id)))
    voices = {row.id: row for row in session.scalars(select(Voice).where(Voice.delegation_id.in_(ids)))}
    lines = _passage_lines(session, story, voices)
    moment_ids = list(dict.fromkeys(line.passage.moment_id for line in lines))
    moments = _moments(session, [moment for moment in moment_ids if moment])
    return WorkingCopy(
        story=story,
        territory=territory,
        delegation=delegation,
        groups=tuple(
            _group(moments.get(moment_id or ""), tuple(line for line in lines if line.passage.moment_id == moment_id))
            for moment_id in moment_ids
        ),
        voices=voices,
        stances={(row.voice_id, row.moment_id): row for row in session.scalars(select(Stance).where(Stance.voice_id.in_(voices)))},
        missing={
            (row.moment_id, row.category): row for row in session.scalars(select(MissingVoice).where(MissingVoice.story_id == story.id))
        },
        accounts=account_names(
            session, [account for voice in voices.values() for account in (voice.account_id, voice.scribe_id) if account]
        ),
    )


def _group(told: tuple[Moment, MomentRevision] | None, lines: tuple[PassageLine, ...]) -> MomentGroup:
    return MomentGroup(told[0], told[1], lines) if told else MomentGroup(None, None, lines)


def _passage_lines(session: Session, story: Story, voices: dict[str, Voice]) -> list[PassageLine]:
    rows = session.execute(
        select(Passage, PassageRevision)
        .outerjoin(PassageRevision, PassageRevision.id == Passage.revision_id)
        .where(Passage.story_id == story.id, Passage.deleted_at.is_(None))
        .order_by(Passage.position, Passage.id)
    ).all()
    signatures: dict[tuple[str, str], set[str]] = {}
    ids = [passage.id for passage, _ in rows]
    for row in session.execute(
        select(Approval.passage_id, Approval.hash, Approval.voice_id).where(Approval.passage_id.in_(ids), Approval.revoked_at.is_(None))
    ):
        signatures.setdefault((row.passage_id, row.hash), set()).add(row.voice_id)
    telling = frozenset(passage.voice_id for passage, _ in rows if passage.voice_id)
    return [
        PassageLine(
            passage,
            revision,
            voices.get(passage.voice_id or ""),
            frozenset(signatures.get((passage.id, revision.hash), ())) if revision else frozenset(),
            frozenset({passage.voice_id}) if passage.voice_id else telling,
        )
        for passage, revision in rows
    ]


def _moments(session: Session, ids: list[str]) -> dict[str, tuple[Moment, MomentRevision]]:
    query = select(Moment, MomentRevision).join(MomentRevision, MomentRevision.id == Moment.revision_id).where(Moment.id.in_(ids))
    return {moment.id: (moment, revision) for moment, revision in session.execute(query)}


def account_names(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """Returns account id → name."""
    wanted = [account for account in ids if account]
    return {row.id: row.name for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))}


def voices_of_passages(session: Session, passages: Iterable[Passage]) -> dict[str, Voice]:
    """Returns the voices whose passages these are, by id."""
    ids = {passage.voice_id for passage in passages if passage.voice_id}
    return {row.id: row for row in session.scalars(select(Voice).where(Voice.id.in_(ids)))}


def members_among(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Returns those of some accounts that hold or serve a voice, or did: all others speak as the review."""
    wanted = list(ids)
    voices = select(Voice.account_id, Voice.scribe_id).where(or_(Voice.account_id.in_(wanted), Voice.scribe_id.in_(wanted)))
    return frozenset(account for row in session.execute(voices) for account in row if account)


def list_phases(session: Session, programme_id: str) -> list[Phase]:
    """Returns a programme's phases in their order."""
    return list(session.scalars(select(Phase).where(Phase.programme_id == programme_id).order_by(Phase.position)))


def list_revisions(session: Session, passage_id: str) -> list[PassageRevision]:
    """Returns a passage's revisions, newest first."""
    query = select(PassageRevision).where(PassageRevision.passage_id == passage_id).order_by(PassageRevision.number.desc())
    return list(session.scalars(query))


def find_draft(session: Session, account_id: str, passage_id: str) -> Draft | None:
    """Returns what a person wrote in a passage without saving it."""
    return session.get(Draft, (account_id, passage_id))


def list_images(session: Session, story_id: str) -> list[Media]:
    """Returns a story's images that are not deleted, oldest first."""
    query = select(Media).where(Media.story_id == story_id, Media.deleted_at.is_(None)).order_by(Media.created_at, Media.id)
    return list(session.scalars(query))


def list_decisions(session: Session, story_id: str) -> list[StoryDecision]:
    """Returns the steps that a story took, newest first."""
    return list(session.scalars(select(StoryDecision).where(StoryDecision.story_id == story_id).order_by(StoryDecision.at.desc())))


# — review —


@dataclass(frozen=True)
class QueueEntry:
    """A story in the editors' queue, under the title that was submitted: what its members type since then is theirs."""

    story: Story
    territory: Territory
    title: str


def review_queue(session: Session, states: Iterable[str]) -> list[QueueEntry]:
    """Returns the stories in some states that were submitted at least once, those waiting longest first."""
    query = (
        select(Story, Territory, StoryVersion.manifest)
        .join(StoryVersion, StoryVersion.id == Story.submitted_version_id)
        .join(StoryDelegation, StoryDelegation.story_id == Story.id)
        .join(Delegation, Delegation.id == StoryDelegation.delegation_id)
        .join(Territory, Territory.id == Delegation.territory_id)
        .where(StoryDelegation.lead.is_(True), Story.state.in_(list(states)), Story.deleted_at.is_(None))
        .order_by(Story.state_since, Story.id)
    )
    return [QueueEntry(story, territory, str(manifest["title"])) for story, territory, manifest in session.execute(query)]


# — set-up —


@dataclass(frozen=True)
class SeatLine:
    """A seat with every voice that held it, in the order of time."""

    seat: Seat
    voices: tuple[Voice, ...]


def list_seats(session: Session, delegation_id: str) -> list[SeatLine]:
    """Returns a delegation's seats in the fixed order of categories."""
    seats = {row.category: row for row in session.scalars(select(Seat).where(Seat.delegation_id == delegation_id))}
    voices = delegation_voices(session, delegation_id)
    return [
        SeatLine(seats[category], tuple(voice for voice in voices if voice.seat_id == seats[category].id))
        for category in CATEGORIES
        if category in seats
    ]


def last_signed_revision(session: Session, passage_id: str, voice_id: str) -> PassageRevision | None:
    """Returns the last revision of a passage that a voice signed."""
    query = (
        select(PassageRevision)
        .join(Approval, (Approval.passage_id == PassageRevision.passage_id) & (Approval.hash == PassageRevision.hash))
        .where(PassageRevision.passage_id == passage_id, Approval.voice_id == voice_id)
        .order_by(Approval.at.desc(), PassageRevision.number.desc())
        .limit(1)
    )
    return session.scalar(query)
