"""The one form that each tree has, so that equal texts are equal bytes; never drops a word, an image or a footnote.

The form is what the parser gives for what the Markdown writer wrote: `parse(to_markdown(tree)) == normalise(tree)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from app.kernel.document.characters import clean
from app.kernel.document.leaves import Leaf, leaves_of, settle, tree_of
from app.kernel.document.tree import (
    Alignment,
    Block,
    BulletList,
    Cell,
    Document,
    Footnote,
    FootnoteReference,
    Heading,
    Inline,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Table,
    Text,
)

MAX_DEPTH = 8
"""How many lists and quotes may stand in each other; what is deeper stays, at this depth."""

MAX_COLUMNS = 40
"""How many columns a table may have; the words of further ones go into the last."""

EMPTY_PARAGRAPH = Paragraph(())


def normalise(document: Document) -> Document:
    """Returns the document in normal form.

    Empty blocks go (but for the first paragraph of an item or a footnote, which is always there), neighbouring lists of one kind and neighbouring quotes
    become one, inlines are settled (module `leaves`), a call to a footnote that does not exist becomes the words that were typed, footnotes stand in the order
    of their first call.
    """
    notes = _distinct(document.footnotes)
    labels = frozenset(notes)
    body = _blocks(document.blocks, labels, MAX_DEPTH)
    settled = {label: Footnote(label, _led_by_paragraph(_blocks(blocks, labels, MAX_DEPTH))) for label, blocks in notes.items()}
    return Document(body, _in_order_of_call(body, settled))


def inlines_of(block: Block) -> Iterator[tuple[Inline, ...]]:
    """Yields the rows of inlines in a block, in reading order, those of inner blocks included."""
    match block:
        case Paragraph(children) | Heading(children=children):
            yield children
        case Table(header, _, rows):
            yield from (cell.children for row in (header, *rows) for cell in row)
        case _:
            for inner in children_of(block):
                yield from inlines_of(inner)


def children_of(block: Block) -> Iterator[Block]:
    """Yields the blocks that stand directly in a block (in its items, for a list)."""
    match block:
        case BulletList(items) | OrderedList(items=items):
            for item in items:
                yield from item.blocks
        case Quote(blocks):
            yield from blocks
        case _:
            return


def _distinct(footnotes: Iterable[Footnote]) -> dict[str, tuple[Block, ...]]:
    """Two footnotes with one label become one that says both."""
    notes: dict[str, tuple[Block, ...]] = {}
    for note in footnotes:
        label = clean(note.label)
        notes[label] = notes.get(label, ()) + note.blocks
    return notes


def _in_order_of_call(body: Iterable[Block], notes: dict[str, Footnote]) -> tuple[Footnote, ...]:
    called: dict[str, Footnote] = {}
    waiting = [_calls(body)]
    while waiting:
        found = next((label for label in waiting[0] if label not in called), None)
        if found is None:
            waiting.pop(0)
            continue
        called[found] = notes[found]
        waiting.append(_calls(notes[found].blocks))
    return tuple(called.values()) + tuple(note for label, note in notes.items() if label not in called)


def _calls(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        for inlines in inlines_of(block):
            yield from (leaf.node.label for leaf in leaves_of(inlines) if isinstance(leaf.node, FootnoteReference))


# Blocks ----------------------------------------------------------------------------------------------------------------------------------------------


def _blocks(blocks: Iterable[Block], labels: frozenset[str], depth: int) -> tuple[Block, ...]:
    settled: list[Block] = []
    for block in blocks:
        settled += _block(block, labels, depth)
    return _merged(settled)


def _block(block: Block, labels: frozenset[str], depth: int) -> Sequence[Block]:
    match block:
        case Paragraph(children):
            inlines = _inlines(children, labels)
            return [Paragraph(inlines)] if inlines else []
        case Heading(level, children):
            inlines = _inlines(children, labels, one_line=True)
            return [Heading(level, inlines)] if inlines else []
        case Table():
            return _table(block, labels)
        case _ if depth == 0:
            return _blocks(children_of(block), labels, depth)
        case Quote(inner):
            quoted = _blocks(inner, labels, depth - 1)
            return [Quote(quoted)] if quoted else []
        case BulletList(items) | OrderedList(items=items):
            settled = tuple(ListItem(_led_by_paragraph(_blocks(item.blocks, labels, depth - 1))) for item in items)
            return [replace(block, items=settled)] if settled else []


def _led_by_paragraph(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return blocks if blocks and isinstance(blocks[0], Paragraph) else (EMPTY_PARAGRAPH, *blocks)


def _merged(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Markdown cannot write two neighbouring lists of one kind, nor two neighbouring quotes: they are one."""
    merged: list[Block] = []
    for kind, group in groupby(blocks, key=type):
        alike = list(group)
        first = alike[0]
        if len(alike) == 1 or not issubclass(kind, BulletList | OrderedList | Quote):
            merged += alike
        elif isinstance(first, BulletList | OrderedList):
            merged.append(
                replace(first, items=tuple(item for one in alike if isinstance(one, BulletList | OrderedList) for item in one.items))
            )
        else:
            merged.append(Quote(_merged(inner for one in alike for inner in children_of(one))))
    return tuple(merged)


def _inlines(inlines: Iterable[Inline], labels: frozenset[str], *, one_line: bool = False) -> tuple[Inline, ...]:
    leaves = (_known(leaf, labels) for leaf in leaves_of(inlines))
    return tree_of(settle(leaves, one_line=one_line))


def _known(leaf: Leaf, labels: frozenset[str]) -> Leaf:
    if not isinstance(leaf.node, FootnoteReference):
        return leaf
    label = clean(leaf.node.label)
    return replace(leaf, node=FootnoteReference(label) if label in labels else Text(f"[^{label}]"))


# Tables ----------------------------------------------------------------------------------------------------------------------------------------------


def _table(table: Table, labels: frozenset[str]) -> Sequence[Table]:
    """All rows get as many cells as the longest; a row without content goes, and so does a table without any."""
    columns = min(max(len(row) for row in (table.header, *table.rows)), MAX_COLUMNS)
    header = _row(table.header, columns, labels)
    rows = tuple(row for row in (_row(row, columns, labels) for row in table.rows) if _has_content(row))
    if not rows and not _has_content(header):
        return []
    none: list[Alignment] = [""] * columns
    return [Table(header, (*table.alignments, *none)[:columns], rows)]


def _row(cells: Sequence[Cell], columns: int, labels: frozenset[str]) -> tuple[Cell, ...]:
    settled = [Cell(_inlines(cell.children, labels, one_line=True)) for cell in cells[: columns - 1]]
    rest: list[Inline] = []
    for cell in cells[columns - 1 :]:
        rest += [Text(" "), *cell.children]
    settled.append(Cell(_inlines(rest, labels, one_line=True)))
    settled += [Cell(())] * (columns - len(settled))
    return tuple(settled)


def _has_content(row: Iterable[Cell]) -> bool:
    return any(cell.children for cell in row)
