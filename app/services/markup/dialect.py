"""Reads the Markdown of the dialect into the closed tree, with Python-Markdown; takes no limit of time or size upon itself: `prepare` does."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Collection, Iterator

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor, BlockQuoteProcessor, HashHeaderProcessor
from markdown.extensions.sane_lists import SaneOListProcessor, SaneUListProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from app.kernel.document.characters import clean
from app.kernel.document.inline_reader import read_inlines
from app.kernel.document.leaves import tree_of
from app.kernel.document.markdown_writer import EMPTY_FIRST_PARAGRAPH
from app.kernel.document.normal import MAX_COLUMNS, MAX_DEPTH, normalise
from app.kernel.document.tree import (
    HEADING_LEVELS,
    MAX_START,
    Alignment,
    Block,
    BulletList,
    Cell,
    Document,
    Footnote,
    Heading,
    Inline,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Table,
)

_TAB = 4
# One level for a footnote and a margin, so that what the writer wrote is never cut.
_DEEPEST = MAX_DEPTH + 4
_CONTAINER = re.compile(r" *(?:>|[*+-](?= )|[0-9]{1,9}(?=\. ))")


def parse(text: str) -> Document:
    """Returns the tree of a Markdown text, in normal form.

    Runs in this process and without limits: what a person sends goes through `prepare`. Never fails on a text; what is not in the dialect is text.
    """
    reader = _Reader()
    reader.convert(_capped(clean(text)))
    return normalise(reader.document)


def _capped(text: str) -> str:
    """Makes literal the marks that would nest lists and quotes deeper than anybody reads: the library recurses for each level."""
    return "\n".join(_capped_line(line) for line in text.expandtabs(_TAB).split("\n"))


def _capped_line(line: str) -> str:
    words = line.lstrip(" ")
    if not words:
        return ""
    indent = min(len(line) - len(words), _DEEPEST * _TAB)
    room = _DEEPEST - indent // _TAB
    position = 0
    while found := _CONTAINER.match(words, position):
        if room == 0:
            mark = found.end() if found.group()[-1].isdigit() else found.end() - 1
            words = f"{words[:mark]}\\{words[mark:]}"
            break
        room -= 1
        position = found.end() + (found.group()[-1].isdigit())
    return " " * indent + words


class _Reader(Markdown):  # type: ignore[misc]  # the library has no types
    """Python-Markdown with the block processors of the dialect; its inline patterns, its serializer and all that knows HTML are taken out.

    After `convert`, `document` holds the tree, not yet in normal form.
    """

    def __init__(self) -> None:
        super().__init__(tab_length=_TAB)
        self.document = Document(())
        self.notes: dict[str, str] = {}

    def build_parser(self) -> _Reader:
        super().build_parser()
        self.preprocessors.deregister("html_block")
        self.inlinePatterns, self.treeprocessors, self.postprocessors = Registry(), Registry(), Registry()
        blocks = self.parser.blockprocessors
        for name in ("code", "setextheader", "hr", "reference"):
            blocks.deregister(name)
        blocks.register(_Tables(self.parser), "table", 75)
        blocks.register(_Headings(self.parser), "hashheader", 70)
        blocks.register(_OrderedLists(self.parser), "olist", 40)
        blocks.register(_BulletLists(self.parser), "ulist", 30)
        blocks.register(_Quotes(self.parser), "quote", 20)
        blocks.register(_Footnotes(self.parser), "footnote", 17)
        self.treeprocessors.register(_Capture(self), "capture", 0)
        return self


class _Capture(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Takes the finished element tree, and leaves nothing to serialize."""

    def run(self, root: etree.Element) -> etree.Element:
        labels = frozenset(self.md.notes)
        notes = [Footnote(label, tuple(_blocks_of(self.read(source), labels, first=True))) for label, source in self.md.notes.items()]
        self.md.document = Document(tuple(_blocks_of(root, labels)), tuple(notes))
        return etree.Element(self.md.doc_tag)

    def read(self, source: str) -> etree.Element:
        note = etree.Element("note")
        self.md.parser.parseChunk(note, source)
        return note


