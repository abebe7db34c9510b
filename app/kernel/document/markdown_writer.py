"""Writes a tree as canonical Markdown, the form that is stored and hashed; never writes a character of text that could be read back as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from app.kernel.document.inline_reader import PUNCTUATION
from app.kernel.document.leaves import EMPHASIS, NO_MARKS, STRONG, Leaf, leaves_of, shared_marks
from app.kernel.document.normal import normalise
from app.kernel.document.tree import (
    MAX_START,
    Alignment,
    Block,
    BulletList,
    Cell,
    Document,
    FootnoteReference,
    Heading,
    Image,
    Inline,
    LineBreak,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Table,
    Text,
)

EMPTY_FIRST_PARAGRAPH = "\\"
"""How the empty first paragraph of a list item or of a footnote is written."""

_INDENT = "    "

_SEPARATORS: dict[Alignment, str] = {"": "---", "left": ":---", "center": ":---:", "right": "---:"}


def to_markdown(document: Document) -> str:
    """Returns the canonical Markdown of any tree: NFC, "\\n" line ends, one at the end, or nothing at all for an empty document."""
    return write_markdown(normalise(document))


def write_markdown(document: Document) -> str:
    """Does what `to_markdown` does, for a document that is in normal form already, such as the parser's."""
    blocks = _block_lines(document.blocks)
    for note in document.footnotes:
        blocks += _separated(blocks, _item_lines(f"[^{note.label}]: ", note.blocks, tight=False))
    return "".join(f"{line}\n" for line in blocks)


# Blocks ----------------------------------------------------------------------------------------------------------------------------------------------


