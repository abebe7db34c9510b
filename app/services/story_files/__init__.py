"""Reads programmes, territories, stories and pages from Markdown files with YAML front matter; says which file and key is wrong, writes nothing."""

from app.services.story_files.keys import StoryFileError
from app.services.story_files.reading import read_corpus
from app.services.story_files.shapes import (
    FORMAT,
    SHARED,
    STANCES,
    Corpus,
    MissingFile,
    MomentFile,
    PageFile,
    PassageFile,
    PhaseFile,
    ProgrammeFile,
    StanceFile,
    StoryFile,
    TerritoryFile,
    ThemeFile,
    VoiceFile,
    WorkstreamFile,
)

__all__ = [
    "FORMAT",
    "SHARED",
    "STANCES",
    "Corpus",
    "MissingFile",
    "MomentFile",
    "PageFile",
    "PassageFile",
    "PhaseFile",
    "ProgrammeFile",
    "StanceFile",
    "StoryFile",
    "StoryFileError",
    "TerritoryFile",
    "ThemeFile",
    "VoiceFile",
    "WorkstreamFile",
    "read_corpus",
]