class _Headings(HashHeaderProcessor):  # type: ignore[misc]  # the library has no types
    """`## Title`, with a space: `#mot-dièse` is a word."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6}) ++(?P<header>[^ \n][^\n]*)(?:\n|$)")


class _Quotes(BlockQuoteProcessor):  # type: ignore[misc]  # the library has no types
    """`> words`. The library asks how deep its own stack is, which differs from one caller to the next; `_capped` has counted instead."""

    def test(self, parent: etree.Element, block: str) -> bool:  # noqa: ARG002  # the library's signature
        return bool(self.RE.search(block))


# Three marks alone on a line would be a rule, which is not in the dialect: not three lists in each other either.
_NO_RULE = r"(?!(?:\* *+){3,}+(?:\n|\Z)|(?:- *+){3,}+(?:\n|\Z))"
_INDENTED = re.compile(rf"^ {{{_TAB},{_TAB * 2 - 1}}}{_NO_RULE}((?:[0-9]{{1,9}}\.)|[*+-]) +.*")


class _OrderedLists(SaneOListProcessor):  # type: ignore[misc]  # the library has no types
    """`1. words`. `\\d` would take the digits of every script, and any number of them."""

    def __init__(self, parser: object) -> None:
        super().__init__(parser)
        self.RE = re.compile(r"^ {0,3}[0-9]{1,9}\. +(.*)")
        self.CHILD_RE = re.compile(r"^ {0,3}(([0-9]{1,9}\.)) +(.*)")
        self.INDENT_RE = _INDENTED


class _BulletLists(SaneUListProcessor):  # type: ignore[misc]  # the library has no types
    """`- words`, `* words` or `+ words`."""

    def __init__(self, parser: object) -> None:
        super().__init__(parser)
        self.RE = re.compile(rf"^ {{0,3}}{_NO_RULE}[*+-] +(.*)")
        self.CHILD_RE = re.compile(rf"^ {{0,3}}{_NO_RULE}(([*+-])) +(.*)")
        self.INDENT_RE = _INDENTED


class _Footnotes(BlockProcessor):  # type: ignore[misc]  # the library has no types
    """`[^label]: words`, at the outermost level; the first definition of a label holds, and a second one is text.

    The library's own would let the second replace the first, whose words would be lost.
    """

    RE = re.compile(r"^ {0,3}\[\^([\w-]{1,40})\]:(.*)$", re.MULTILINE)

    def test(self, parent: etree.Element, block: str) -> bool:
        return parent.tag == self.parser.md.doc_tag and self._first(block) is not None

    def run(self, parent: etree.Element, blocks: list[str]) -> None:  # noqa: ARG002  # the library's signature
        block = blocks.pop(0)
        found = self._first(block)
        before = block[: found.start()].rstrip("\n") if found else ""
        if before.strip():
            blocks[:0] = [before, block[len(before) + 1 :]]
            return
        last = self._define(block)
        while blocks and blocks[0].startswith(" " * _TAB):
            self.parser.md.notes[last] += "\n\n" + _detabbed(blocks.pop(0))

    def _first(self, block: str) -> re.Match[str] | None:
        return next((found for found in self.RE.finditer(block) if found.group(1) not in self.parser.md.notes), None)

    def _define(self, block: str) -> str:
        notes: dict[str, str] = self.parser.md.notes
        label = ""
        for line in block.split("\n"):
            found = self.RE.match(line)
            if found and found.group(1) not in notes:
                label = found.group(1)
                notes[label] = found.group(2).lstrip(" ")
            elif label:
                notes[label] += "\n" + _detabbed(line)
        return label


def _detabbed(block: str) -> str:
    return "\n".join(line.removeprefix(" " * _TAB) for line in block.split("\n"))


class _Tables(BlockProcessor):  # type: ignore[misc]  # the library has no types
    """A header row, a row of dashes, rows. Further cells than the header has are words of the last one; the library's own would drop them."""

    SEPARATOR = re.compile(r":?-+:?")

    def test(self, parent: etree.Element, block: str) -> bool:  # noqa: ARG002  # the library's signature
        return bool(self._alignments(block))

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        alignments = self._alignments(block)
        header, _, *rows = block.split("\n")
        table = etree.SubElement(parent, "table")
        for line in (header, *rows):
            row = etree.SubElement(table, "tr")
            for text, alignment in zip(_cells(line, len(alignments)), alignments, strict=False):
                etree.SubElement(row, "td", {"align": alignment}).text = text

    def _alignments(self, block: str) -> list[Alignment]:
        """Returns the alignment of each column; none when the block is no table."""
        lines = block.split("\n", 2)
        if len(lines) < 2 or "|" not in lines[0] or "|" not in lines[1] or not set(lines[1]) <= set("|:- "):
            return []
        cells = _cells(lines[1])
        if len(cells) > MAX_COLUMNS or len(cells) != len(_cells(lines[0])) or not all(map(self.SEPARATOR.fullmatch, cells)):
            return []
        return [_ALIGNMENTS[cell.startswith(":"), cell.endswith(":")] for cell in cells]


