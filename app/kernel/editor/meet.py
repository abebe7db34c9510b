"""How a text that was changed elsewhere (the plain form, a restored version) meets the text that is being written: block by block, then word by word.

What only the other side changed is brought in; what only the writers changed stays; where both changed the same words, both are kept, the writers' first.
Words that stay keep their voice, their comments and the proposals beside them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from merge3 import Merge3

from app.kernel.document.markdown_writer import write_markdown
from app.kernel.document.tree import Document
from app.kernel.editor.accepted import accepted, accepted_tree
from app.kernel.editor.from_tree import from_tree
from app.kernel.editor.nodes import LOOKS, PROPOSING, TEXTBLOCKS, EditorDocument, Element, Marks, Node, Words, rows, standing

_TOKEN = re.compile(r"\s+|\w+[’']?|[^\w\s]")
_ALIKE = 0.5
"""From which likeness on two blocks are taken for one that was changed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One block of the meeting: a block of the live text that stays (`live`: its number), becomes another (`live` and `block`), or a new one (`block`)."""

    live: int | None
    block: Element | None = None


def meet(base: Document, new: Document, live: EditorDocument, voice: str | None = None) -> tuple[Step, ...]:
    """Returns the blocks of the meeting in their order; blocks of the live text that no step names go.

    Args:
        base: what both sides began with, in normal form.
        new: what the other side made of it, in normal form.
        live: what is being written; its children are elements.
        voice: the voice that says the other side's words, in a shared passage.
    """
    return tuple(_Meeting(_elements(from_tree(base)), _elements(from_tree(new)), _elements(live), voice).steps())


def key_of(block: Node) -> str:
    """Returns what a block says, as Markdown: equal blocks have equal keys, and what only holds proposals has none."""
    return write_markdown(accepted_tree(EditorDocument((block,))))


def carried(old: Sequence[Node], new: Sequence[Node], voice: str | None) -> tuple[Node, ...]:
    """Returns the row of inlines `new` in which the words that stood in `old` keep what is said of them there, and the proposals in `old` their place."""
    before = [(node, marks) for node, marks in _tokens(old)]
    counted = [index for index, (_node, marks) in enumerate(before) if marks.insertion is None]
    after = list(_tokens(new))
    result: list[Node] = []
    place = 0

    def proposals_up_to(end: int) -> None:
        nonlocal place
        result.extend(node for node, marks in before[place:end] if marks.insertion is not None)
        place = max(place, end)

    matcher = SequenceMatcher(None, [_said(before[index][0]) for index in counted], [_said(node) for node, _marks in after], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            for index, (node, marks) in zip(counted[a:b], after[c:d], strict=True):
                proposals_up_to(index)
                place = index + 1
                result.append(_kept(before[index][0], node, marks))
            continue
        result += [_spoken(node, voice) if isinstance(node, Words) else node for node, _marks in after[c:d]]
        for index in counted[a:b]:
            proposals_up_to(index)
            place = index + 1
    proposals_up_to(len(before))
    return tuple(_joined(result))


def spoken(node: Node, voice: str | None) -> Node:
    """Returns a node all of whose words are said by one voice."""
    if isinstance(node, Words):
        return _spoken(node, voice)
    return replace(node, children=tuple(spoken(child, voice) for child in node.children))


class _Meeting:
    def __init__(self, base: list[Element], new: list[Element], live: list[Element], voice: str | None) -> None:
        self.base, self.new, self.live, self.voice = base, new, live, voice
        self.base_keys = [key_of(block) for block in base]
        self.new_keys = [key_of(block) for block in new]
        self.live_keys = [key_of(block) for block in live]

    def steps(self) -> Iterator[Step]:
        """Blocks that say nothing stay where they are: they hold carets and proposals."""
        base = [index for index, key in enumerate(self.base_keys) if key]
        new = [index for index, key in enumerate(self.new_keys) if key]
        said = [index for index, key in enumerate(self.live_keys) if key]
        found: list[Step] = []
        merge = Merge3([self.base_keys[i] for i in base], [self.new_keys[i] for i in new], [self.live_keys[i] for i in said])
        z = a = b = 0
        for z_start, z_end, a_start, a_end, b_start, b_end in merge.find_sync_regions():
            found += self.gap(base[z:z_start], new[a:a_start], said[b:b_start])
            found += [Step(index) for index in said[b_start:b_end]]
            z, a, b = z_end, a_end, b_end
        yield from self.with_the_silent(self.with_moved(found))

    def gap(self, base: list[int], new: list[int], live: list[int]) -> Iterator[Step]:
        """Decides on blocks that are not equal on all sides: each old block by what became of it on either side, between them what either side added."""
        ours = self.became(base, live, self.live_keys)
        theirs = self.became(base, new, self.new_keys)
        said = {self.live_keys[index] for index in live}
        mine, other = iter(live), iter(new)
        for old in base:
            yield from map(Step, _up_to(mine, ours.get(old)))
            yield from self.added(_up_to(other, theirs.get(old)), said)
            yield from self.outcome(old, theirs.get(old), ours.get(old))
        yield from map(Step, mine)
        yield from self.added(other, said)

    def added(self, new: Iterable[int], said: Container[str]) -> Iterator[Step]:
        """What only the other side added, unless the writers added the same."""
        yield from (Step(None, self.new[index]) for index in new if self.new_keys[index] not in said)

    def became(self, base: list[int], side: list[int], keys: Sequence[str]) -> dict[int, int]:
        """Returns which block of a side each old block became, in one order on both sides; an old block that went has none."""
        found: dict[int, int] = {}
        matcher = SequenceMatcher(None, [self.base_keys[index] for index in base], [keys[index] for index in side], autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal" or b - a == d - c:
                found.update(zip(base[a:b], side[c:d], strict=True))
                continue
            start = c
            for old in base[a:b]:
                match = next((place for place in range(start, d) if self.alike(self.base_keys[old], keys[side[place]])), None)
                if match is not None:
                    found[old], start = side[match], match + 1
        return found

    def outcome(self, base: int, new: int | None, live: int | None) -> list[Step]:
        """What stands where an old block stood: what one side changed replaces it, what one side took away goes unless the other changed it."""
        if new is not None and live is not None:
            return self.both(base, new, live)
        if live is not None:
            return [] if self.live_keys[live] == self.base_keys[base] else [Step(live)]
        if new is not None:
            return [] if self.new_keys[new] == self.base_keys[base] else [Step(None, self.new[new])]
        return []

    def alike(self, one: str, other: str) -> bool:
        return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() >= _ALIKE

    def both(self, base: int, new: int, live: int) -> list[Step]:
        if self.new_keys[new] in (self.base_keys[base], self.live_keys[live]):
            return [Step(live)]
        if self.live_keys[live] == self.base_keys[base]:
            return [Step(live, self.new[new])]
        merged = _merged(self.base[base], self.new[new], self.live[live])
        return [Step(live, merged)] if merged else [Step(live), Step(None, self.new[new])]

    def with_moved(self, steps: list[Step]) -> list[Step]:
        """A new block that says what a block that goes said is that block, with all that is said of its words."""
        kept = {step.live for step in steps}
        gone = {key: self.live[index] for index, key in enumerate(self.live_keys) if key and index not in kept}

        def arriving(block: Element) -> Element:
            moved = gone.get(key_of(block))
            return moved if moved is not None else _element(spoken(block, self.voice))

        return [Step(None, arriving(step.block)) if step.live is None and step.block is not None else step for step in steps]

    def with_the_silent(self, steps: list[Step]) -> Iterator[Step]:
        silent = [index for index, key in enumerate(self.live_keys) if not key]
        for step in steps:
            while step.live is not None and silent and silent[0] < step.live:
                yield Step(silent.pop(0))
            yield step
        yield from map(Step, silent)


def _up_to(blocks: Iterator[int], end: int | None) -> Iterator[int]:
    """Yields the blocks before `end`, and takes that one too; none where a side has no such block."""
    return iter(()) if end is None else iter(lambda: next(blocks), end)


def _elements(document: EditorDocument) -> list[Element]:
    return [node for node in document.children if isinstance(node, Element)]


def _element(node: Node) -> Element:
    return node if isinstance(node, Element) else Element("paragraph", (), (node,))


# Words -----------------------------------------------------------------------------------------------------------------------------------------------


def _merged(base: Element, new: Element, live: Element) -> Element | None:
    """Returns one row in which both sides' changes are; None where they changed the same words, or are no rows of words."""
    counted = _elements(accepted(EditorDocument((live,))))[0]
    if {base.tag, new.tag, live.tag} - TEXTBLOCKS or not all(
        inline for block in (base, new, counted) for inline, _group in rows(block.children)
    ):
        return None
    nodes: dict[str, Node] = {}
    sides: list[list[str]] = []
    for block in (base, counted, new):
        named = [(_name(node, marks), node) for node, marks in _tokens(block.children)]
        nodes.update(named)
        sides.append([name for name, _node in named])
    row: list[Node] = []
    for group in Merge3(sides[0], sides[2], sides[1]).merge_groups():
        if group[0] == "conflict":
            return None
        row += [nodes[token] for token in group[1]]
    kind = new if (live.tag, live.attributes) == (base.tag, base.attributes) else live
    return Element(kind.tag, kind.attributes, tuple(_joined(_plain(node) for node in row)))


