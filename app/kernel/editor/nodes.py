"""The editor document: elements and words as the browsers write them; accepts whatever simultaneous edits can make of it.

The tree (module `document.tree`) holds only what may be published. This one holds what people are typing: empty elements, uneven rows, proposed words. An
element is known by its tag; `to_tree` makes sense of any of them, wherever it stands.

Inline objects (`image`, `footnote_call`, `hard_break`) have no marks of their own in the browsers' document. An object has the look and the comments that the
words on both sides of it share; where it must look otherwise it says so itself, in the attributes `marks` ("strong emphasis", or "" for none) and `link` (an
address, or ""). Whether it is proposed, it always says itself, in the attributes `insertion` and `deletion`. So do elements that are more than the words in
them: a proposed item, note, row or table is none until something in it counts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

ATOMS = frozenset({"image", "footnote_call", "hard_break"})
TEXTBLOCKS = frozenset({"paragraph", "heading", "table_header", "table_cell"})
CONTAINERS = frozenset({"bullet_list", "ordered_list", "list_item", "quote", "table", "table_row", "footnote"})

INSERTION, DELETION = "insertion", "deletion"
PROPOSING = frozenset({INSERTION, DELETION})
"""The attributes by which an element says that it is proposed: « id account »."""

LOOKS = frozenset({"marks", "link"})

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "heading": frozenset({"level"}),
    "ordered_list": frozenset({"start"}),
    "list_item": frozenset({INSERTION}),
    "table": PROPOSING,
    "table_row": PROPOSING,
    "table_header": frozenset({"align"}),
    "table_cell": frozenset({"align"}),
    "footnote": PROPOSING | {"label"},
    "image": PROPOSING | LOOKS | {"media", "alt"},
    "footnote_call": PROPOSING | LOOKS | {"label"},
    "hard_break": PROPOSING | LOOKS,
}
"""The attributes that each element may have; elements that are not named have none."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal: its id, and who made it."""

    id: str
    by: str

    def __str__(self) -> str:
        """As the attribute of an element says it."""
        return f"{self.id} {self.by}"


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is said of a stretch of words.

    `link` is the address as it was typed, `comments` are the ids of the comments that quote the words, `strange` are the names of marks that the site does
    not know (a browser would delete words that bear one).
    """

    strong: bool = False
    emphasis: bool = False
    link: str | None = None
    voice: str | None = None
    comments: frozenset[str] = frozenset()
    insertion: Suggestion | None = None
    deletion: Suggestion | None = None
    strange: frozenset[str] = frozenset()


PLAIN = Marks()


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of text with its marks."""

    text: str
    marks: Marks = PLAIN


@dataclass(frozen=True, slots=True)
class Element:
    """A block, a part of a block, or an inline object; `attributes` are sorted by name."""

    tag: str
    attributes: tuple[tuple[str, str | int], ...] = ()
    children: tuple[Node, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Returns an attribute as a string."""
        return next((str(value) for key, value in self.attributes if key == name), default)

    def number(self, name: str, default: int) -> int:
        """Returns an attribute as a whole number, or the default where it is none."""
        value = self.get(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else default

    def has(self, name: str) -> bool:
        """Tells whether the attribute is there."""
        return any(key == name for key, _value in self.attributes)

    def proposed(self, name: str) -> Suggestion | None:
        """Returns the proposal that the attribute `insertion` or `deletion` names, if the element has it."""
        return suggestion_of(self.get(name)) if self.has(name) else None

    def without(self, names: Container[str]) -> Element:
        """Returns the element without some attributes."""
        return replace(self, attributes=tuple(pair for pair in self.attributes if pair[0] not in names))


Node = Words | Element


@dataclass(frozen=True, slots=True)
class EditorDocument:
    """A whole text as it is being written."""

    children: tuple[Node, ...] = ()


def element(tag: str, *children: Node, **attributes: str | int) -> Element:
    """Returns an element; a short way to write one down."""
    return Element(tag, tuple(sorted(attributes.items())), children)


def suggestion_of(said: str) -> Suggestion:
    """Returns the proposal that an attribute names."""
    name, _space, by = said.partition(" ")
    return Suggestion(name, by)


def is_inline(node: Node) -> bool:
    """Tells whether a node stands among words."""
    return isinstance(node, Words) or node.tag in ATOMS


@dataclass(slots=True)
class Textblock:
    """A row of words and objects that are read together: the inline children of one element that follow each other, with the marks in which each stands."""

    row: list[tuple[Node, Marks]] = field(default_factory=list)


def textblocks(nodes: Iterable[Node]) -> Iterator[Textblock]:
    """Yields every row of inlines, in the order in which the document holds them; each element that holds none is an empty row if it is a textblock."""
    for is_row, group in rows(nodes):
        if is_row:
            yield Textblock(standing(group))
            continue
        for inner in group:
            if isinstance(inner, Element):
                if inner.tag in TEXTBLOCKS and not inner.children:
                    yield Textblock()
                yield from textblocks(inner.children)


def rows(nodes: Iterable[Node]) -> Iterator[tuple[bool, list[Node]]]:
    """Yields (whether they are inlines, neighbouring nodes of that kind). What stands inside an inline object, where nothing should, follows it."""
    group: list[Node] = []
    inline = False
    for node in _unfolded(nodes):
        if group and is_inline(node) != inline:
            yield inline, group
            group = []
        inline = is_inline(node)
        group.append(node)
    if group:
        yield inline, group


def _unfolded(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Element) and node.tag in ATOMS and node.children:
            yield Element(node.tag, node.attributes)
            yield from _unfolded(node.children)
        else:
            yield node


def standing(row: Iterable[Node]) -> list[tuple[Node, Marks]]:
    """Returns inlines with the marks in which each stands: words with their own, objects with those that they say or that the words around them share.

    Words that are only proposed are not asked: what somebody proposes beside an object changes nothing about it.
    """
    nodes = list(row)
    before: list[Marks] = []
    last = PLAIN
    for node in nodes:
        before.append(last)
        last = _counting(node) or last
    result: list[tuple[Node, Marks]] = []
    following = PLAIN
    for node, left in zip(reversed(nodes), reversed(before), strict=True):
        result.append((node, node.marks if isinstance(node, Words) else _stated(node, shared(left, following))))
        following = _counting(node) or following
    return result[::-1]


def _counting(node: Node) -> Marks | None:
    return node.marks if isinstance(node, Words) and node.marks.insertion is None else None


def shared(left: Marks, right: Marks) -> Marks:
    """Returns what two stretches of words have in common; a voice is never shared, since only words are said, nor a proposal, which each object says itself."""
    return Marks(
        left.strong and right.strong,
        left.emphasis and right.emphasis,
        left.link if left.link == right.link else None,
        None,
        left.comments & right.comments,
    )


def _stated(atom: Element, marks: Marks) -> Marks:
    marks = replace(marks, insertion=atom.proposed(INSERTION), deletion=atom.proposed(DELETION))
    if atom.has("marks"):
        names = atom.get("marks").split()
        marks = replace(marks, strong="strong" in names, emphasis="emphasis" in names)
    if atom.has("link"):
        marks = replace(marks, link=atom.get("link") or None)
    return marks
