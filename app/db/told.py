"""A story as facts: who tells which moment, in how many words, with what beside; for rules that weigh it. The callers have checked who may know."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.desk import read_working_copy
from app.db.models import Delegation, MomentRevision, Passage, PassageRevision, Phase, Story, StoryDelegation, StoryVersion, Voice
from app.db.reading import read_story
from app.db.restrictions import restrictions_on
from app.kernel.voice import Display

_ADDRESS = re.compile(r"\]\((?!media:)([^)\s]+)")

WhichStory = Literal["working", "submitted", "published"]


@dataclass(frozen=True)
class ToldMoment:
    """A moment of a story; `phase` is the phase's key, None where it has none."""

    id: str
    title: str
    revision: MomentRevision
    start: date
    end: date
    place: str
    phase: str | None


@dataclass(frozen=True)
class ToldPassage:
    """A passage as facts.

    Args:
        moment: id of the moment, or None for words about the whole story.
        voice: id of the voice, or None for words that the delegation shares.
        category: the voice's actor category; None for shared words, guests, and in public for voices that show none.
        images: (hash, alternative text) of the images in it.
        addresses: where its links lead.
        block: kind of the passage: `text`, or `<plugin>:<name>`.
    """

    id: str
    moment: str | None
    voice: str | None
    category: str | None
    words: int
    images: tuple[tuple[str, str], ...]
    addresses: tuple[str, ...]
    block: str


@dataclass(frozen=True)
class ToldStance:
    """Where a voice stands on a moment."""

    moment: str
    voice: str
    category: str | None
    stance: str


@dataclass(frozen=True)
class ToldStory:
    """A story as facts; `version` is the hash of the version that was read, None for the working copy; moments in the story's order."""

    id: str
    title: str
    format: str
    lang: str
    state: str
    programme: str
    version: str | None
    moments: tuple[ToldMoment, ...]
    passages: tuple[ToldPassage, ...]
    stances: tuple[ToldStance, ...]
    reasons: Mapping[tuple[str, str], str]

    def of(self, moment: str) -> tuple[ToldPassage, ...]:
        """The passages of a moment."""
        return tuple(passage for passage in self.passages if passage.moment == moment)


def read_told(session: Session, story_id: str, which: WhichStory = "working") -> ToldStory | None:
    """Returns a story's working copy, submitted or published version as facts; None if there is no such version.

    Of a published version, a voice that shows no category has none here either.
    """
    story = session.get(Story, story_id)
    if story is None:
        return None
    if which == "working":
        return _working(session, story)
    if which == "published" and restrictions_on(session, "story", story_id):
        return None  # hidden: the public has nothing of it
    version_id = story.published_version_id if which == "published" else story.submitted_version_id
    version = session.get(StoryVersion, version_id) if version_id else None
    return _version(session, story, version, public=which == "published") if version is not None else None


def _working(session: Session, story: Story) -> ToldStory:
    copy = read_working_copy(session, story)
    phases = _phase_keys(session, (group.revision for group in copy.groups if group.revision))
    return ToldStory(
        story.id,
        story.title,
        story.format,
        story.lang,
        story.state,
        copy.delegation.programme_id,
        None,
        tuple(_moment(group.moment.id, group.revision, phases) for group in copy.groups if group.moment and group.revision),
        tuple(
            _passage(line.passage.id, line.passage.moment_id, line.voice, line.revision, line.passage.block, public=False)
            for line in copy.lines
        ),
        tuple(
            ToldStance(row.moment_id, row.voice_id, copy.voices[row.voice_id].category, row.stance)
            for row in copy.stances.values()
            if row.moment_id in {group.moment.id for group in copy.groups if group.moment}
        ),
        {key: row.reason for key, row in copy.missing.items()},
    )


def _version(session: Session, story: Story, version: StoryVersion, *, public: bool) -> ToldStory:
    page = read_story(session, story, version)
    lead = select(Delegation.programme_id).join(StoryDelegation).where(StoryDelegation.story_id == story.id, StoryDelegation.lead.is_(True))
    manifest = version.manifest
    ids = [pin["passage"] for pin in manifest["passages"]]
    blocks = {row.id: row.block for row in session.execute(select(Passage.id, Passage.block).where(Passage.id.in_(ids)))}
    moment_of = {key: revision.moment_id for key, revision in page.moments.items()}
    phases = {phase.id: phase.key for phase in page.phases.values()}
    hashes = dict.fromkeys(pin["moment"] for pin in manifest["passages"] if pin["moment"] in page.moments)
    return ToldStory(
        story.id,
        manifest["title"],
        manifest["format"],
        manifest["lang"],
        story.state,
        session.scalars(lead).one(),
        version.hash,
        tuple(_moment(moment_of[key], page.moments[key], phases) for key in hashes),
        tuple(
            _passage(
                pin["passage"],
                moment_of.get(pin["moment"] or ""),
                page.voices.get(pin["voices"][0]) if pin["voices"] else None,
                page.revisions.get(pin["hash"]),
                blocks.get(pin["passage"], ""),
                public=public,
            )
            for pin in manifest["passages"]
        ),
        tuple(
            ToldStance(moment_of[pin["moment"]], pin["voice"], _category(page.voices[pin["voice"]], public=public), pin["stance"])
            for pin in manifest["stances"]
            if pin["moment"] in moment_of and pin["voice"] in page.voices
        ),
        {(moment_of[pin["moment"]], pin["category"]): pin["reason"] for pin in manifest["missing"] if pin["moment"] in moment_of},
    )


def _moment(moment_id: str, revision: MomentRevision, phases: Mapping[str, str]) -> ToldMoment:
    return ToldMoment(
        moment_id, revision.title, revision, revision.date_start, revision.date_end, revision.place, phases.get(revision.phase_id or "")
    )


def _passage(
    passage_id: str, moment: str | None, voice: Voice | None, revision: PassageRevision | None, block: str, *, public: bool
) -> ToldPassage:
    uses: list[dict[str, Any]] = revision.media if revision else []
    return ToldPassage(
        passage_id,
        moment,
        voice.id if voice else None,
        _category(voice, public=public),
        revision.words if revision else 0,
        tuple((use["hash"], use["alt"]) for use in uses),
        tuple(_ADDRESS.findall(revision.body)) if revision else (),
        block,
    )


def _category(voice: Voice | None, *, public: bool) -> str | None:
    if voice is None or (public and voice.display == Display.ANONYMOUS):
        return None
    return voice.category


def _phase_keys(session: Session, revisions: Iterable[MomentRevision]) -> dict[str, str]:
    ids = {revision.phase_id for revision in revisions if revision.phase_id}
    return {row.id: row.key for row in session.execute(select(Phase.id, Phase.key).where(Phase.id.in_(ids)))}


@dataclass(frozen=True)
class PassagePlace:
    """Where a passage stands: its story, its moment (None: the story as a whole) and its voice (None: shared)."""

    story: str
    moment: str | None
    voice: str | None


def passage_place(session: Session, passage_id: str) -> PassagePlace | None:
    """Returns where a passage stands, or None if there is none."""
    row = session.get(Passage, passage_id)
    return PassagePlace(row.story_id, row.moment_id, row.voice_id) if row is not None else None
