"""What the public pages read; every query goes through the visibility clause, and a page costs a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.db.clauses import phase_clause, theme_clause
from app.db.engine import by_name
from app.db.models import (
    Approval,
    Delegation,
    Media,
    Moment,
    MomentRevision,
    PassageRevision,
    Phase,
    PublicPassage,
    Story,
    StoryAddress,
    StoryDelegation,
    StoryVersion,
    Territory,
    Voice,
)
from app.db.restrictions import not_hidden_image_clause, not_restricted_clause
from app.kernel.braid import strongest
from app.kernel.voice import Display

PAGE_SIZE = 12


def public_story_clause() -> ColumnElement[bool]:
    """The one clause that says which stories the public may know of; every list, count, feed and search goes through it."""
    return and_(Story.published_version_id.is_not(None), Story.deleted_at.is_(None), not_restricted_clause("story", Story.id))


@dataclass(frozen=True)
class CardMoment:
    """A moment of a story in a list: who tells it by name of category, and where they stand; `number` is its place in the story.

    `veiled`: a voice speaks here without its category, so that a silent one must not be said not to tell.
    """

    number: int
    revision: MomentRevision
    told: dict[str, str]
    stances: tuple[str, ...]
    veiled: bool = False

    @property
    def mark(self) -> str:
        """The strongest stance: disagree, else nuance, else agree."""
        return strongest(self.stances)


@dataclass(frozen=True)
class StoryCard:
    """A public story in a list; `categories` leaves out voices that show none."""

    id: str
    slug: str
    published_at: datetime
    manifest: dict[str, Any]
    territory: Territory
    moments: dict[str, MomentRevision]
    categories: dict[str, str]
    words: int
    told: tuple[CardMoment, ...] = ()
    voices: int = 0


@dataclass(frozen=True)
class StoryPage:
    """All that the public page of one version shows."""

    story: Story
    version: StoryVersion
    territory: Territory
    moments: dict[str, MomentRevision]
    voices: dict[str, Voice]
    revisions: dict[str, PassageRevision]
    phases: dict[str, Phase]
    approvals: set[tuple[str, str]]
    media: dict[str, Media] = field(default_factory=dict)


@dataclass(frozen=True)
class Position:
    """Where a keyset page ends: the publication instant and id of its last story."""

    at: datetime
    id: str


class StoryOrder(StrEnum):
    """How a list of stories is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TERRITORY = "territory"


def _sorting(order: StoryOrder) -> tuple[ColumnElement[Any], ...]:
    newest = Story.published_at.desc(), Story.id.desc()
    if order is StoryOrder.OLDEST:
        return Story.published_at.asc(), Story.id.asc()
    return (by_name(Territory.name), *newest) if order is StoryOrder.TERRITORY else newest


def find_by_slug(session: Session, slug: str) -> Story | None:
    """Returns the story that has or had a slug, public or not."""
    query = select(Story).join(StoryAddress, StoryAddress.story_id == Story.id).where(StoryAddress.slug == slug)
    return session.scalar(query)


