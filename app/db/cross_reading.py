"""What is told of moments over many stories: the public tellings, through the visibility clause, and a delegation's own, with what is not public."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, func, inspect, select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.models import (
    Delegation,
    Moment,
    MomentRevision,
    Passage,
    PassageRevision,
    Phase,
    PublicPassage,
    PublicStance,
    Stance,
    Story,
    StoryDelegation,
    StoryTheme,
    StoryVersion,
    Territory,
    Theme,
    Voice,
)
from app.db.reading import living_moments, public_story_clause
from app.db.themes import themes_of
from app.kernel.braid import strongest
from app.kernel.voice import CATEGORIES, Display

# Fewer values than the least that a database takes in one question (SQLite: 32766).
_MOST_VALUES = 10_000

Key = TypeVar("Key")
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Telling:
    """A moment as one public story tells it; a voice that shows no category gives none away.

    Attributes:
        story: id of the story; `slug`, `title` and `lang` are its public ones.
        published_at: when the story was last published.
        number: the moment's place in the story, from 1.
        territory: whose moment it is.
        revision: the moment, as the published version describes it.
        phase: the phase that it belongs to, if it says one.
        told: category → stance, "" where none was stated, for the categories that tell it.
        words: category → words; those of shared texts and of voices without a category stand under None.
        passages: category → number of passages, in the same way.
        voices: the voices that tell it and show their category.
        others: those without a shown category: guests, and those who show none; to be shown by `show_voice` only.
        stances: all stances on it.
        stated: categories whose absence the story gives a reason for.
        themes: slugs of the themes that the story is about.
    """

    story: str
    slug: str
    title: str
    lang: str
    published_at: datetime
    number: int
    territory: Territory
    revision: MomentRevision
    phase: Phase | None
    told: dict[str, str]
    words: dict[str | None, int]
    passages: dict[str | None, int]
    voices: tuple[Voice, ...]
    others: tuple[Voice, ...]
    stances: tuple[str, ...]
    stated: frozenset[str]
    themes: frozenset[str] = frozenset()

    @property
    def anchor(self) -> str:
        """Where the story page tells it."""
        return f"m{self.number}"

    @property
    def mark(self) -> str:
        """The strongest stance: disagree, else nuance, else agree."""
        return strongest(self.stances)

    @property
    def veiled(self) -> bool:
        """Whether a voice speaks here without showing its category."""
        return any(voice.display == Display.ANONYMOUS for voice in self.others)

    @property
    def unnamed(self) -> frozenset[str]:
        """Categories that must not be called missing: they may be speaking without their name."""
        return frozenset(str(c) for c in CATEGORIES if c not in self.told and c not in self.stated) if self.veiled else frozenset()

    @property
    def missing(self) -> tuple[str, ...]:
        """Categories that do not tell it."""
        return tuple(str(c) for c in CATEGORIES if c not in self.told and c not in self.unnamed)


def list_tellings(session: Session, *, territory_id: str | None = None, story_id: str | None = None) -> Sequence[Telling]:
    """Returns every moment that public stories tell, in the order of time; costs a fixed number of queries.

    What all stories tell is kept in memory as long as nothing of it has changed: a request then reads no manifest.

    Args:
        session: a read session.
        territory_id: only moments of this territory.
        story_id: only moments of this story.
    """
    if territory_id is not None or story_id is not None:
        return _read_tellings(session, territory_id, story_id)
    seen = _made_of(session)
    known = _KEPT.last
    if known is None or known[0] != seen:
        known = _KEPT.last = seen, tuple(_on_its_own(telling) for telling in _read_tellings(session))
    return known[1]


class _Kept:
    """What this process read last of all stories, and what that was made of."""

    def __init__(self) -> None:
        self.last: tuple[tuple[Any, ...], tuple[Telling, ...]] | None = None


_KEPT = _Kept()


def _made_of(session: Session) -> tuple[Any, ...]:
    """Returns all that the tellings follow from and that can change: versions, moments and words are named by hashes and cannot.

    Asked anew each time, through the visibility clause: a restriction that ends, a voice that turns anonymous or a theme that changes needs nobody to say so.
    """
    stories = select(Story.id, Story.slug, Story.published_version_id, Story.published_at, Story.state_since).where(public_story_clause())
    voices = select(Voice.id, Voice.category, Voice.display, Voice.name, Voice.function, Voice.mandate_start, Voice.mandate_end)
    territories = select(Territory.id, Territory.slug, Territory.name, Territory.nature, Territory.description, Territory.fictitious)
    phases = select(Phase.id, Phase.key, Phase.name, Phase.description, Phase.position)
    themes = select(StoryTheme.story_id, Theme.slug).join(Theme, Theme.id == StoryTheme.theme_id)
    asked = (
        stories.order_by(Story.published_at, Story.id),
        voices.order_by(Voice.id),
        territories.order_by(Territory.id),
        phases.order_by(Phase.id),
        themes.order_by(StoryTheme.story_id, Theme.slug),
    )
    return tuple(tuple(tuple(row) for row in session.execute(query)) for query in asked)


def _on_its_own(telling: Telling) -> Telling:
    """Returns a telling whose rows belong to no session, so that it can outlive the request that read it."""
    return replace(
        telling,
        territory=_copied(telling.territory),
        revision=_copied(telling.revision),
        phase=_copied(telling.phase) if telling.phase is not None else None,
        voices=tuple(_copied(voice) for voice in telling.voices),
        others=tuple(_copied(voice) for voice in telling.others),
    )


def _copied(row: Row) -> Row:
    return type(row)(**{column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs})


def _read_tellings(session: Session, territory_id: str | None = None, story_id: str | None = None) -> list[Telling]:
    stories = _public_versions(session, territory_id, story_id)
    pins = [pin for _story, manifest in stories for pin in manifest["passages"]]
    moments = {
        revision.hash: (revision, owner)
        for batch in _batches({pin["moment"] for pin in pins if pin["moment"]})
        for revision, owner in session.execute(
            select(MomentRevision, Delegation.territory_id)
            .join(Moment, Moment.id == MomentRevision.moment_id)
            .join(Delegation, Delegation.id == Moment.delegation_id)
            .where(MomentRevision.hash.in_(batch))
        )
    }
    voices = {
        row.id: row
        for batch in _batches({voice for pin in pins for voice in pin["voices"]})
        for row in session.scalars(select(Voice).where(Voice.id.in_(batch)))
    }
    words = {
        row.hash: row.words
        for batch in _batches({pin["hash"] for pin in pins})
        for row in session.execute(select(PassageRevision.hash, PassageRevision.words).where(PassageRevision.hash.in_(batch)))
    }
    territories = {row.id: row for row in session.scalars(select(Territory))}
    phases = {row.id: row for row in session.scalars(select(Phase))}
    themes = themes_of(session, [story.id for story, _manifest in stories])
    found = []
    for story, manifest in stories:
        about = frozenset(theme.slug for theme in themes.get(story.id, ()))
        groups: dict[str, list[dict[str, Any]]] = {}
        for pin in manifest["passages"]:
            if pin["moment"] in moments:
                groups.setdefault(pin["moment"], []).append(pin)
        for number, (key, told) in enumerate(groups.items(), 1):
            revision, owner = moments[key]
            if territory_id is None or owner == territory_id:
                phase = phases.get(revision.phase_id or "")
                telling = _telling(story, manifest, number, territories[owner], revision, phase, told, voices, words)
                found.append(replace(telling, themes=about))
    return sorted(
        found, key=lambda telling: (telling.revision.date_start, telling.revision.date_end, telling.revision.title, telling.title)
    )


def _public_versions(session: Session, territory_id: str | None, story_id: str | None) -> list[tuple[Story, dict[str, Any]]]:
    query = (
        select(Story, StoryVersion.manifest).join(StoryVersion, StoryVersion.id == Story.published_version_id).where(public_story_clause())
    )
    if territory_id is not None:
        of_territory = (
            select(StoryDelegation.story_id)
            .join(Delegation, Delegation.id == StoryDelegation.delegation_id)
            .where(Delegation.territory_id == territory_id)
        )
        query = query.where(Story.id.in_(of_territory))
    if story_id is not None:
        query = query.where(Story.id == story_id)
    return [(story, manifest) for story, manifest in session.execute(query.order_by(Story.published_at, Story.id))]


def _telling(
    story: Story,
    manifest: dict[str, Any],
    number: int,
    territory: Territory,
    revision: MomentRevision,
    phase: Phase | None,
    pins: Sequence[dict[str, Any]],
    voices: dict[str, Voice],
    words: dict[str, int],
) -> Telling:
    key = pins[0]["moment"]
    stances = {pin["voice"]: str(pin["stance"]) for pin in manifest["stances"] if pin["moment"] == key}
    told: dict[str, str] = {}
    counted: dict[str | None, int] = {}
    passages: dict[str | None, int] = {}
    named: dict[str, Voice] = {}
    others: dict[str, Voice] = {}
    for pin in pins:
        speaking = [voices[voice] for voice in pin["voices"] if voice in voices]
        categories = {shown_category(voice) for voice in speaking} or {None}
        # A shared text has no voice of its own, and a passage has one.
        owner = next(iter(categories)) if len(categories) == 1 else None
        counted[owner] = counted.get(owner, 0) + words.get(pin["hash"], 0)
        passages[owner] = passages.get(owner, 0) + 1
        for voice in speaking:
            category = shown_category(voice)
            if category is None:
                others[voice.id] = voice
                continue
            named[voice.id] = voice
            told[category] = stronger(told.get(category, ""), stances.get(voice.id, ""))
    return Telling(
        story=story.id,
        slug=story.slug,
        title=str(manifest["title"]),
        lang=str(manifest["lang"]),
        published_at=story.published_at or story.state_since,
        number=number,
        territory=territory,
        revision=revision,
        phase=phase,
        told=told,
        words=counted,
        passages=passages,
        voices=tuple(named.values()),
        others=tuple(others.values()),
        stances=tuple(stances.values()),
        stated=frozenset(str(pin["category"]) for pin in manifest["missing"] if pin["moment"] == key and pin.get("category")),
    )


def shown_category(voice: Voice) -> str | None:
    """Returns a voice's category as the public may know it."""
    return voice.category if voice.category and voice.display != Display.ANONYMOUS else None


