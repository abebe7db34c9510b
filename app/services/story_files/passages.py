"""The passages in the text of a story's file, each between a line `::: passage …` and a line `:::`."""

import re
from collections.abc import Mapping

from app.services.story_files.keys import StoryFileError
from app.services.story_files.shapes import SHARED, PassageFile

_FENCE = re.compile(r"^::: passage(?P<attributes>(?: +[a-z]+=(?:\"(?:[^\"]|\"\")*\"|[^\s\"]+))*) *$")
_SAID = re.compile(r"(?P<start>\d+)-(?P<end>\d+):(?P<voice>[a-z][a-z0-9-]*)")
_ATTRIBUTE = re.compile(r"([a-z]+)=(?:\"((?:[^\"]|\"\")*)\"|([^\s\"]+))")
_ESCAPED = re.compile(r"\\+:::")
_ATTRIBUTES = ("moment", "voice", "scribe", "question", "said", "block")


def read_passages(name: str, body: str) -> tuple[PassageFile, ...]:
    """Reads the passages: each stands between a line `::: passage …` and a line `:::`; nothing may stand outside.

    A line of a passage that begins with `:::` has a backslash before it, and one more if it has some already; in a value a double quote stands twice.
    """
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
            lines.append(line[1:] if _ESCAPED.match(line) else line)
    if attributes is not None:
        raise StoryFileError(f"{name}: the last passage has no closing ':::'")
    return tuple(found)


def _attributes(name: str, number: int, text: str) -> dict[str, str]:
    values = {key: quoted.replace('""', '"') or bare for key, quoted, bare in _ATTRIBUTE.findall(text)}
    unknown = set(values) - set(_ATTRIBUTES)
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
        body.strip(" \t\n"),
        said,
        attributes.get("block", ""),
    )


def _said(where: str, text: str) -> tuple[int, int, str]:
    """Reads `0-25:maire`: which letters of a shared passage's plain text a voice says."""
    found = _SAID.fullmatch(text)
    if found is None:
        raise StoryFileError(f"{where}: 'said' is {text!r}; expected parts such as 0-25:maire, with spaces between them")
    return int(found["start"]), int(found["end"]), found["voice"]