def list_stories(
    session: Session,
    *,
    after: Position | None = None,
    limit: int = PAGE_SIZE,
    territory_id: str | None = None,
    theme_id: str | None = None,
    phase_key: str | None = None,
    where: Sequence[ColumnElement[bool]] = (),
    order: StoryOrder = StoryOrder.NEWEST,
) -> tuple[list[StoryCard], Position | None]:
    """Returns public stories, newest first if nothing else is asked, and the position from which to go on, or None at the end.

    Positions are those of the newest first: in another order there is no going on.
    `where` narrows the list further: the clauses of `app.db.clauses` and of plugins' facets.
    """
    query = (
        select(Story, StoryVersion.manifest, Territory)
        .join(StoryVersion, StoryVersion.id == Story.published_version_id)
        .join(StoryDelegation, and_(StoryDelegation.story_id == Story.id, StoryDelegation.lead.is_(True)))
        .join(Delegation, Delegation.id == StoryDelegation.delegation_id)
        .join(Territory, Territory.id == Delegation.territory_id)
        .where(public_story_clause(), *where)
        .order_by(*_sorting(order))
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(or_(Story.published_at < after.at, and_(Story.published_at == after.at, Story.id < after.id)))
    if territory_id is not None:
        query = query.where(Territory.id == territory_id)
    if theme_id is not None:
        query = query.where(theme_clause(theme_id))
    if phase_key is not None:
        query = query.where(phase_clause(phase_key))
    rows = session.execute(query).all()
    cards = _cards(session, rows[:limit])
    last = rows[limit - 1][0] if len(rows) > limit else None
    return cards, Position(last.published_at, last.id) if last is not None else None


def _cards(session: Session, rows: Sequence[Any]) -> list[StoryCard]:
    manifests = [manifest for _, manifest, _ in rows]
    moments = _moments(session, {pin["moment"] for manifest in manifests for pin in manifest["passages"] if pin["moment"]})
    voices = _voices(session, {voice for manifest in manifests for pin in manifest["passages"] for voice in pin["voices"]})
    words = _words(session, {pin["hash"] for manifest in manifests for pin in manifest["passages"]})
    shown = {voice.id: voice.category for voice in voices.values() if voice.category and voice.display != Display.ANONYMOUS}
    unnamed = {voice.id for voice in voices.values() if voice.display == Display.ANONYMOUS}
    return [
        StoryCard(
            story.id,
            story.slug,
            story.published_at,
            manifest,
            territory,
            {pin["moment"]: moments[pin["moment"]] for pin in manifest["passages"] if pin["moment"] in moments},
            {voice: shown[voice] for pin in manifest["passages"] for voice in pin["voices"] if voice in shown},
            sum(words.get(pin["hash"], 0) for pin in manifest["passages"]),
            _card_moments(manifest, moments, shown, unnamed),
            len({voice for pin in manifest["passages"] for voice in pin["voices"]}),
        )
        for story, manifest, territory in rows
    ]


def _card_moments(
    manifest: dict[str, Any], moments: dict[str, MomentRevision], shown: dict[str, str], unnamed: set[str]
) -> tuple[CardMoment, ...]:
    """Returns the moments of a version in its order; categories come from `shown`, so that an unnamed voice gives none away."""
    hashes = dict.fromkeys(pin["moment"] for pin in manifest["passages"] if pin["moment"] in moments)
    stances = {(pin["moment"], pin["voice"]): str(pin["stance"]) for pin in manifest["stances"]}
    return tuple(
        CardMoment(
            number,
            moments[key],
            {
                shown[voice]: stances.get((key, voice), "")
                for pin in manifest["passages"]
                if pin["moment"] == key
                for voice in pin["voices"]
                if voice in shown
            },
            tuple(stance for (moment, _voice), stance in stances.items() if moment == key),
            any(voice in unnamed for pin in manifest["passages"] if pin["moment"] == key for voice in pin["voices"]),
        )
        for number, key in enumerate(hashes, 1)
    )


def read_story(session: Session, story: Story, version: StoryVersion, *, hidden_images: bool = False) -> StoryPage:
    """Reads a version of a story with all that its page shows, in a fixed number of queries.

    `hidden_images`: also those that a restriction hides from the public, for who reviews.
    """
    images = select(Media).where(Media.story_id == story.id)
    if not hidden_images:
        images = images.where(not_hidden_image_clause(Media.hash))
    pins = version.manifest["passages"]
    revisions = {
        row.hash: row for row in session.scalars(select(PassageRevision).where(PassageRevision.hash.in_({pin["hash"] for pin in pins})))
    }
    moments = _moments(session, {pin["moment"] for pin in pins if pin["moment"]} | {pin["moment"] for pin in version.manifest["missing"]})
    signatures = select(Approval.hash, Approval.voice_id).where(Approval.hash.in_(list(revisions)), Approval.revoked_at.is_(None))
    return StoryPage(
        story=story,
        version=version,
        territory=lead_territory(session, story.id),
        moments=moments,
        voices=_voices(session, _voice_ids(version.manifest) | _span_voices(revisions.values())),
        revisions=revisions,
        phases={
            row.id: row for row in session.scalars(select(Phase).where(Phase.id.in_({m.phase_id for m in moments.values() if m.phase_id})))
        },
        approvals={(row.hash, row.voice_id) for row in session.execute(signatures)},
        media={row.id: row for row in session.scalars(images)},
    )


def _voice_ids(manifest: dict[str, Any]) -> set[str]:
    return {voice for pin in manifest["passages"] for voice in pin["voices"]} | {pin["voice"] for pin in manifest["stances"]}


def _span_voices(revisions: Iterable[PassageRevision]) -> set[str]:
    return {voice for revision in revisions for _start, _end, voice in revision.spans}


def _moments(session: Session, hashes: set[str]) -> dict[str, MomentRevision]:
    return {row.hash: row for row in session.scalars(select(MomentRevision).where(MomentRevision.hash.in_(hashes)))}


def _voices(session: Session, ids: set[str]) -> dict[str, Voice]:
    return {row.id: row for row in session.scalars(select(Voice).where(Voice.id.in_(ids)))}


def _words(session: Session, hashes: set[str]) -> dict[str, int]:
    query = select(PassageRevision.hash, PassageRevision.words).where(PassageRevision.hash.in_(hashes))
    return {row.hash: row.words for row in session.execute(query)}


def lead_territory(session: Session, story_id: str) -> Territory:
    """Returns the territory whose delegation leads a story."""
    query = (
        select(Territory)
        .join(Delegation, Delegation.territory_id == Territory.id)
        .join(StoryDelegation, StoryDelegation.delegation_id == Delegation.id)
        .where(StoryDelegation.story_id == story_id, StoryDelegation.lead.is_(True))
    )
    return session.scalars(query).one()


def public_slugs(session: Session, slugs: Iterable[str]) -> dict[str, str]:
    """Returns (address that a public story has or had → its present one), of some addresses."""
    query = select(StoryAddress.slug, Story.slug).join(Story, Story.id == StoryAddress.story_id)
    return {old: new for old, new in session.execute(query.where(StoryAddress.slug.in_(list(slugs)), public_story_clause()))}


# — territories —


@dataclass(frozen=True)
class Telling:
    """A public story that tells a moment, the moment's place in it, and the categories that speak of it there."""

    slug: str
    title: str
    lang: str
    number: int
    categories: frozenset[str]
    veiled: bool = False


@dataclass(frozen=True)
class JourneyStep:
    """A moment of a territory's public journey, and the public stories that tell it."""

    moment: MomentRevision
    phase: Phase | None
    stories: tuple[Telling, ...]


@dataclass(frozen=True)
class TerritoryLine:
    """A territory in the list: what of it is public."""

    territory: Territory
    stories: int
    moments: int


def list_territories(session: Session) -> list[TerritoryLine]:
    """Returns all territories by name, with how many public stories and moments each has."""
    territories = list(session.scalars(select(Territory).order_by(by_name(Territory.name))))
    counts = _public_counts(session)
    return [TerritoryLine(territory, *counts.get(territory.id, (0, 0))) for territory in territories]


def _public_counts(session: Session) -> dict[str, tuple[int, int]]:
    """Returns territory id → how many public stories its delegations lead, and how many moments those tell; asks the index, not the manifests."""
    led = (
        select(Delegation.territory_id, func.count(Story.id.distinct()), func.count(MomentRevision.moment_id.distinct()))
        .join(StoryDelegation, and_(StoryDelegation.delegation_id == Delegation.id, StoryDelegation.lead.is_(True)))
        .join(Story, Story.id == StoryDelegation.story_id)
        .outerjoin(PublicPassage, PublicPassage.story_id == Story.id)
        .outerjoin(MomentRevision, MomentRevision.hash == PublicPassage.moment_hash)
        .where(public_story_clause())
        .group_by(Delegation.territory_id)
    )
    return {territory: (stories, moments) for territory, stories, moments in session.execute(led)}


def find_territory(session: Session, slug: str) -> Territory | None:
    """Returns a territory by its address."""
    return session.scalar(select(Territory).where(Territory.slug == slug))


def journey(session: Session, cards: Sequence[StoryCard]) -> list[JourneyStep]:
    """Returns the public moments of some stories in the order of time; of a moment told in two versions, the later description."""
    latest: dict[str, MomentRevision] = {}
    stories: dict[str, list[Telling]] = {}
    for card in cards:
        for step in card.told:
            revision = step.revision
            known = latest.get(revision.moment_id)
            if known is None or known.created_at < revision.created_at:
                latest[revision.moment_id] = revision
            telling = Telling(
                card.slug, str(card.manifest["title"]), str(card.manifest["lang"]), step.number, frozenset(step.told), step.veiled
            )
            stories.setdefault(revision.moment_id, []).append(telling)
    phases = {
        row.id: row for row in session.scalars(select(Phase).where(Phase.id.in_({m.phase_id for m in latest.values() if m.phase_id})))
    }
    ordered = sorted(latest.values(), key=lambda revision: (revision.date_start, revision.date_end, revision.title))
    return [JourneyStep(row, phases.get(row.phase_id or ""), tuple(stories[row.moment_id])) for row in ordered]


def living_moments(session: Session, delegation_id: str) -> list[tuple[Moment, MomentRevision]]:
    """Returns a delegation's moments that are not in the trash, in the order of time."""
    query = (
        select(Moment, MomentRevision)
        .join(MomentRevision, MomentRevision.id == Moment.revision_id)
        .where(Moment.delegation_id == delegation_id, Moment.deleted_at.is_(None))
        .order_by(MomentRevision.date_start, MomentRevision.date_end, MomentRevision.title)
    )
    return [(moment, revision) for moment, revision in session.execute(query)]
