"""Keeps what was made of all public tellings, one for each language, for as long as these are the same."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from app.sdk import Telling, current_language

Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """What was last made of the tellings that `list_tellings` gave; those are the same object until something that they follow from changes."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[Sequence[Telling], Made]] = {}

    def of(self, tellings: Sequence[Telling], make: Callable[[], Made]) -> Made:
        """Returns what was made of these tellings in the language of the page, or makes it."""
        language = current_language()
        known = self._last.get(language)
        if known is None or known[0] is not tellings:
            known = self._last[language] = tellings, make()
        return known[1]
