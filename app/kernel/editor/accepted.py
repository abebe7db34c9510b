"""What of a text counts: without the insertions that are only proposed, with the words whose deletion is only proposed; lists what is proposed and quoted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.kernel.document.tree import Document
from app.kernel.editor.nodes import EditorDocument, Element, Marks, Node, Suggestion, Textblock, Words, rows, standing, textblocks
from app.kernel.editor.to_tree import to_tree

BOUNDARY = "\u200b"
"""The zero-width space with which the editor's suggestion mode marks a boundary of blocks; no word of anybody."""

CONTEXT = 40
"""How many characters around a proposal help to find it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal: who made it, what it adds and takes away, and the accepted words on both sides."""

    id: str
    by: str
    inserted: str
    deleted: str
    before: str
    after: str


def accepted(document: EditorDocument) -> EditorDocument:
    """Returns the document as it stands when nobody has decided on any proposal yet."""
    return EditorDocument(tuple(_accepted(document.children)))


def accepted_tree(document: EditorDocument) -> Document:
    """Returns the tree of what counts, in normal form: this is what is sealed, published and exported."""
    return to_tree(accepted(document))


def proposals(document: EditorDocument) -> tuple[Proposal, ...]:
    """Returns what is proposed, in reading order; one proposal may touch several places."""
    found: dict[str, _Found] = {}
    for block in textblocks(document.children):
        for index, (node, marks) in enumerate(block.row):
            for suggestion, adds in ((marks.insertion, True), (marks.deletion, False)):
                if suggestion is not None:
                    place = found.get(suggestion.id)
                    if place is None:
                        place = found[suggestion.id] = _Found(suggestion, *_around(block, index, suggestion.id))
                    place.add(block, _said(node), adds)
    return tuple(place.proposal() for place in found.values())


def anchors(document: EditorDocument) -> dict[str, str]:
    """Returns the words that each comment quotes now, by the comment's id. A comment that is not there has lost its words."""
    return _gathered(document, lambda marks: marks.comments)


def commented(document: EditorDocument, leaving_out: str) -> dict[str, str]:
    """Returns what each comment quotes, leaving out the words that a person merely proposes (`leaving_out`: who)."""
    return _gathered(document, lambda marks: frozenset() if marks.insertion and marks.insertion.by == leaving_out else marks.comments)


def _gathered(document: EditorDocument, names: Callable[[Marks], frozenset[str]]) -> dict[str, str]:
    quoted: dict[str, list[str]] = {}
    last: dict[str, Textblock] = {}
    for block in textblocks(document.children):
        for node, marks in block.row:
            for name in sorted(names(marks)):
                pieces = quoted.setdefault(name, [])
                if pieces and last[name] is not block:
                    pieces.append("\n\n")
                pieces.append(_said(node))
                last[name] = block
    return {name: "".join(pieces) for name, pieces in quoted.items()}


@dataclass
class _Found:
    suggestion: Suggestion
    before: str
    after: str
    inserted: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    blocks: dict[bool, Textblock] = field(default_factory=dict)

    def add(self, block: Textblock, text: str, adds: bool) -> None:
        pieces = self.inserted if adds else self.deleted
        if adds in self.blocks and self.blocks[adds] is not block:
            pieces.append("\n\n")
        self.blocks[adds] = block
        pieces.append(text)

    def proposal(self) -> Proposal:
        inserted, deleted = ("".join(pieces).strip("\n") for pieces in (self.inserted, self.deleted))
        return Proposal(self.suggestion.id, self.suggestion.by, inserted, deleted, self.before, self.after)


def _around(block: Textblock, index: int, name: str) -> tuple[str, str]:
    """The accepted words of the block before and after the first place of a proposal."""

    def words(pieces: Iterable[tuple[Node, Marks]]) -> str:
        return "".join(_said(node) for node, marks in pieces if marks.insertion is None)

    def is_of_it(marks: Marks) -> bool:
        return any(suggestion is not None and suggestion.id == name for suggestion in (marks.insertion, marks.deletion))

    end = index
    while end < len(block.row) and is_of_it(block.row[end][1]):
        end += 1
    return words(block.row[:index])[-CONTEXT:], words(block.row[end:])[:CONTEXT]


def _said(node: Node) -> str:
    if isinstance(node, Words):
        return node.text.replace(BOUNDARY, "")
    return "\n" if node.tag == "hard_break" else ""


def _accepted(nodes: Iterable[Node]) -> Iterator[Node]:
    for inline, group in rows(nodes):
        if inline:
            yield from _accepted_row(group)
            continue
        for node in group:
            if isinstance(node, Element):
                yield replace(node, children=tuple(_accepted(node.children)))


def _accepted_row(row: Iterable[Node]) -> Iterator[Node]:
    for node, marks in standing(row):
        if marks.insertion is not None:
            continue
        if isinstance(node, Element):
            yield _settled(node, marks)
        elif marks.deletion is None:
            yield node
        elif text := node.text.replace(BOUNDARY, ""):
            yield Words(text, replace(marks, deletion=None))


def _settled(atom: Element, marks: Marks) -> Element:
    """An object keeps the marks in which it stood, whatever goes beside it."""
    attributes = dict(atom.attributes)
    attributes["marks"] = " ".join(name for name, has in (("strong", marks.strong), ("emphasis", marks.emphasis)) if has)
    attributes["link"] = marks.link or ""
    return replace(atom, attributes=tuple(sorted(attributes.items())))