def stronger(known: str, stance: str) -> str:
    """Returns the stance of two that parts the voices more; "" is no stance."""
    return strongest((known, stance)) if known and stance else known or stance


def _batches(values: Iterable[Key]) -> Iterator[list[Key]]:
    waiting = iter(sorted(values, key=str))
    while batch := list(islice(waiting, _MOST_VALUES)):
        yield batch


# — conditions on stories, for lists —


def parted_clause() -> ColumnElement[bool]:
    """Stories in whose public version a voice disagrees on a moment."""
    return Story.id.in_(select(PublicStance.story_id).where(PublicStance.stance == "disagree").correlate(None))


def missing_voice_clause() -> ColumnElement[bool]:
    """Stories in whose public version a category does not tell a moment; where a voice speaks unnamed, nobody is missing."""
    named = case((Voice.display != Display.ANONYMOUS, Voice.category))
    unnamed = case((Voice.display == Display.ANONYMOUS, 1), else_=0)
    moments = (
        select(PublicPassage.story_id)
        .outerjoin(Voice, Voice.id == PublicPassage.voice_id)
        .where(PublicPassage.moment_hash.is_not(None))
        .group_by(PublicPassage.story_id, PublicPassage.moment_hash)
        .having(func.count(named.distinct()) < len(CATEGORIES), func.sum(unnamed) == 0)
        .correlate(None)
    )
    return Story.id.in_(moments)


