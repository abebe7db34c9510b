"""Makes the editor document of a tree, with all that the tree says and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.kernel.document.leaves import EMPHASIS, STRONG, Leaf, leaves_of
from app.kernel.document.tree import (
    Alignment,
    Block,
    BulletList,
    Cell,
    Document,
    FootnoteReference,
    Heading,
    Image,
    Inline,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Table,
    Text,
)
from app.kernel.editor.nodes import EditorDocument, Element, Marks, Node, Words, element, standing


def from_tree(document: Document) -> EditorDocument:
    """Returns the editor document of a tree in normal form; that of an empty tree is one empty paragraph, where a caret can stand."""
    blocks = [_block(block) for block in document.blocks]
    notes = [element("footnote", *map(_block, note.blocks), label=note.label) for note in document.footnotes]
    return EditorDocument((*(blocks or [element("paragraph")]), *notes))


def _block(block: Block) -> Element:
    match block:
        case Paragraph(children):
            return element("paragraph", *_inlines(children))
        case Heading(level, children):
            return element("heading", *_inlines(children), level=level)
        case Quote(blocks):
            return element("quote", *map(_block, blocks))
        case BulletList(items):
            return element("bullet_list", *map(_item, items))
        case OrderedList(start, items):
            return element("ordered_list", *map(_item, items), start=start)
        case Table(header, alignments, rows):
            return element("table", _row("table_header", header, alignments), *(_row("table_cell", row, alignments) for row in rows))


def _item(item: ListItem) -> Element:
    return element("list_item", *map(_block, item.blocks))


def _row(tag: str, cells: Sequence[Cell], alignments: Sequence[Alignment]) -> Element:
    return element(
        "table_row",
        *(element(tag, *_inlines(cell.children), align=align) for cell, align in zip(cells, alignments, strict=True)),
    )


def _inlines(inlines: Iterable[Inline]) -> list[Node]:
    leaves = leaves_of(inlines)
    nodes = [_inline(leaf) for leaf in leaves]
    return [_explicit(node, seen, leaf) for (node, seen), leaf in zip(standing(nodes), leaves, strict=True)]


def _inline(leaf: Leaf) -> Node:
    match leaf.node:
        case Text(text):
            return Words(text, Marks(STRONG in leaf.marks, EMPHASIS in leaf.marks, leaf.target))
        case Image(media, alt):
            return element("image", media=media, alt=alt)
        case FootnoteReference(label):
            return element("footnote_call", label=label)
        case _:
            return element("hard_break")


def _explicit(node: Node, seen: Marks, leaf: Leaf) -> Node:
    """An object says its marks itself where its neighbours would be misread."""
    if isinstance(node, Words):
        return node
    attributes = dict(node.attributes)
    if (seen.strong, seen.emphasis) != (STRONG in leaf.marks, EMPHASIS in leaf.marks):
        attributes["marks"] = " ".join(name for name in (STRONG, EMPHASIS) if name in leaf.marks)
    if seen.link != leaf.target:
        attributes["link"] = leaf.target or ""
    return replace(node, attributes=tuple(sorted(attributes.items())))
