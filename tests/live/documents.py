"""Small Yjs documents to test with."""

from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Text


class Writer:
    """Somebody with a copy of a document, whose updates are kept as they leave."""

    def __init__(self, *updates: bytes) -> None:
        self.document: Doc[Any] = Doc()
        for update in updates:
            self.document.apply_update(update)
        self.sent: list[bytes] = []
        self._subscription = self.document.observe(lambda event: self.sent.append(event.update))

    def type(self, words: str) -> bytes:
        """Writes at the end; returns the update."""
        text = self.document.get("md", type=Text)
        text += words
        return self.sent[-1]


def text_of(document: Doc[Any]) -> str:
    """Returns what a document says."""
    return str(document.get("md", type=Text))


def say(*words: str) -> list[bytes]:
    """Returns the updates of one writer who typed these words one after the other."""
    writer = Writer()
    return [writer.type(part) for part in words]


def made(words: str, revision: str | None = "r1") -> Callable[[], tuple[bytes, str | None]]:
    """Returns what seeds a room with words."""
    return lambda: (say(words)[0], revision)
