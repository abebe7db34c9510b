"""Checks what plugins declare, field by field, and keeps their lazy texts from breaking a page; asks nothing that the declaration does not say."""

import dataclasses
import html
import threading
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal, TypeVar

from app.hooks.calls import CALLS, said

D = TypeVar("D")

MOST_ITEMS = 500
LONGEST_NAME = 60
_NO_WORDS = (bool, int, float, bytes, list, tuple, dict, set, frozenset, type(None))


class SafeWords:
    """A plugin's lazy text: read when it is shown, in the reader's language; one that raises is replaced by what it names, and the fault is kept."""

    def __init__(self, owner: str, where: str, words: Any) -> None:
        self._owner, self._where, self._words = owner, where, words

    def __str__(self) -> str:
        try:
            with CALLS.call(self._owner, "words", self._where):
                return str.__str__(str(self._words))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
                raise
            CALLS.fault(self._owner, "words", self._where, error)
            return self._where

    def __html__(self) -> str:
        return html.escape(str(self))

    def __repr__(self) -> str:
        return f"SafeWords({self._owner!r}, {self._where!r})"

    def __bool__(self) -> bool:
        return bool(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str | SafeWords) and str(self) == str(other)

    def __lt__(self, other: object) -> bool:
        return str(self) < str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)

    def __mod__(self, values: Any) -> str:
        return str(str(self) % values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(str(self), name)


def checked(owner: str, kind: type[D], item: Any) -> D:
    """Returns what a plugin declared, as a plain object of the hook's own kind: a subclass, or a property that answers anew each time, is left behind.

    Raises:
        TypeError: if it is of another kind, or a field holds something else than the contract says.
        ValueError: if a name cannot be used.
    """
    if not isinstance(item, kind):
        raise TypeError(f"a boot hook returned {type(item).__name__} instead of {kind.__name__}")
    name = getattr(item, "name", None)
    where = name if isinstance(name, str) else kind.__name__
    values = {field: _value(owner, f"{where}.{field}", getattr(item, field), hint) for field, hint in _hints(kind).items()}  # type: ignore[arg-type]  # a class can always be hashed
    if isinstance(name, str) and (
        not name or len(name) > LONGEST_NAME or not name.isprintable() or any(sign in name for sign in " :/<>\"'")
    ):
        raise ValueError(f"the name {name[:LONGEST_NAME]!r} cannot be used")
    return kind(**values)


def limited(answer: Iterable[Any]) -> list[Any]:
    """Returns what a boot hook answered, as a list; an answer without end is refused."""
    found: list[Any] = []
    for item in answer:
        if len(found) >= MOST_ITEMS:
            raise ValueError(f"a boot hook returned more than {MOST_ITEMS} objects")
        found.append(item)
    return found


@cache
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _value(owner: str, where: str, value: Any, hint: Any) -> Any:
    """Returns a field's value if it is what the contract says."""
    if hint is Any:
        return _words(owner, where, value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        fits = value in arguments
    elif origin in (typing.Union, types.UnionType):
        fits = any(isinstance(value, option) for option in arguments if isinstance(option, type))
    elif origin is Callable:
        fits = callable(value)
    elif origin is tuple and arguments and arguments[0] is Any:
        if not isinstance(value, tuple | list):
            raise TypeError(f"{where} is {type(value).__name__} instead of a tuple of texts")
        return tuple(_words(owner, where, entry) for entry in value)
    elif origin in (frozenset, tuple, set):
        fits = isinstance(value, origin) and all(isinstance(entry, arguments[0]) for entry in value)
    elif origin is type or hint is type:
        fits = isinstance(value, type)
    elif origin is not None:
        fits = isinstance(value, origin)
    elif hint is int:
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        fits = isinstance(value, hint)
    if not fits:
        raise TypeError(f"{where} is {type(value).__name__}, which its contract does not allow")
    return value


def _words(owner: str, where: str, value: Any) -> Any:
    if isinstance(value, _NO_WORDS):
        raise TypeError(f"{where} is {type(value).__name__} instead of a text")
    if type(value) is str:
        return value
    try:
        str(value)
    except (Exception, SystemExit) as error:
        raise ValueError(f"{where} cannot be read: {said(error)}") from error
    return SafeWords(owner, where, value)
