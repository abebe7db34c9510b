"""What the files of a corpus say, as shapes: programmes, territories, stories, pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.kernel.moment_date import MomentDate
from app.kernel.voice import Display

FORMAT = 1
SHARED = "shared"
STANCES = ("agree", "nuance", "disagree", "absent")


@dataclass(frozen=True)
class PhaseFile:
    key: str
    name: str
    description: str


@dataclass(frozen=True)
class WorkstreamFile:
    key: str
    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class ThemeFile:
    key: str
    name: str


@dataclass(frozen=True)
class ProgrammeFile:
    file: str
    slug: str
    name: str
    description: str
    phases: tuple[PhaseFile, ...]
    workstreams: tuple[WorkstreamFile, ...]
    themes: tuple[ThemeFile, ...] = ()


@dataclass(frozen=True)
class VoiceFile:
    """A voice of a delegation; a guest has no seat, and an empty `category`."""

    key: str
    name: str
    function: str
    category: str
    start: date | None
    end: date | None
    display: Display


@dataclass(frozen=True)
class MomentFile:
    key: str
    title: str
    date: MomentDate
    place: str
    phase: str | None
    description: str


@dataclass(frozen=True)
class TerritoryFile:
    """A territory with its delegation; `voices` stand by seat, in the order of the categories, guests last."""

    file: str
    slug: str
    name: str
    nature: str
    fictitious: bool
    programme: str
    voices: tuple[VoiceFile, ...]
    moments: tuple[MomentFile, ...]
    description: str


@dataclass(frozen=True)
class ImageFile:
    """An image of a story, which bodies name `media:<id>`.

    Args:
        file: where it stands in the folder, such as `images/<hash>.jpg`; None for one that a body names and that is lost.
    """

    id: str
    file: str | None
    alt: str
    credit: str
    rights: str = ""
    source: str = ""


@dataclass(frozen=True)
class BlockFile:
    """What an extension's form says in a passage.

    Args:
        key: what the passage names it by.
        type: the block type, `<plugin>:<name>`.
        data: the form's values, as JSON has them.
        reads: what the public reads of them, in the parts of `app.kernel.block.Block`; None while nothing was saved.
    """

    key: str
    type: str
    data: Mapping[str, Any]
    reads: Mapping[str, Any] | None


@dataclass(frozen=True)
class PassageFile:
    """A passage; `block` is the key of what an extension's form says in it, empty for words only."""

    moment: str | None
    voice: str | None
    scribe: str
    question: str
    body: str
    said: tuple[tuple[int, int, str], ...] = ()
    block: str = ""


@dataclass(frozen=True)
class StanceFile:
    moment: str
    voice: str
    stance: str
    note: str


@dataclass(frozen=True)
class MissingFile:
    moment: str
    category: str
    reason: str


@dataclass(frozen=True)
class StoryFile:
    file: str
    slug: str
    title: str
    standfirst: str
    lang: str
    format: str
    territory: str
    published: date | None
    passages: tuple[PassageFile, ...]
    stances: tuple[StanceFile, ...]
    missing: tuple[MissingFile, ...]
    themes: tuple[str, ...] = ()
    fictitious: bool = False
    images: tuple[ImageFile, ...] = ()
    blocks: tuple[BlockFile, ...] = ()


@dataclass(frozen=True)
class PageFile:
    """A page in one language; files of the same path are the same page."""

    file: str
    path: str
    lang: str
    title: str
    standfirst: str
    data: Mapping[str, Any]
    body: str


@dataclass(frozen=True)
class Corpus:
    """All that a folder holds."""

    programmes: tuple[ProgrammeFile, ...]
    territories: tuple[TerritoryFile, ...]
    stories: tuple[StoryFile, ...]
    pages: tuple[PageFile, ...] = ()
