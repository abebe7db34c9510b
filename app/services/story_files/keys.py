"""The keys and values at the head of a file: read one by one, each refusal with its file and key."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import frontmatter
import yaml

from app.services.story_files.shapes import FORMAT

T = TypeVar("T")
_REQUIRED = object()
_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


class StoryFileError(Exception):
    """A file cannot be read as it should; the message names the file, the key and what was expected."""


class Keys:
    """Takes the keys of one mapping; whatever is left at the end is unknown."""

    def __init__(self, where: str, values: object) -> None:
        if not isinstance(values, dict):
            raise StoryFileError(f"{where}: expected keys and values, found {type(values).__name__}")
        self._where = where
        self._left: dict[str, Any] = dict(values)

    def text(self, key: str, default: str | None = None) -> str:
        """Returns a text without white space around it; without a default the key must be there."""
        value = self._take(key, _REQUIRED if default is None else default)
        if not isinstance(value, str):
            raise StoryFileError(f"{self._where}: '{key}' must be a text, not {value!r}")
        return value.strip()

    def text_or_none(self, key: str) -> str | None:
        """Returns a text, or None where the key is null or the text empty; the key must be there."""
        value = self._take(key)
        if value is not None and not isinstance(value, str):
            raise StoryFileError(f"{self._where}: '{key}' must be a text, or null, not {value!r}")
        return (value or "").strip() or None

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        """Returns a text that is one of the choices."""
        value = self.text(key)
        if value not in choices:
            raise StoryFileError(f"{self._where}: '{key}' is {value!r}; expected one of {', '.join(choices)}")
        return value

    def name(self, key: str) -> str:
        """Returns a text that can name something in code."""
        value = self.text(key)
        if not _NAME.fullmatch(value):
            raise StoryFileError(
                f"{self._where}: '{key}' is {value!r}; expected a name of lower-case letters, digits, hyphens and underscores"
            )
        return value

    def day(self, key: str) -> date | None:
        """Returns a date, or None where the key is missing or null."""
        value = self._take(key, None)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise StoryFileError(f"{self._where}: '{key}' must be a date such as 2022-05-12, or null, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """Returns true or false, false where the key is missing."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            raise StoryFileError(f"{self._where}: '{key}' must be true or false, not {value!r}")
        return value

    def rows(self, key: str, *, optional: bool = False) -> list[Any]:
        """Returns a list of whatever stands in it."""
        value = self._take(key, [] if optional else _REQUIRED)
        if not isinstance(value, list):
            raise StoryFileError(f"{self._where}: '{key}' must be a list")
        return value

    def each(self, key: str, what: str, read: Callable[["Keys"], T], *, optional: bool = False) -> tuple[T, ...]:
        """Returns what `read` makes of each mapping of a list, called `what` and its number in a refusal; no key of it may be left over."""
        found = []
        for number, row in enumerate(self.rows(key, optional=optional), 1):
            keys = Keys(f"{self._where}, {what} {number}", row)
            found.append(read(keys))
            keys.end()
        return tuple(found)

    def mapping(self, key: str) -> dict[str, Any]:
        """Returns keys and values as they stand, none where the key is missing or null."""
        value = self._take(key, None)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise StoryFileError(f"{self._where}: '{key}' must be keys and values, not {value!r}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Returns a list of texts, none where the key is missing."""
        values = self.rows(key, optional=True)
        if not all(isinstance(value, str) for value in values):
            raise StoryFileError(f"{self._where}: '{key}' must be a list of words, not {values!r}")
        return tuple(values)

    def inner(self, key: str) -> "Keys":
        """Returns the keys of a mapping inside; its own `end` is to be called."""
        return Keys(f"{self._where}, {key}", self._take(key))

    def end(self) -> None:
        """Refuses what no call has taken."""
        if self._left:
            raise StoryFileError(f"{self._where}: unknown key {', '.join(sorted(map(repr, self._left)))}")

    def _take(self, key: str, default: object = _REQUIRED) -> Any:
        if key in self._left:
            return self._left.pop(key)
        if default is _REQUIRED:
            raise StoryFileError(f"{self._where}: the key '{key}' is missing")
        return default


def open_file(path: Path, name: str) -> tuple[Keys, str]:
    """Returns the keys at the head of a file, and the text under them.

    Raises:
        StoryFileError: if it is not a text with YAML at its head, or of another format.
    """
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
    keys = Keys(name, post.metadata)
    if str(keys._take("recits", "?")) != str(FORMAT):
        raise StoryFileError(f"{name}: 'recits: {FORMAT}' is missing, or of another format")
    return keys, post.content


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
