"""Reads a folder of files into a corpus."""

import re
from pathlib import Path

from app.kernel.errors import Invalid
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import CATEGORIES, Display
from app.services.story_files.attachments import read_blocks, read_images
from app.services.story_files.keys import Keys, StoryFileError, open_file
from app.services.story_files.passages import read_passages
from app.services.story_files.references import check_references
from app.services.story_files.shapes import (
    STANCES,
    Corpus,
    MissingFile,
    MomentFile,
    PageFile,
    PhaseFile,
    ProgrammeFile,
    StanceFile,
    StoryFile,
    TerritoryFile,
    ThemeFile,
    VoiceFile,
    WorkstreamFile,
)

_PAGE_PATH = re.compile(r"(?:/[a-z0-9][a-z0-9-]*){1,6}")


def read_corpus(folder: Path) -> Corpus:
    """Reads every file of a folder.

    Raises:
        StoryFileError: at the first file that is not as it should be.
    """
    programmes, territories, stories, pages = [], [], [], []
    for path in sorted(folder.rglob("*.md")):
        if path.name == "README.md":
            continue
        name = str(path.relative_to(folder))
        keys, body = open_file(path, name)
        kind = keys.one_of("kind", ("programme", "territory", "story", "page"))
        if kind == "programme":
            programmes.append(_programme(name, keys, body))
        elif kind == "territory":
            territories.append(_territory(name, keys, body))
        elif kind == "page":
            pages.append(_page(name, keys, body))
        else:
            stories.append(_story(name, keys, body, folder))
        keys.end()
    corpus = Corpus(tuple(programmes), tuple(territories), tuple(stories), tuple(pages))
    check_references(corpus)
    return corpus


def _programme(name: str, keys: Keys, body: str) -> ProgrammeFile:
    return ProgrammeFile(
        file=name,
        slug=keys.text("slug"),
        name=keys.text("name"),
        description=body.strip(),
        phases=keys.each("phases", "phase", lambda row: PhaseFile(row.text("key"), row.text("name"), row.text("description", ""))),
        workstreams=keys.each("workstreams", "workstream", _workstream),
        themes=keys.each("themes", "theme", lambda row: ThemeFile(row.text("key"), row.text("name")), optional=True),
    )


def _workstream(keys: Keys) -> WorkstreamFile:
    return WorkstreamFile(
        keys.text("key"), keys.text("name"), keys.one_of("kind", ("thematic", "transverse")), keys.text("description", "")
    )


def _territory(name: str, keys: Keys, body: str) -> TerritoryFile:
    delegation = keys.inner("delegation")
    territory = TerritoryFile(
        file=name,
        slug=keys.text("slug"),
        name=keys.text("name"),
        nature=keys.text("nature", ""),
        fictitious=keys.flag("fictitious"),
        programme=delegation.text("programme"),
        voices=(
            *(voice for seat in delegation.each("seats", "seat", _seat) for voice in seat),
            *delegation.each("guests", "guest", lambda row: _voice(row, ""), optional=True),
        ),
        moments=keys.each("moments", "moment", lambda row: _moment(name, row)),
        description=body.strip(),
    )
    delegation.end()
    return territory


def _seat(keys: Keys) -> tuple[VoiceFile, ...]:
    category = keys.one_of("category", CATEGORIES)
    return keys.each("voices", "voice", lambda row: _voice(row, category))


def _voice(keys: Keys, category: str) -> VoiceFile:
    return VoiceFile(
        keys.text("key"),
        keys.text("name"),
        keys.text("function", ""),
        category,
        keys.day("from"),
        keys.day("to"),
        Display(keys.one_of("display", tuple(Display))),
    )


def _moment(name: str, keys: Keys) -> MomentFile:
    key = keys.text("key")
    try:
        when = parse_moment_date(keys.text("date"))
    except Invalid as error:
        raise StoryFileError(f"{name}: the date of the moment '{key}' cannot be read") from error
    return MomentFile(key, keys.text("title"), when, keys.text("place", ""), keys.text("phase", "") or None, keys.text("description", ""))


def _story(name: str, keys: Keys, body: str, folder: Path) -> StoryFile:
    return StoryFile(
        file=name,
        slug=keys.text("slug"),
        title=keys.text("title"),
        standfirst=keys.text("standfirst", ""),
        lang=keys.one_of("lang", ("fr", "en")),
        format=keys.name("format"),  # which names mean something is for the plugins to say
        territory=keys.text("territory"),
        published=keys.day("published"),
        passages=read_passages(name, body),
        stances=keys.each("stances", "stance", _stance, optional=True),
        missing=keys.each("missing", "missing", _missing, optional=True),
        themes=keys.words("themes"),
        fictitious=keys.flag("fictitious"),
        images=read_images(keys, name, folder),
        blocks=read_blocks(keys, name),
    )


def _stance(keys: Keys) -> StanceFile:
    return StanceFile(keys.text("moment"), keys.text("voice"), keys.one_of("stance", STANCES), keys.text("note", ""))


def _missing(keys: Keys) -> MissingFile:
    return MissingFile(keys.text("moment"), keys.one_of("category", CATEGORIES), keys.text("reason"))


def _page(name: str, keys: Keys, body: str) -> PageFile:
    path = keys.text("path")
    if not _PAGE_PATH.fullmatch(path):
        raise StoryFileError(f"{name}: 'path' is {path!r}; expected words such as /methode or /methode/notre-charte")
    return PageFile(
        name,
        path,
        keys.one_of("lang", ("fr", "en")),
        keys.text("title"),
        keys.text("standfirst", ""),
        keys.mapping("data"),
        body.strip(),
    )
