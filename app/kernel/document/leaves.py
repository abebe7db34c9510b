"""Inlines as a flat row of leaves with their marks, which is how an editor sees them, and the one tree that each row has; never loses a leaf that shows something.

A tree of marks can say one thing in many ways (bold in italic, italic in bold, bold beside bold). A row of leaves cannot: this is where the normal form is
decided. Marks belong to words. What has no letters of its own (a space, a line break, an image, a footnote's call) is *neutral*: it keeps a mark only where
the words on both sides have it, so that a mark always begins and ends at a word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from app.kernel.document.characters import clean, collapse
from app.kernel.document.tree import Emphasis, FootnoteReference, Image, Inline, LineBreak, Link, Strong, Text

NO_MARKS: frozenset[str] = frozenset()
EMPHASIS = "emphasis"
STRONG = "strong"

Atom = Text | Image | FootnoteReference | LineBreak


@dataclass(frozen=True, slots=True)
class Leaf:
    """One piece of text or one object, with the marks and the link that it stands in."""

    node: Atom
    marks: frozenset[str] = NO_MARKS
    target: str | None = None


def leaves_of(inlines: Iterable[Inline]) -> list[Leaf]:
    """Returns the leaves of inlines, in reading order and as they stand. In a link inside a link, the outer one holds."""
    return list(_flatten(inlines, NO_MARKS, None))


def settle(leaves: Iterable[Leaf], *, one_line: bool = False) -> list[Leaf]:
    """Returns the leaves in normal form.

    White space is one space, never at either end of a line; a footnote's call is never in a link; marks and links begin and end at words; neighbours of one
    kind are one.

    Args:
        leaves: in reading order.
        one_line: whether line breaks become spaces (headings and cells are one line).
    """
    row = _lines(_tokens(leaves), one_line)
    if any(leaf.target for leaf in row):
        row = _settle_targets(row)
    if any(leaf.marks for leaf in row):
        row = _settle_marks(row)
    return _merge(row)


def tree_of(leaves: Iterable[Leaf]) -> tuple[Inline, ...]:
    """Returns the inlines of settled leaves: links outside, then bold, then italic."""
    inlines: list[Inline] = []
    for target, group in groupby(leaves, key=lambda leaf: leaf.target):
        marked = _marked(list(group))
        inlines += marked if target is None else [Link(target, tuple(marked))]
    return tuple(inlines)


def shared_marks(leaves: Iterable[Leaf]) -> frozenset[str]:
    """Returns the marks that all the leaves have."""
    return frozenset.intersection(*(leaf.marks for leaf in leaves))


def _flatten(inlines: Iterable[Inline], marks: frozenset[str], target: str | None) -> Iterator[Leaf]:
    for inline in inlines:
        match inline:
            case Emphasis(children):
                yield from _flatten(children, marks | {EMPHASIS}, target)
            case Strong(children):
                yield from _flatten(children, marks | {STRONG}, target)
            case Link(address, children):
                yield from _flatten(children, marks, target or address)
            case _:
                yield Leaf(inline, marks, target)


# White space -----------------------------------------------------------------------------------------------------------------------------------------


def _tokens(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """Cleans the leaves, and sets the spaces at the ends of each text apart."""
    for leaf in leaves:
        match leaf.node:
            case Text(text):
                yield from (Leaf(Text(part), leaf.marks, leaf.target) for part in _parts(collapse(clean(text))))
            case Image(media, alt):
                yield Leaf(Image(media, collapse(clean(alt)).strip()), leaf.marks, leaf.target)
            case FootnoteReference():
                yield Leaf(leaf.node, leaf.marks)
            case _:
                yield leaf


def _parts(text: str) -> Iterator[str]:
    core = text.strip(" ")
    if text.startswith(" "):
        yield " "
    if core:
        yield core
        if text.endswith(" "):
            yield " "


def _is_space(leaf: Leaf) -> bool:
    return leaf.node == _SPACE


_SPACE = Text(" ")


def _lines(tokens: Iterable[Leaf], one_line: bool) -> list[Leaf]:
    """Drops the white space that shows nothing: repeated, beside a line break, at either end."""
    row: list[Leaf] = []
    line: list[Leaf] = []
    for leaf in tokens:
        if not isinstance(leaf.node, LineBreak):
            line.append(leaf)
        elif one_line:
            line.append(Leaf(_SPACE, leaf.marks, leaf.target))
        else:
            row += [*_trim(line), leaf]
            line = []
    row += _trim(line)
    begin = next((index for index, leaf in enumerate(row) if not isinstance(leaf.node, LineBreak)), len(row))
    end = next((index for index in range(len(row), 0, -1) if not isinstance(row[index - 1].node, LineBreak)), 0)
    return row[begin:end]


def _trim(line: Sequence[Leaf]) -> list[Leaf]:
    start, end = 0, len(line)
    while start < end and _is_blank(line[start]):
        start += 1
    while start < end and _is_blank(line[end - 1]):
        end -= 1
    trimmed: list[Leaf] = []
    for leaf in line[start:end]:
        if _is_space(leaf) and trimmed and _is_space(trimmed[-1]):
            before = trimmed[-1]
            trimmed[-1] = Leaf(_SPACE, leaf.marks & before.marks, leaf.target if leaf.target == before.target else None)
        else:
            trimmed.append(leaf)
    if trimmed:
        trimmed[0] = _stripped(trimmed[0], str.lstrip)
        trimmed[-1] = _stripped(trimmed[-1], str.rstrip)
    return trimmed


def _is_blank(leaf: Leaf) -> bool:
    return isinstance(leaf.node, Text) and not leaf.node.text.strip()


def _stripped(leaf: Leaf, strip: Callable[[str], str]) -> Leaf:
    return Leaf(Text(strip(leaf.node.text)), leaf.marks, leaf.target) if isinstance(leaf.node, Text) else leaf


# Links and marks -------------------------------------------------------------------------------------------------------------------------------------


def _settle_targets(row: Sequence[Leaf]) -> list[Leaf]:
    """A space or a line break is in a link only between two things of that link."""
    return _settle_neutral(row, _is_gap, _target_between)


def _target_between(left: Leaf | None, run: Sequence[Leaf], right: Leaf | None) -> list[Leaf]:
    target = left.target if left and right and left.target == right.target else None
    if any(leaf.target != target for leaf in run):
        target = None
    return [Leaf(leaf.node, leaf.marks, target) for leaf in run]


def _is_gap(leaf: Leaf) -> bool:
    return isinstance(leaf.node, LineBreak) or _is_space(leaf)


def _settle_marks(row: Sequence[Leaf]) -> list[Leaf]:
    """A neutral leaf has the marks that the words on both sides have; a link counts as one word, with the marks that all its words share."""
    units: list[_Unit] = []
    for target, group in groupby(row, key=lambda leaf: leaf.target):
        leaves = list(group)
        units += [_Unit([leaf]) for leaf in leaves] if target is None else [_Unit(leaves)]
    settled = _settle_neutral(units, _Unit.is_neutral, _unit_marks_between)
    return [leaf for unit in settled for leaf in unit.settled()]


class _Unit:
    """A leaf outside links, or all the leaves of one link."""

    def __init__(self, leaves: list[Leaf], marks: frozenset[str] | None = None) -> None:
        self.leaves = leaves
        self.words = [leaf for leaf in leaves if _is_word(leaf)]
        self.marks = shared_marks(self.words or leaves) if marks is None else marks

    def is_neutral(self) -> bool:
        return not self.words

    def settled(self) -> list[Leaf]:
        if not self.words:
            return [Leaf(leaf.node, self.marks, leaf.target) for leaf in self.leaves]
        inside = _settle_neutral(self.leaves, lambda leaf: not _is_word(leaf), _marks_between)
        return [Leaf(leaf.node, leaf.marks | self.marks, leaf.target) for leaf in inside]


def _is_word(leaf: Leaf) -> bool:
    return isinstance(leaf.node, Text) and not _is_space(leaf)


def _unit_marks_between(left: _Unit | None, run: Sequence[_Unit], right: _Unit | None) -> list[_Unit]:
    marks = left.marks & right.marks if left and right else NO_MARKS
    for unit in run:
        marks &= unit.marks
    return [_Unit(unit.leaves, marks) for unit in run]


def _marks_between(left: Leaf | None, run: Sequence[Leaf], right: Leaf | None) -> list[Leaf]:
    marks = left.marks & right.marks if left and right else NO_MARKS
    for leaf in run:
        marks &= leaf.marks
    return [Leaf(leaf.node, marks, leaf.target) for leaf in run]


_T = TypeVar("_T")


def _settle_neutral(
    row: Sequence[_T], is_neutral: Callable[[_T], bool], decide: Callable[[_T | None, Sequence[_T], _T | None], list[_T]]
) -> list[_T]:
    """Returns the row in which each run of neutral members is replaced by what `decide` makes of it and of its two neighbours."""
    settled: list[_T] = []
    index = 0
    while index < len(row):
        if not is_neutral(row[index]):
            settled.append(row[index])
            index += 1
            continue
        end = index
        while end < len(row) and is_neutral(row[end]):
            end += 1
        settled += decide(row[index - 1] if index else None, row[index:end], row[end] if end < len(row) else None)
        index = end
    return settled


# Neighbours ------------------------------------------------------------------------------------------------------------------------------------------


def _merge(row: Iterable[Leaf]) -> list[Leaf]:
    """Joins neighbouring texts of one kind; only then can two characters compose, hence the second NFC."""
    merged: list[Leaf] = []
    for (is_text, marks, target), group in groupby(row, key=lambda leaf: (isinstance(leaf.node, Text), leaf.marks, leaf.target)):
        if is_text:
            text = "".join(leaf.node.text for leaf in group if isinstance(leaf.node, Text))
            merged.append(Leaf(Text(unicodedata.normalize("NFC", text)), marks, target))
        else:
            merged += group
    return merged


def _marked(leaves: Sequence[Leaf]) -> list[Inline]:
    inlines: list[Inline] = []
    for strong, group in groupby(leaves, key=lambda leaf: STRONG in leaf.marks):
        emphasised = _emphasised(group)
        inlines += [Strong(tuple(emphasised))] if strong else emphasised
    return inlines


def _emphasised(leaves: Iterable[Leaf]) -> list[Inline]:
    inlines: list[Inline] = []
    for emphasis, group in groupby(leaves, key=lambda leaf: EMPHASIS in leaf.marks):
        nodes: list[Inline] = [leaf.node for leaf in group]
        inlines += [Emphasis(tuple(nodes))] if emphasis else nodes
    return inlines
