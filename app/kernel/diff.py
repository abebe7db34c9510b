"""What changed between two texts, word by word; for people to read, never to rebuild a text from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_TOKEN = re.compile(r"\n+|[^\S\n]+|\w+[’']?|[^\w\s]")
# Above this many tokens on both sides together, paragraphs are compared as wholes first: the word comparison is quadratic.
_LONG = 6000


class Change(StrEnum):
    SAME = "same"
    INSERTED = "inserted"
    REMOVED = "removed"


@dataclass(frozen=True)
class DiffPiece:
    """A run of text with what happened to it."""

    change: Change
    text: str


def compare_texts(before: str, after: str) -> tuple[DiffPiece, ...]:
    """Returns the words kept, removed and inserted, in reading order; a removal stands before the insertion that replaces it."""
    if before == after:
        return (DiffPiece(Change.SAME, after),) if after else ()
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > _LONG:
        old, new = _paragraphs(before), _paragraphs(after)
    pieces: list[DiffPiece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            _add(pieces, Change.SAME, old[a:b])
            continue
        _add(pieces, Change.REMOVED, old[a:b])
        _add(pieces, Change.INSERTED, new[c:d])
    return tuple(_joined(pieces))


def _paragraphs(text: str) -> list[str]:
    return re.findall(r"[^\n]+|\n+", text)


def _add(pieces: list[DiffPiece], change: Change, tokens: Sequence[str]) -> None:
    if tokens:
        pieces.append(DiffPiece(change, "".join(tokens)))


def _joined(pieces: Sequence[DiffPiece]) -> list[DiffPiece]:
    """Joins changes that only a space parts, so that a replaced sentence reads as one removal and one insertion."""
    out: list[DiffPiece] = []
    removed = inserted = ""

    def flush() -> None:
        nonlocal removed, inserted
        if removed:
            out.append(DiffPiece(Change.REMOVED, removed))
        if inserted:
            out.append(DiffPiece(Change.INSERTED, inserted))
        removed = inserted = ""

    for index, piece in enumerate(pieces):
        between = 0 < index < len(pieces) - 1
        if piece.change is Change.REMOVED:
            removed += piece.text
        elif piece.change is Change.INSERTED:
            inserted += piece.text
        elif between and piece.text == " " and (removed or inserted):
            removed, inserted = removed + " ", inserted + " "
        else:
            flush()
            out.append(piece)
    flush()
    return out
