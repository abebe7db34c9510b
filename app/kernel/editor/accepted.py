"""What of a text counts: without the insertions that are only proposed, with the words whose deletion is only proposed; lists what is proposed and quoted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.kernel.document.tree import Document
from app.kernel.editor.nodes import (
    ATOMS,
    DELETION,
    INSERTION,
    PROPOSING,
    EditorDocument,
    Element,
    Marks,
    Node,
    Suggestion,
    Textblock,
    Words,
    rows,
    standing,
    textblocks,
)
from app.kernel.editor.to_tree import to_tree

BOUNDARY = "\u200b"
"""The zero-width space with which the editor's suggestion mode marks a boundary of blocks; no word of anybody."""

CONTEXT = 40
"""How many characters around a proposal help to find it."""

OBJECT = "\ufffc"
"""What stands for an object in proposed words."""

_SEEN = {INSERTION: {"table"}, DELETION: {"table", "table_row", "footnote"}}
"""Elements that are seen without a word in them; the others are proposed with their words."""

_COUNTS_EMPTY = frozenset({"list_item", "footnote", "table_row", "table_header", "table_cell"})


@dataclass(frozen=True, slots=True)
class Thing:
    """An object among proposed words: its tag, and the words by which it is known (an image's description)."""

    tag: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal: who made it, what it adds and takes away, and the accepted words on both sides.

    Objects stand as `OBJECT` in `inserted` and `deleted`; `added` and `taken` tell what each of them is.
    """

    id: str
    by: str
    inserted: str
    deleted: str
    before: str
    after: str
    added: tuple[Thing, ...] = ()
    taken: tuple[Thing, ...] = ()


def accepted(document: EditorDocument) -> EditorDocument:
    """Returns the document as it stands when nobody has decided on any proposal yet."""
    return EditorDocument(tuple(_accepted(document.children)))


def accepted_tree(document: EditorDocument) -> Document:
    """Returns the tree of what counts, in normal form: this is what is sealed, published and exported."""
    return to_tree(accepted(document))


def proposals(document: EditorDocument) -> tuple[Proposal, ...]:
    """Returns what is proposed, in reading order; one proposal may touch several places."""
    found: dict[str, _Found] = {}
    for place in _places(document.children):
        if isinstance(place, Element):
            for name, seen in _SEEN.items():
                suggestion = place.proposed(name) if place.tag in seen else None
                if suggestion is not None:
                    found.setdefault(suggestion.id, _Found(suggestion)).add(Textblock(), place, name)
            continue
        for index, (node, marks) in enumerate(place.row):
            for name, suggestion in ((INSERTION, marks.insertion), (DELETION, marks.deletion)):
                if suggestion is not None:
                    if suggestion.id not in found:
                        found[suggestion.id] = _Found(suggestion, *_around(place, index, suggestion.id))
                    found[suggestion.id].add(place, node, name)
    return tuple(place.proposal() for place in found.values())


def _places(nodes: Iterable[Node]) -> Iterator[Element | Textblock]:
    """Yields every element and every row of words, in reading order."""
    for inline, group in rows(nodes):
        if inline:
            yield Textblock(standing(group))
            continue
        for node in group:
            if isinstance(node, Element):
                yield node
                yield from _places(node.children)


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
    before: str = ""
    after: str = ""
    said: dict[str, list[str]] = field(default_factory=lambda: {INSERTION: [], DELETION: []})
    things: dict[str, list[Thing]] = field(default_factory=lambda: {INSERTION: [], DELETION: []})
    blocks: dict[str, Textblock] = field(default_factory=dict)

    def add(self, block: Textblock, node: Node, name: str) -> None:
        if name in self.blocks and self.blocks[name] is not block:
            self.said[name].append("\n\n")
        self.blocks[name] = block
        if isinstance(node, Words):
            self.said[name].append(node.text.replace(BOUNDARY, "").replace(OBJECT, ""))
        else:
            self.said[name].append(OBJECT)
            self.things[name].append(Thing(node.tag, node.get("alt") or node.get("label")))

    def proposal(self) -> Proposal:
        inserted, deleted = ("".join(self.said[name]).strip("\n") for name in (INSERTION, DELETION))
        added, taken = (tuple(self.things[name]) for name in (INSERTION, DELETION))
        return Proposal(self.suggestion.id, self.suggestion.by, inserted, deleted, self.before, self.after, added, taken)


def _around(block: Textblock, index: int, name: str) -> tuple[str, str]:
    """The accepted words of the block before and after the first place of a proposal."""

    def words(pieces: Iterable[tuple[Node, Marks]]) -> str:
        return "".join(_said(node) for node, marks in pieces if marks.insertion is None)

    def is_of_it(marks: Marks) -> bool:
        return any(suggestion is not None and suggestion.id == name for suggestion in (marks.insertion, marks.deletion))

    end = index
    while end < len(block.row) and (is_of_it(block.row[end][1]) or block.row[end][1].insertion is not None):
        end += 1
    return words(block.row[:index])[-CONTEXT:], words(block.row[end:])[:CONTEXT]


def _said(node: Node) -> str:
    if isinstance(node, Words):
        return node.text.replace(BOUNDARY, "")
    return "\n" if node.tag == "hard_break" else ""


def is_only_proposed(node: Node) -> bool:
    """Tells whether a block holds proposals, or is one, and nothing that counts; an empty item, note or cell counts by itself."""
    if not isinstance(node, Element) or not any(True for _one in insertions_in((node,))):
        return False
    counts = accepted(EditorDocument((node,)))
    return not counts.children or (node.tag not in _COUNTS_EMPTY and to_tree(counts) == Document(()))


def insertions_in(nodes: Iterable[Node]) -> Iterator[Suggestion]:
    """Yields the proposal of every word, object and block that is to be inserted in nodes, however deep."""
    for node in nodes:
        one = node.marks.insertion if isinstance(node, Words) else node.proposed(INSERTION)
        if one is not None:
            yield one
        if isinstance(node, Element):
            yield from insertions_in(node.children)


def _says(nodes: Iterable[Node]) -> bool:
    """Tells whether a word or an object stands in nodes, however deep."""
    return any(bool(node.text) if isinstance(node, Words) else node.tag in ATOMS or _says(node.children) for node in nodes)


def _accepted(nodes: Iterable[Node]) -> Iterator[Node]:
    for inline, group in rows(nodes):
        if inline:
            yield from _accepted_row(group)
            continue
        for node in group:
            if isinstance(node, Element):
                inside = tuple(_accepted(node.children))
                # A proposed block is one as soon as something in it counts: whoever may write can write into it.
                if not node.has(INSERTION) or _says(inside):
                    yield replace(node.without(PROPOSING), children=inside)


def _accepted_row(row: Iterable[Node]) -> Iterator[Node]:
    for node in row:
        if isinstance(node, Element):
            if not node.has(INSERTION):
                yield node.without(PROPOSING)
        elif node.marks.insertion is not None:
            continue
        elif node.marks.deletion is None:
            yield node
        elif text := node.text.replace(BOUNDARY, ""):
            yield Words(text, replace(node.marks, deletion=None))