# — a delegation's own —


@dataclass(frozen=True)
class WorkingMoment:
    """A moment of a delegation's journey with who tells it today, public or not; only for the delegation.

    Attributes:
        moment: id.
        revision: as it is described today.
        phase: the phase that it belongs to, if it says one.
        told: category → stance, for the categories with words on it in a working copy.
        others: names of guests with words on it.
        stances: all stances on it.
    """

    moment: str
    revision: MomentRevision
    phase: Phase | None
    told: dict[str, str]
    others: tuple[str, ...]
    stances: tuple[str, ...]


def working_journey(session: Session, delegation_id: str) -> list[WorkingMoment]:
    """Returns all moments of a delegation that are not in the trash, told or not, in the order of time."""
    told: dict[str, dict[str, Voice]] = {}
    words = (
        select(Passage.moment_id, Voice)
        .join(PassageRevision, PassageRevision.id == Passage.revision_id)
        .join(Voice, Voice.id == Passage.voice_id)
        .join(Story, Story.id == Passage.story_id)
        .join(StoryDelegation, StoryDelegation.story_id == Story.id)
        .where(
            StoryDelegation.delegation_id == delegation_id,
            Story.deleted_at.is_(None),
            Passage.deleted_at.is_(None),
            Passage.moment_id.is_not(None),
            PassageRevision.words > 0,
        )
    )
    for moment_id, voice in session.execute(words):
        told.setdefault(str(moment_id), {})[voice.id] = voice
    stances: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(Stance).join(Voice, Voice.id == Stance.voice_id).where(Voice.delegation_id == delegation_id)):
        stances.setdefault(row.moment_id, {})[row.voice_id] = row.stance
    phases = {row.id: row for row in session.scalars(select(Phase))}
    return [
        _working_moment(moment.id, revision, phases.get(revision.phase_id or ""), told.get(moment.id, {}), stances.get(moment.id, {}))
        for moment, revision in living_moments(session, delegation_id)
    ]


def _working_moment(
    moment: str, revision: MomentRevision, phase: Phase | None, voices: dict[str, Voice], stances: dict[str, str]
) -> WorkingMoment:
    told: dict[str, str] = {}
    for voice in voices.values():
        if voice.category:
            told[voice.category] = stronger(told.get(voice.category, ""), stances.get(voice.id, ""))
    guests = tuple(sorted(voice.name for voice in voices.values() if not voice.category))
    return WorkingMoment(moment, revision, phase, told, guests, tuple(stances.values()))
