"""Programmes, territories, stories and pages as Markdown files with YAML front matter: read into shapes, each refusal with its file and key, and written from them."""

from app.services.story_files.keys import StoryFileError
from app.services.story_files.reading import read_corpus
from app.services.story_files.shapes import (
    FORMAT,
    SHARED,
    STANCES,
    BlockFile,
    Corpus,
    ImageFile,
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
from app.services.story_files.writing import write_programme, write_story, write_territory

__all__ = [
    "FORMAT",
    "SHARED",
    "STANCES",
    "BlockFile",
    "Corpus",
    "ImageFile",
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
    "write_programme",
    "write_story",
    "write_territory",
]