def _name(node: Node, marks: Marks) -> str:
    return repr((_said(node), _look(marks)))


def _look(marks: Marks) -> tuple[bool, bool, str | None]:
    """Returns what is seen of marks in a publication."""
    return marks.strong, marks.emphasis, marks.link


def _tokens(row: Iterable[Node]) -> Iterator[tuple[Node, Marks]]:
    """Yields words, spaces, signs and objects one by one."""
    for node, marks in standing(row):
        if isinstance(node, Words):
            yield from ((Words(piece, marks), marks) for piece in _TOKEN.findall(node.text))
        else:
            yield node, marks


def _said(node: Node) -> object:
    if isinstance(node, Words):
        return node.text
    return (node.tag, tuple((name, value) for name, value in node.attributes if name not in LOOKS | PROPOSING))


def _kept(old: Node, new: Node, look: Marks) -> Node:
    """Returns words that stayed with what is said of them and the look that they have now; an object, with what is proposed about it."""
    if isinstance(old, Words):
        return replace(old, marks=replace(old.marks, strong=look.strong, emphasis=look.emphasis, link=look.link))
    if not isinstance(new, Element):
        return new
    proposed = tuple(pair for pair in old.attributes if pair[0] in PROPOSING)
    return replace(new, attributes=tuple(sorted((*new.attributes, *proposed))))


def _plain(node: Node) -> Node:
    return Words(node.text, Marks(*_look(node.marks))) if isinstance(node, Words) else node


def _spoken(words: Words, voice: str | None) -> Words:
    return replace(words, marks=replace(words.marks, voice=voice))


def _joined(row: Iterable[Node]) -> Iterator[Node]:
    for marks, group in groupby(row, key=lambda node: node.marks if isinstance(node, Words) else None):
        if marks is None:
            yield from group
        else:
            yield Words("".join(node.text for node in group if isinstance(node, Words)), marks)