def _block_lines(blocks: Iterable[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += _separated(lines, _lines(block))
    return lines


def _separated(before: Sequence[str], lines: Sequence[str]) -> Sequence[str]:
    return ["", *lines] if before else lines


def _lines(block: Block) -> Sequence[str]:
    match block:
        case Paragraph(children):
            return _inline_lines(children)
        case Heading(level, children):
            return [_heading(level, children)]
        case Quote(blocks):
            return [f"> {line}" if line else ">" for line in _block_lines(blocks)]
        case BulletList() | OrderedList():
            return _list_lines(block)
        case Table(header, alignments, rows):
            separator = _row(_SEPARATORS[alignment] for alignment in alignments)
            return [_row(map(_cell, header)), separator, *(_row(map(_cell, row)) for row in rows)]


def _heading(level: int, children: tuple[Inline, ...]) -> str:
    line = _write(leaves_of(children), _Place())
    if line.endswith("#"):
        # Hash signs at the end of a heading are read as its closing.
        line = line[:-1] + "\\#"
    return f"{'#' * level} {line}"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell) -> str:
    return _write(leaves_of(cell.children), _Place(escape_pipes=True))


def _list_lines(block: BulletList | OrderedList) -> list[str]:
    tight = _is_tight(block)
    lines: list[str] = []
    for number, item in enumerate(block.items):
        marker = "- " if isinstance(block, BulletList) else f"{min(block.start + number, MAX_START)}. "
        item_lines = _item_lines(marker, item.blocks, tight)
        lines += item_lines if tight else _separated(lines, item_lines)
    return lines


def _is_tight(block: Block) -> bool:
    return isinstance(block, BulletList | OrderedList) and all(map(_is_tight_item, block.items))


def _is_tight_item(item: ListItem) -> bool:
    return len(item.blocks) == 1 or (len(item.blocks) == 2 and _is_tight(item.blocks[1]))


def _item_lines(marker: str, blocks: Sequence[Block], tight: bool) -> list[str]:
    first, *others = blocks
    lines = list(_lines(first)) or [EMPTY_FIRST_PARAGRAPH]
    for block in others:
        inner = _lines(block)
        lines += inner if tight else ["", *inner]
    return [marker + lines[0], *(_INDENT + line if line else "" for line in lines[1:])]


# Inlines ---------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where inlines are written, which decides what must be escaped."""

    line_start: bool = False
    escape_pipes: bool = False
    in_link: bool = False


def _inline_lines(children: tuple[Inline, ...]) -> list[str]:
    leaves = leaves_of(children)
    if not leaves:
        return []
    several_lines = any(isinstance(leaf.node, LineBreak) for leaf in leaves)
    # One line alone is never read as a table.
    return _write(leaves, _Place(line_start=True, escape_pipes=several_lines)).split("\n")


def _write(leaves: Iterable[Leaf], place: _Place) -> str:
    return "".join(_pieces(leaves, NO_MARKS, place))


def _pieces(leaves: Iterable[Leaf], outer: frozenset[str], place: _Place) -> Iterator[str]:
    """Yields the Markdown of leaves that all stand in the marks `outer`, which the caller writes."""
    units = _units(leaves)
    marks = outer
    for index, unit in enumerate(units):
        wanted = shared_marks(unit)
        switch = _switch(marks ^ wanted)
        following = units[index + 1] if index + 1 < len(units) else None
        yield switch
        marks = wanted
        place = replace(place, line_start=place.line_start and not switch)
        yield from _unit(unit, marks, place, following)
        place = replace(place, line_start=isinstance(unit[0].node, LineBreak))
    yield _switch(marks ^ outer)


def _units(leaves: Iterable[Leaf]) -> list[list[Leaf]]:
    """A leaf outside links is a unit; so are all the leaves of one link."""
    units: list[list[Leaf]] = []
    for target, group in groupby(leaves, key=lambda leaf: leaf.target):
        members = list(group)
        units += [[leaf] for leaf in members] if target is None else [members]
    return units


def _switch(marks: frozenset[str]) -> str:
    return "*" * ((EMPHASIS in marks) + 2 * (STRONG in marks))


def _unit(unit: list[Leaf], marks: frozenset[str], place: _Place, following: list[Leaf] | None) -> Iterator[str]:
    target = unit[0].target
    if target is None:
        # A switch of marks in between would already keep the two apart.
        touching = following if following is not None and shared_marks(following) == marks else None
        yield _leaf(unit[0], place, before_bracket=touching is not None and _begins_with_bracket(touching))
        if place.line_start and isinstance(unit[0].node, FootnoteReference) and touching is not None and _begins_with_colon(touching):
            # At the start of a line this would be the definition of a footnote.
            yield "\\"
        return
    yield "["
    words = [replace(leaf, target=None) for leaf in unit]
    inner = "".join(_pieces(words, marks, replace(place, line_start=False, in_link=True)))
    yield f"\\{inner}" if inner.startswith("^") else inner
    yield f"]({_destination(target)})"


def _begins_with_bracket(unit: list[Leaf]) -> bool:
    return unit[0].target is not None or isinstance(unit[0].node, FootnoteReference)


def _begins_with_colon(unit: list[Leaf]) -> bool:
    return unit[0].target is None and isinstance(unit[0].node, Text) and unit[0].node.text.startswith(":")


def _leaf(leaf: Leaf, place: _Place, before_bracket: bool) -> str:
    match leaf.node:
        case Text(text):
            return _text(text, place, before_bracket)
        case Image(media, alt):
            return f"![{_alternative(alt, place)}](media:{media})"
        case FootnoteReference(label):
            return f"[^{label}]"
        case LineBreak():
            return "\\\n"


def _alternative(alt: str, place: _Place) -> str:
    return _ALT_SPECIAL.sub(r"\\\g<0>", alt) if place.escape_pipes else _ALT_SPECIAL_ALONE.sub(r"\\\g<0>", alt)


_P = re.escape(PUNCTUATION)
_ALT_SPECIAL = re.compile(rf"[\[\]|]|\\(?=[{_P}]|\Z)")
_ALT_SPECIAL_ALONE = re.compile(rf"[\[\]]|\\(?=[{_P}]|\Z)")

_BALANCED = re.compile(r"(?:[^()]|\([^()]*+\))*+")


def _destination(target: str) -> str:
    return target if _BALANCED.fullmatch(target) else re.sub(r"[()]", r"\\\g<0>", target)


# Text ------------------------------------------------------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(rf"[*_\[\]|]|<(?=[0-9A-Za-z])|\\(?=[{_P}]|\Z)")
# Dashes alone are no rule in this dialect, but after the dash of an item they would look like one.
_BLOCK_START = re.compile(r"#{1,6}(?= |\Z)|[+*-](?= |\Z)|-(?=[- ]*\Z)|>|[0-9]{1,9}(?=\.(?: |\Z))")
# Brackets around words, such as the […] of a quotation, begin no link if nothing that belongs to one follows in the same text.
_PLAIN_BRACKETS = re.compile(r"\[(?!\^)[^\[\]\\]*+\](?=[^(\[:])")


def _text(text: str, place: _Place, before_bracket: bool) -> str:
    harmless = set() if place.in_link else {at for found in _PLAIN_BRACKETS.finditer(text) for at in (found.start(), found.end() - 1)}
    escaped = {
        found.start() for found in _SPECIAL.finditer(text) if found.start() not in harmless and _needs_escape(text, found.start(), place)
    }
    if place.line_start and (start := _BLOCK_START.match(text)):
        escaped.add(start.end() if start.group()[0].isdigit() else 0)
    if before_bracket and text.endswith("!"):
        escaped.add(len(text) - 1)
    if not escaped:
        return text
    return "".join(f"\\{character}" if index in escaped else character for index, character in enumerate(text))


def _needs_escape(text: str, index: int, place: _Place) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    match text[index]:
        case "|":
            return place.escape_pipes
        case "*":
            return not before == after == " "
        case "_":
            return not (before == after == " " or (before.isalnum() and after.isalnum()))
        case _:
            return True
