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
class PassageFile:
    moment: str | None
    voice: str | None
    scribe: str
    question: str
    body: str
    said: tuple[tuple[int, int, str], ...] = ()


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
