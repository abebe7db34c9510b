"""Reads programmes, territories and stories from Markdown files with YAML front matter; says which file and key is wrong, writes nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from app.kernel.errors import Invalid
from app.kernel.moment_date import MomentDate, parse_moment_date
from app.kernel.voice import CATEGORIES, Display

FORMAT = 1
SHARED = "shared"
_PAGE_PATH = re.compile(r"(?:/[a-z0-9][a-z0-9-]*){1,6}")
STANCES = ("agree", "nuance", "disagree", "absent")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FENCE = re.compile(r"^::: passage(?P<attributes>(?: +[a-z]+=(?:\"[^\"]*\"|[^\s\"]+))*) *$")
_SAID = re.compile(r"(?P<start>\d+)-(?P<end>\d+):(?P<voice>[a-z][a-z0-9-]*)")
_ATTRIBUTE = re.compile(r"([a-z]+)=(?:\"([^\"]*)\"|([^\s\"]+))")


class StoryFileError(Exception):
    """A file cannot be read as it should; the message names the file, the key and what was expected."""


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


class _Keys:
    """Takes the keys of one mapping; whatever is left at the end is unknown."""

    def __init__(self, where: str, values: object) -> None:
        if not isinstance(values, dict):
            raise StoryFileError(f"{where}: expected keys and values, found {type(values).__name__}")
        self._where = where
        self._left: dict[str, Any] = dict(values)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if not isinstance(value, str):
            raise StoryFileError(f"{self._where}: '{key}' must be a text, not {value!r}")
        return value.strip()

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        value = self.text(key)
        if value not in choices:
            raise StoryFileError(f"{self._where}: '{key}' is {value!r}; expected one of {', '.join(choices)}")
        return value

    def name(self, key: str) -> str:
        value = self.text(key)
        if not _NAME.fullmatch(value):
            raise StoryFileError(f"{self._where}: '{key}' is {value!r}; expected a name of lower-case letters, digits and hyphens")
        return value

    def day(self, key: str) -> date | None:
        value = self._take(key, None)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise StoryFileError(f"{self._where}: '{key}' must be a date such as 2022-05-12, or null, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self._take(key, False)
        if not isinstance(value, bool):
            raise StoryFileError(f"{self._where}: '{key}' must be true or false, not {value!r}")
        return value

    def rows(self, key: str, *, optional: bool = False) -> list[Any]:
        value = self._take(key, [] if optional else None)
        if not isinstance(value, list):
            raise StoryFileError(f"{self._where}: '{key}' must be a list")
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise StoryFileError(f"{self._where}: '{key}' must be keys and values, not {value!r}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        values = self.rows(key, optional=True)
        if not all(isinstance(value, str) for value in values):
            raise StoryFileError(f"{self._where}: '{key}' must be a list of words, not {values!r}")
        return tuple(values)

    def inner(self, key: str) -> "_Keys":
        return _Keys(f"{self._where}, {key}", self._take(key, None))

    def end(self) -> None:
        if self._left:
            raise StoryFileError(f"{self._where}: unknown key {', '.join(sorted(map(repr, self._left)))}")

    def _take(self, key: str, default: object) -> Any:
        if key not in self._left:
            if default is None and key not in ("to", "from", "published", "phase"):
                raise StoryFileError(f"{self._where}: the key '{key}' is missing")
            return default
        return self._left.pop(key)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the library has no types
    """YAML that refuses a key written twice, of which the first would be lost without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(problem=f"the key {key!r} is written twice", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


class _Handler(frontmatter.default_handlers.YAMLHandler):
    def load(self, fm: str, **_options: object) -> Any:
        return yaml.load(fm, Loader=_Loader)  # noqa: S506  # a SafeLoader


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
        keys, body = _open(path, name)
        kind = keys.one_of("kind", ("programme", "territory", "story", "page"))
        if kind == "programme":
            programmes.append(_programme(name, keys, body))
        elif kind == "territory":
            territories.append(_territory(name, keys, body))
        elif kind == "page":
            pages.append(_page(name, keys, body))
        else:
            stories.append(_story(name, keys, body))
        keys.end()
    corpus = Corpus(tuple(programmes), tuple(territories), tuple(stories), tuple(pages))
    _check_references(corpus)
    return corpus


def _open(path: Path, name: str) -> tuple[_Keys, str]:
    try:
        post = frontmatter.loads(path.read_text(encoding="utf-8"), handler=_Handler())
    except UnicodeDecodeError as error:
        raise StoryFileError(f"{name}: not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise StoryFileError(f"{name}: cannot be read as a file ({error.strerror})") from error
    except ValueError as error:  # a date such as 2022-13-45
        raise StoryFileError(f"{name}: the front matter holds an impossible value: {error}") from error
    except yaml.YAMLError as error:
        raise StoryFileError(f"{name}: the front matter is not YAML: {str(error).splitlines()[0]}") from error
    keys = _Keys(name, post.metadata)
    if str(keys._take("recits", "?")) != str(FORMAT):
        raise StoryFileError(f"{name}: 'recits: {FORMAT}' is missing, or of another format")
    return keys, post.content


def _programme(name: str, keys: _Keys, body: str) -> ProgrammeFile:
    phases = [(row, f"{name}, phase {index}") for index, row in enumerate(keys.rows("phases"), 1)]
    streams = [(row, f"{name}, workstream {index}") for index, row in enumerate(keys.rows("workstreams"), 1)]
    return ProgrammeFile(
        name,
        keys.text("slug"),
        keys.text("name"),
        body.strip(),
        tuple(_each(row, where, lambda k: PhaseFile(k.text("key"), k.text("name"), k.text("description", ""))) for row, where in phases),
        tuple(
            _each(
                row,
                where,
                lambda k: WorkstreamFile(
                    k.text("key"), k.text("name"), k.one_of("kind", ("thematic", "transverse")), k.text("description", "")
                ),
            )
            for row, where in streams
        ),
        tuple(
            _each(row, f"{name}, theme {index}", lambda k: ThemeFile(k.text("key"), k.text("name")))
            for index, row in enumerate(keys.rows("themes", optional=True), 1)
        ),
    )


def _each(row: object, where: str, read: Any) -> Any:
    keys = _Keys(where, row)
    result = read(keys)
    keys.end()
    return result


def _territory(name: str, keys: _Keys, body: str) -> TerritoryFile:
    delegation = keys.inner("delegation")
    programme = delegation.text("programme")
    voices: list[VoiceFile] = []
    for row in delegation.rows("seats"):
        seat = _Keys(f"{name}, seat", row)
        category = seat.one_of("category", CATEGORIES)
        for entry in seat.rows("voices"):
            voices.append(_each(entry, f"{name}, voice of {category}", lambda k, c=category: _voice(k, c)))
        seat.end()
    delegation.end()
    moments = tuple(_each(row, f"{name}, moment {index}", lambda k: _moment(name, k)) for index, row in enumerate(keys.rows("moments"), 1))
    return TerritoryFile(
        name,
        keys.text("slug"),
        keys.text("name"),
        keys.text("nature", ""),
        keys.flag("fictitious"),
        programme,
        tuple(voices),
        moments,
        body.strip(),
    )


def _voice(keys: _Keys, category: str) -> VoiceFile:
    return VoiceFile(
        keys.text("key"),
        keys.text("name"),
        keys.text("function", ""),
        category,
        keys.day("from"),
        keys.day("to"),
        Display(keys.one_of("display", tuple(Display))),
    )


def _moment(name: str, keys: _Keys) -> MomentFile:
    key = keys.text("key")
    try:
        when = parse_moment_date(keys.text("date"))
    except Invalid as error:
        raise StoryFileError(f"{name}: the date of the moment '{key}' cannot be read") from error
    return MomentFile(key, keys.text("title"), when, keys.text("place", ""), keys.text("phase", "") or None, keys.text("description", ""))


def _story(name: str, keys: _Keys, body: str) -> StoryFile:
    keys.flag("fictitious")
    return StoryFile(
        file=name,
        slug=keys.text("slug"),
        title=keys.text("title"),
        standfirst=keys.text("standfirst", ""),
        lang=keys.one_of("lang", ("fr", "en")),
        format=keys.name("format"),  # which names mean something is for the plugins to say
        territory=keys.text("territory"),
        published=keys.day("published"),
        passages=_passages(name, body),
        stances=tuple(
            _each(
                row,
                f"{name}, stance",
                lambda k: StanceFile(k.text("moment"), k.text("voice"), k.one_of("stance", STANCES), k.text("note", "")),
            )
            for row in keys.rows("stances", optional=True)
        ),
        missing=tuple(
            _each(row, f"{name}, missing", lambda k: MissingFile(k.text("moment"), k.one_of("category", CATEGORIES), k.text("reason")))
            for row in keys.rows("missing", optional=True)
        ),
        themes=keys.words("themes"),
    )


def _page(name: str, keys: _Keys, body: str) -> PageFile:
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


def _passages(name: str, body: str) -> tuple[PassageFile, ...]:
    """Reads the passages: each stands between a line `::: passage …` and a line `:::`; nothing may stand outside."""
    found: list[PassageFile] = []
    lines: list[str] = []
    attributes: Mapping[str, str] | None = None
    for number, line in enumerate(body.split("\n"), 1):
        if attributes is None:
            opening = _FENCE.match(line)
            if opening is not None:
                attributes, lines = _attributes(name, number, opening["attributes"]), []
            elif line.strip():
                raise StoryFileError(f"{name}, line {number} of the text: outside of any passage")
        elif line.rstrip() == ":::":
            found.append(_passage(f"{name}, line {number} of the text", attributes, "\n".join(lines)))
            attributes = None
        else:
            lines.append(line.removeprefix("\\") if line.startswith("\\:::") else line)
    if attributes is not None:
        raise StoryFileError(f"{name}: the last passage has no closing ':::'")
    return tuple(found)


def _attributes(name: str, number: int, text: str) -> dict[str, str]:
    values = {key: quoted or bare for key, quoted, bare in _ATTRIBUTE.findall(text)}
    unknown = set(values) - {"moment", "voice", "scribe", "question", "said"}
    if unknown or "voice" not in values:
        what = f"unknown attribute {', '.join(sorted(unknown))}" if unknown else "the attribute 'voice' is missing"
        raise StoryFileError(f"{name}, line {number} of the text: {what}")
    return values


def _passage(where: str, attributes: Mapping[str, str], body: str) -> PassageFile:
    voice = attributes["voice"]
    said = tuple(_said(where, part) for part in attributes.get("said", "").split())
    if said and voice != SHARED:
        raise StoryFileError(f"{where}: 'said' is for shared passages only")
    return PassageFile(
        attributes.get("moment"),
        None if voice == SHARED else voice,
        attributes.get("scribe", ""),
        attributes.get("question", ""),
        body.strip(),
        said,
    )


def _said(where: str, text: str) -> tuple[int, int, str]:
    """Reads `0-25:maire`: which letters of a shared passage's plain text a voice says."""
    found = _SAID.fullmatch(text)
    if found is None:
        raise StoryFileError(f"{where}: 'said' is {text!r}; expected parts such as 0-25:maire, with spaces between them")
    return int(found["start"]), int(found["end"]), found["voice"]


def _check_references(corpus: Corpus) -> None:
    """Every key that one file uses must exist in the other."""
    programmes = {entry.slug: {phase.key for phase in entry.phases} for entry in corpus.programmes}
    territories = {entry.slug: entry for entry in corpus.territories}
    for territory in corpus.territories:
        if territory.programme not in programmes:
            raise StoryFileError(f"{territory.file}: unknown programme '{territory.programme}'")
        for moment in territory.moments:
            if moment.phase is not None and moment.phase not in programmes[territory.programme]:
                raise StoryFileError(f"{territory.file}, moment '{moment.key}': unknown phase '{moment.phase}'")
    themes = {theme.key for entry in corpus.programmes for theme in entry.themes}
    for story in corpus.stories:
        for theme in story.themes:
            _known(story.file, "theme", theme, themes)
        told_in = territories.get(story.territory)
        if told_in is None:
            raise StoryFileError(f"{story.file}: unknown territory '{story.territory}'")
        moments, voices = {entry.key for entry in told_in.moments}, {entry.key for entry in told_in.voices}
        for passage in story.passages:
            _known(story.file, "moment", passage.moment, moments)
            _known(story.file, "voice", passage.voice, voices)
            for _start, _end, voice in passage.said:
                _known(story.file, "voice", voice, voices)
        for stance in story.stances:
            _known(story.file, "moment", stance.moment, moments)
            _known(story.file, "voice", stance.voice, voices)
        for gap in story.missing:
            _known(story.file, "moment", gap.moment, moments)


def _known(file: str, what: str, key: str | None, among: set[str]) -> None:
    if key is not None and key not in among:
        raise StoryFileError(f"{file}: unknown {what} '{key}'")
