"""The closed tree of a text: every kind of block and of inline that exists on this site, and no other; never holds a value that the site refuses to show.

Trees are values: frozen, hashable, compared by content. Constructors refuse what no writer could write (an unknown heading level, an unsafe address), so
that a writer needs no second check. `normalise` (module `normal`) brings a tree into the one form that the parser gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.kernel.document.targets import safe_target

MEDIA_ID = re.compile(r"[0-9a-z]{1,40}")
LABEL = re.compile(r"[\w-]{1,40}")
HEADING_LEVELS = range(2, 5)
MAX_START = 999_999_999
"""Largest number with which an ordered list may start: the largest that browsers show alike."""

Alignment = Literal["", "left", "center", "right"]
_ALIGNMENTS = frozenset({"", "left", "center", "right"})


def _require(accepted: object, sentence: str) -> None:
    if not accepted:
        raise ValueError(sentence)


# Inlines ---------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are read; no character of it is markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words in italic."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    """Words in bold."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere. `target` is in the form that `safe_target` gives; ValueError otherwise."""

    target: str
    children: tuple[Inline, ...]

    def __post_init__(self) -> None:
        _require(safe_target(self.target) == self.target, "a link leads to a safe target in its normal form")


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the story, named by its media id (`[0-9a-z]{1,40}`), with the alternative that was typed for it here (may be empty)."""

    media: str
    alt: str

    def __post_init__(self) -> None:
        _require(MEDIA_ID.fullmatch(self.media), "a media id is 1 to 40 digits and lower-case letters")


@dataclass(frozen=True, slots=True)
class FootnoteReference:
    """The place from which a footnote is called."""

    label: str

    def __post_init__(self) -> None:
        _require(LABEL.fullmatch(self.label), "a footnote's label is 1 to 40 letters, digits, - or _")


@dataclass(frozen=True, slots=True)
class LineBreak:
    """The end of a line that the writer asked for, inside a paragraph."""


Inline = Text | Emphasis | Strong | Link | Image | FootnoteReference | LineBreak

# Blocks ----------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Inlines that are read together. Empty only as the first block of a list item or of a footnote. One image alone is shown as a figure."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part; level 2, 3 or 4."""

    level: int
    children: tuple[Inline, ...]

    def __post_init__(self) -> None:
        _require(self.level in HEADING_LEVELS, "a heading has level 2, 3 or 4")


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item. In normal form its first block is a paragraph, possibly empty (what the editor's schema calls `paragraph block*`)."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    """Items in no order."""

    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class OrderedList:
    """Items numbered from `start` (0 to MAX_START)."""

    start: int
    items: tuple[ListItem, ...]

    def __post_init__(self) -> None:
        _require(0 <= self.start <= MAX_START, "an ordered list starts between 0 and 999,999,999")


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header row, one alignment per column ("" is the default) and rows. In normal form all rows have as many cells as the header."""

    header: tuple[Cell, ...]
    alignments: tuple[Alignment, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        _require(self.header, "a table has at least one column")
        _require(set(self.alignments) <= _ALIGNMENTS, "a column is aligned left, center, right or not at all")


Block = Paragraph | Heading | BulletList | OrderedList | Quote | Table


@dataclass(frozen=True, slots=True)
class Footnote:
    """What is said under a label. In normal form its first block is a paragraph, possibly empty."""

    label: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        _require(LABEL.fullmatch(self.label), "a footnote's label is 1 to 40 letters, digits, - or _")


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text: its blocks, and its footnotes in the order in which they are first called (then those that nothing calls)."""

    blocks: tuple[Block, ...]
    footnotes: tuple[Footnote, ...] = ()
