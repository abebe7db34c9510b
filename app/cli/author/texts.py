"""A plugin's words: every French text has an English translation with the same places, and the catalogues are those of the code."""

import re
from collections.abc import Iterator
from pathlib import Path
from tokenize import TokenError
from typing import Any

from babel.messages.catalog import Catalog, Message
from jinja2 import TemplateSyntaxError

from app.cli.author.place import Place
from app.cli.author.problems import Problem
from app.extract_messages import (
    compile_catalogue,
    extracted,
    printed,
    read_catalogue,
    source_of_plugin,
    sources,
    updated,
    write_catalogue,
)

PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
COMMAND = "recits plugin translate"


def translate(package: Path, english: dict[str, str] | None = None) -> int:
    """Brings a plugin's catalogues up to date with its texts and compiles them.

    Args:
        package: the plugin's folder.
        english: translations to fill in where there is none yet.

    Returns:
        How many texts wait for an English translation.
    """
    source = source_of_plugin(package)
    catalogue = updated(source)
    for message in catalogue:
        if message.id and not message.string and english and message.id in english:
            message.string = english[str(message.id)]
    for written, path in ((catalogue, source.catalogue), (printed(source), source.print_catalogue)):
        write_catalogue(written, path)
        compile_catalogue(path)
    return len([message for message in catalogue if message.id and not _is_translated(message)])


def problems_in_texts(place: Place) -> Iterator[Problem]:
    """Yields what is wrong with a plugin's catalogues."""
    source = source_of_plugin(place.package)
    try:
        wanted = extracted(source)
    except (SyntaxError, TokenError, TemplateSyntaxError):
        return  # told already, as a file that does not compile
    if not [message for message in wanted if message.id]:
        return
    for path in (source.catalogue, source.print_catalogue):
        if not path.is_file():
            yield Problem(path, 0, f"is missing: run `{COMMAND} {place.name}`")
            return
    try:
        known = read_catalogue(source.catalogue)
        french = read_catalogue(source.print_catalogue)
    except ValueError as error:
        yield Problem(source.catalogue, 0, f"cannot be read: {error}")
        return
    lines = source.catalogue.read_text(encoding="utf-8").splitlines()
    for message in _difference(wanted, known):
        yield Problem(
            place.package.parent / message.locations[0][0], 0, f"{_first(message)!r} is not in the catalogue: run `{COMMAND} {place.name}`"
        )
    for message in _difference(known, wanted):
        yield Problem(source.catalogue, _line(lines, message), f"{_first(message)!r} is in no file: run `{COMMAND} {place.name}`")
    for message in known:
        if message.id and (words := _fault(message)):
            yield Problem(source.catalogue, _line(lines, message), f"{words}: {_first(message)!r}")
    if _strings(printed(source)) != _strings(french):
        yield Problem(source.print_catalogue, 0, f"is not what the texts say: run `{COMMAND} {place.name}`")
    for path in (source.catalogue, source.print_catalogue):
        yield from _compiled(path, place)
    yield from _other_words(place, known, source.catalogue, lines)


def _other_words(place: Place, known: Catalog, path: Path, lines: list[str]) -> Iterator[Problem]:
    """All catalogues are one when a page is shown: another translation of the core's text would change the core's pages."""
    core = read_catalogue(sources()[0].catalogue)
    if place.package.parent.name == "plugins" and place.module.startswith("plugins."):
        return  # shipped: the house's own test compares all catalogues
    for message in known:
        theirs = core.get(message.id, message.context) if message.id else None
        if theirs is not None and theirs.string and theirs.string != message.string:
            yield Problem(
                path, _line(lines, message), f"{_first(message)!r} is {theirs.string!r} in the core: use its translation, or other words"
            )


def _compiled(path: Path, place: Place) -> Iterator[Problem]:
    compiled = path.with_suffix(".mo")
    if not compiled.is_file():
        yield Problem(compiled, 0, f"is missing: run `{COMMAND} {place.name}`")
    elif compiled.stat().st_mtime + 2 < path.stat().st_mtime and not _same(path, compiled):
        yield Problem(compiled, 0, f"is older than its catalogue: run `{COMMAND} {place.name}`")


def _same(path: Path, compiled: Path) -> bool:
    before = compiled.read_bytes()
    draft = path.parent / f".{path.stem}.check.po"
    try:
        draft.write_bytes(path.read_bytes())
        compile_catalogue(draft)
        return draft.with_suffix(".mo").read_bytes() == before
    except OSError:
        return False  # a folder that may not be written: the older file stands accused
    finally:
        draft.unlink(missing_ok=True)
        draft.with_suffix(".mo").unlink(missing_ok=True)


def _difference(one: Catalog, other: Catalog) -> list[Message]:
    return [message for message in one if message.id and other.get(message.id, message.context) is None]


def _strings(catalogue: Catalog) -> dict[Any, Any]:
    return {(message.context, message.id): message.string for message in catalogue if message.id}


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    return not message.fuzzy and len(strings) >= len(ids) and all(strings)


def _fault(message: Message) -> str:
    """Returns what is wrong with a translation, or an empty text."""
    if not _is_translated(message):
        return "no English translation"
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    wanted = set(PLACES.findall(ids[-1]))
    if any(set(PLACES.findall(text)) - wanted for text in strings) or set(PLACES.findall(strings[-1])) != wanted:
        return "other places to fill in"
    return ""


def _first(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple) else message.id)


def _line(lines: list[str], message: Message) -> int:
    """Returns the line of a catalogue on which a text stands, 0 where it is broken over several."""
    start = _first(message).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return next((number for number, line in enumerate(lines, 1) if line == f'msgid "{start}"'), 0)