_ALIGNMENTS: dict[tuple[bool, bool], Alignment] = {
    (False, False): "",
    (True, False): "left",
    (True, True): "center",
    (False, True): "right",
}
_PIPE = re.compile(r"\\.|\|")


def _cells(line: str, most: int | None = None) -> list[str]:
    """Splits a row at the pipes that no backslash makes literal; `most` cells at most, the last with all that follows."""
    line = line.strip(" ")
    pipes = [found.start() for found in _PIPE.finditer(line) if found.group() == "|"]
    if not pipes:
        return [line]
    begin, end = pipes[0] == 0, len(line) - (pipes[-1] == len(line) - 1)
    borders = [position for position in pipes if begin <= position < end][: None if most is None else most - 1]
    starts = [int(begin), *(position + 1 for position in borders)]
    return [line[start:stop].strip(" ") for start, stop in zip(starts, [*borders, end], strict=True)]


# From the element tree to ours -----------------------------------------------------------------------------------------------------------------------


def _blocks_of(parent: etree.Element, labels: Collection[str], *, first: bool = False) -> Iterator[Block]:
    """Yields the blocks of an element. `first`: whether its first paragraph may be written as empty."""
    if _says(parent.text) and not (first and _is_empty_mark(parent.text)):
        yield Paragraph(_inlines(parent.text, labels))
    for index, child in enumerate(parent):
        may_be_empty = first and index == 0 and not _says(parent.text)
        if not (may_be_empty and child.tag == "p" and _is_empty_mark(child.text)):
            yield from _block(child, labels)
        if _says(child.tail):
            yield Paragraph(_inlines(child.tail, labels))


def _says(text: str | None) -> bool:
    return bool(text and text.strip())


def _is_empty_mark(text: str | None) -> bool:
    return (text or "").strip() == EMPTY_FIRST_PARAGRAPH


def _block(element: etree.Element, labels: Collection[str]) -> Iterator[Block]:
    match element.tag:
        case "ul":
            yield BulletList(_items(element, labels))
        case "ol":
            yield OrderedList(min(int(element.get("start", "1")), MAX_START), _items(element, labels))
        case "blockquote":
            yield Quote(tuple(_blocks_of(element, labels)))
        case "table":
            yield _table(element, labels)
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            level = min(max(int(element.tag[1]), HEADING_LEVELS[0]), HEADING_LEVELS[-1])
            yield Heading(level, _inlines(_without_closing(element.text or ""), labels))
        case _:
            yield from _blocks_of(element, labels)


def _items(element: etree.Element, labels: Collection[str]) -> tuple[ListItem, ...]:
    return tuple(ListItem(tuple(_blocks_of(item, labels, first=True))) for item in element)


def _table(element: etree.Element, labels: Collection[str]) -> Table:
    rows = [tuple(Cell(_inlines(cell.text, labels)) for cell in row) for row in element]
    alignments: tuple[Alignment, ...] = tuple(cell.get("align", "") for cell in element[0])  # type: ignore[misc]  # written by `_Tables`
    return Table(rows[0], alignments, tuple(rows[1:]))


def _without_closing(title: str) -> str:
    """Drops the hash signs that may close a heading, if a space stands before them."""
    title = title.rstrip(" ")
    bare = title.rstrip("#")
    return bare if bare.endswith(" ") else title


def _inlines(source: str | None, labels: Collection[str]) -> tuple[Inline, ...]:
    return tree_of(read_inlines((source or "").strip(), labels))
