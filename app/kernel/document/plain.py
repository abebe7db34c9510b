"""What a tree says without its markup: words, headings, media, links; never the words of an image's alternative, which nobody typed as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.kernel.document.leaves import Leaf, leaves_of
from app.kernel.document.normal import children_of, inlines_of
from app.kernel.document.tree import Block, Document, Heading, Image, Inline, LineBreak, Table, Text


@dataclass(frozen=True, slots=True)
class Title:
    """A heading of a text, as a table of contents shows it."""

    level: int
    text: str


def plain_text(document: Document) -> str:
    """Returns the words of a document, for counts, spans and search.

    Each paragraph, heading and row of a table is a block; blocks are separated by a blank line, cells by a tab, and a line break is "\\n". Footnotes come last.
    """
    return "\n\n".join(text for block in _all_blocks(document) for text in _texts(block) if text)


def word_count(document: Document) -> int:
    """Returns the number of words as a word processor counts them: what stands between spaces and has a letter or a digit. "l’eau" is one, " ? " is none."""
    return count_words(plain_text(document))


def count_words(text: str) -> int:
    """Returns the number of words of a plain text; see `word_count`."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def headings(document: Document) -> tuple[Title, ...]:
    """Returns the headings of a document, in reading order, those in quotes and lists included."""
    return tuple(Title(block.level, _words(block.children)) for block in _walk(_all_blocks(document)) if isinstance(block, Heading))


def images(document: Document) -> tuple[Image, ...]:
    """Returns every image with the alternative typed for it, in reading order, repetitions included."""
    return tuple(leaf.node for leaf in _leaves(document) if isinstance(leaf.node, Image))


def media_ids(document: Document) -> tuple[str, ...]:
    """Returns the ids of the media that a document shows, each once, in the order of first appearance."""
    return tuple(dict.fromkeys(image.media for image in images(document)))


def link_targets(document: Document) -> tuple[str, ...]:
    """Returns the addresses to which a document links, each once, in the order of first appearance."""
    return tuple(dict.fromkeys(leaf.target for leaf in _leaves(document) if leaf.target is not None))


def _all_blocks(document: Document) -> Iterator[Block]:
    yield from document.blocks
    for note in document.footnotes:
        yield from note.blocks


def _walk(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _walk(children_of(block))


def _leaves(document: Document) -> Iterator[Leaf]:
    for block in _all_blocks(document):
        for inlines in inlines_of(block):
            yield from leaves_of(inlines)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Table(header, _, rows):
            yield from ("\t".join(_words(cell.children) for cell in row).strip() for row in (header, *rows))
        case _ if inner := tuple(children_of(block)):
            for child in inner:
                yield from _texts(child)
        case _:
            yield from map(_words, inlines_of(block))


def _words(inlines: Iterable[Inline]) -> str:
    return "".join(_said(leaf) for leaf in leaves_of(inlines))


def _said(leaf: Leaf) -> str:
    match leaf.node:
        case Text(text):
            return text
        case LineBreak():
            return "\n"
        case _:
            return ""
