"""Makes the tree of any editor document, however odd; never loses a word, an image or a footnote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.kernel.document.characters import clean
from app.kernel.document.leaves import EMPHASIS, STRONG, Leaf, tree_of
from app.kernel.document.normal import normalise
from app.kernel.document.targets import safe_target
from app.kernel.document.tree import (
    HEADING_LEVELS,
    LABEL,
    MAX_START,
    MEDIA_ID,
    Alignment,
    Block,
    BulletList,
    Cell,
    Document,
    Footnote,
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
from app.kernel.editor.nodes import EditorDocument, Element, Marks, Node, Words, is_inline, rows, standing

_ALIGNMENTS: dict[str, Alignment] = {"left": "left", "center": "center", "right": "right"}


def to_tree(document: EditorDocument) -> Document:
    """Returns the tree of all that the document holds, proposed words included (module `accepted` takes them out), in normal form.

    Words that stand outside a paragraph get one, blocks inside a paragraph come after it, an element that the site does not know gives what it holds, a
    footnote is found wherever it stands. An address to which no link may lead leaves its words.
    """
    reading = _Reading()
    blocks = tuple(reading.blocks(document.children))
    return normalise(Document(blocks, tuple(reading.notes)))


def note_label(raw: str) -> str | None:
    """Returns the label of a footnote as the tree writes it, or None where it can be none."""
    label = clean(raw)
    return label if LABEL.fullmatch(label) else None


@dataclass
class _Reading:
    """One reading of a document; gathers the footnotes on its way."""

    notes: list[Footnote] = field(default_factory=list)

    def blocks(self, nodes: Iterable[Node]) -> Iterator[Block]:
        for inline, group in rows(nodes):
            if inline:
                yield Paragraph(_inlines(group))
                continue
            for node in group:
                if isinstance(node, Element):
                    yield from self.block(node)

    def block(self, node: Element) -> Iterator[Block]:
        match node.tag:
            case "heading":
                yield from self.heading(node)
            case "bullet_list":
                yield BulletList(self.items(node))
            case "ordered_list":
                yield OrderedList(min(node.number("start", 1), MAX_START), self.items(node))
            case "quote":
                yield Quote(tuple(self.blocks(node.children)))
            case "table":
                yield from self.table(node)
            case "footnote" if label := note_label(node.get("label")):
                place = len(self.notes)
                blocks = tuple(self.blocks(node.children))
                self.notes.insert(place, Footnote(label, blocks))
            case "paragraph" if not node.children:
                # Kept, since the first paragraph of an item may be empty; `normalise` drops the others.
                yield Paragraph(())
            case _:
                yield from self.blocks(node.children)

    def heading(self, node: Element) -> Iterator[Block]:
        level = min(max(node.number("level", HEADING_LEVELS.start), HEADING_LEVELS.start), HEADING_LEVELS.stop - 1)
        for inline, group in rows(node.children):
            if inline:
                yield Heading(level, _inlines(group))
            else:
                yield from self.blocks(group)

    def items(self, node: Element) -> tuple[ListItem, ...]:
        items: list[ListItem] = []
        for inline, group in rows(node.children):
            if inline:
                items.append(ListItem((Paragraph(_inlines(group)),)))
                continue
            for child in group:
                if isinstance(child, Element):
                    inside = child.children if child.tag == "list_item" else (child,)
                    items.append(ListItem(tuple(self.blocks(inside))))
        return tuple(items)

    def table(self, node: Element) -> Iterator[Block]:
        written = [row for row in self.rows(node) if row]
        if not written:
            return
        header, *others = ([Cell(self.cell(cell)) for cell in row] for row in written)
        alignments = tuple(_ALIGNMENTS.get(cell.get("align") if isinstance(cell, Element) else "", "") for cell in written[0])
        yield Table(tuple(header), alignments, tuple(map(tuple, others)))

    def rows(self, node: Element) -> Iterator[Sequence[Node]]:
        """Rows of cells; what stands in a table without being a row, or in a row without being a cell, is one."""
        for inline, group in rows(node.children):
            if inline:
                yield [Element("table_cell", (), tuple(group))]
                continue
            for child in group:
                if isinstance(child, Element):
                    yield list(self.cells(child)) if child.tag == "table_row" else [child]

    def cells(self, row: Element) -> Iterator[Node]:
        for inline, group in rows(row.children):
            if inline:
                yield Element("table_cell", (), tuple(group))
            else:
                yield from group

    def cell(self, node: Node) -> tuple[Inline, ...]:
        """All that a cell holds, on one line."""
        if not isinstance(node, Element):
            return ()
        if node.tag == "footnote" and note_label(node.get("label")):
            list(self.block(node))
            return ()
        inlines: list[Inline] = []
        for inline, group in rows(node.children):
            if inline:
                inlines += [Text(" "), *_inlines(group)]
            else:
                inlines += [inside for child in group for inside in (Text(" "), *self.cell(child))]
        return tuple(inlines)


def _inlines(row: Iterable[Node]) -> tuple[Inline, ...]:
    return tree_of(_leaf(node, marks) for node, marks in standing(row) if is_inline(node))


def _leaf(node: Node, marks: Marks) -> Leaf:
    names = frozenset(name for name, has in ((STRONG, marks.strong), (EMPHASIS, marks.emphasis)) if has)
    target = safe_target(marks.link) if marks.link else None
    if isinstance(node, Words):
        return Leaf(Text(node.text), names, target)
    return Leaf(_atom(node), names, target)


def _atom(node: Element) -> Text | Image | FootnoteReference | LineBreak:
    match node.tag:
        case "image":
            media, alt = node.get("media"), node.get("alt")
            return Image(media, alt) if MEDIA_ID.fullmatch(media) else Text(alt)
        case "footnote_call":
            label = note_label(node.get("label"))
            return FootnoteReference(label) if label else Text(f"[^{node.get('label')}]")
        case _:
            return LineBreak()
