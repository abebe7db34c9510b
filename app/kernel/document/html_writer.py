"""Writes a tree as HTML in which images, links and ids stay symbolic until a page is assembled; never writes a character that was not escaped here.

A stored fragment must outlive what it points at: an image may be withdrawn, an address may move, and one page shows many passages whose footnotes must not
share an id. So a fragment is a row of finished HTML and of slots, and `assemble` fills the slots when the page is made.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from itertools import groupby
from typing import Protocol

from app.kernel.document.leaves import EMPHASIS, STRONG, Leaf, leaves_of
from app.kernel.document.normal import inlines_of, normalise
from app.kernel.document.targets import is_external, safe_target
from app.kernel.document.tree import (
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
from app.kernel.document.typography import OBJECT, typeset

# Slots -----------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImageSlot:
    """Where an image comes; `figure`: it stands alone and carries its credit."""

    media: str
    alt: str
    figure: bool


@dataclass(frozen=True, slots=True)
class LinkSlot:
    """Where a link begins."""

    target: str


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """Where the last link that began ends."""


@dataclass(frozen=True, slots=True)
class HeadingSlot:
    """Where a heading begins or ends; its level on the page depends on what the passage stands in."""

    level: int
    end: bool


@dataclass(frozen=True, slots=True)
class CallSlot:
    """The `time`-th call of footnote `number`."""

    number: int
    time: int


@dataclass(frozen=True, slots=True)
class NotesSlot:
    """Where the footnotes begin."""


@dataclass(frozen=True, slots=True)
class NoteSlot:
    """Where footnote `number` begins."""

    number: int


@dataclass(frozen=True, slots=True)
class BackSlot:
    """The way from footnote `number` back to its first call."""

    number: int


@dataclass(frozen=True, slots=True)
class TableSlot:
    """Where a table begins; its region needs a name in the reader's language."""


Slot = ImageSlot | LinkSlot | LinkEnd | HeadingSlot | CallSlot | NotesSlot | NoteSlot | BackSlot | TableSlot
Piece = str | Slot

_SLOTS: dict[str, type[Slot]] = {
    "image": ImageSlot,
    "link": LinkSlot,
    "/link": LinkEnd,
    "heading": HeadingSlot,
    "call": CallSlot,
    "notes": NotesSlot,
    "note": NoteSlot,
    "back": BackSlot,
    "table": TableSlot,
}
_NAMES = {kind: name for name, kind in _SLOTS.items()}


@dataclass(frozen=True, slots=True)
class Fragment:
    """HTML with slots, as it is stored."""

    pieces: tuple[Piece, ...]

    def to_json(self) -> list[object]:
        """Returns the fragment as JSON values: strings, and lists that begin with the name of a slot."""
        return [piece if isinstance(piece, str) else [_NAMES[type(piece)], *astuple(piece)] for piece in self.pieces]

    @classmethod
    def from_json(cls, value: Iterable[object]) -> Fragment:
        """Returns the fragment that `to_json` wrote.

        Raises:
            ValueError: when the value is none of ours.
        """
        return cls(tuple(_piece(item) for item in value))


def _piece(item: object) -> Piece:
    if isinstance(item, str):
        return item
    if not isinstance(item, list) or not item or item[0] not in _SLOTS:
        raise ValueError("not a piece of a fragment")
    kind, values = _SLOTS[item[0]], item[1:]
    expected = {"str": str, "int": int, "bool": bool}
    types = [expected[str(field.type)] for field in fields(kind)]
    if len(values) != len(types) or any(type(value) is not wanted for value, wanted in zip(values, types, strict=True)):
        raise ValueError("not the values of that slot")
    return kind(*values)


# Filling the slots -----------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResolvedImage:
    """An image as a page shows it. `srcset` and `credit` may be empty; `alt` serves where none was typed in the text; sizes in CSS pixels."""

    src: str
    srcset: str
    width: int
    height: int
    alt: str
    credit: str


class Resolver(Protocol):
    """Knows what a page may show."""

    def image(self, media: str) -> ResolvedImage | None:
        """Returns the image with this id, or None when it may not be shown: its alternative is then shown as words."""

    def link(self, target: str) -> str | None:
        """Returns the address for a target, or None when nobody may be sent there: the words then stay without a link."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The words that assembly adds, in the language of the page. `{number}` and `{alt}` are filled in."""

    table: str = "Tableau"
    notes: str = "Notes"
    call: str = "Note {number}"
    back: str = "Retour à l’appel de la note {number}"
    missing_image: str = "Image indisponible : {alt}"
    missing_image_unnamed: str = "Image indisponible"


DEFAULT_SIZES = "(min-width: 48rem) 42rem, 100vw"
FRENCH = Labels()
_DEEPEST_HEADING = 6


def assemble(
    fragment: Fragment,
    resolver: Resolver,
    *,
    id_prefix: str,
    labels: Labels = FRENCH,
    sizes: str = DEFAULT_SIZES,
    heading_shift: int = 0,
) -> str:
    """Returns the HTML of a fragment for one page.

    Args:
        fragment: what `to_fragment` wrote.
        resolver: tells what images and links are on this page.
        id_prefix: begins every id, so that two passages on a page share none; letters, digits and hyphens.
        labels: words for people who hear the page.
        sizes: the `sizes` of images that have a `srcset`.
        heading_shift: how many levels headings go down (h6 is the last).
    """
    page = _Page(resolver, _attribute(id_prefix), labels, sizes, heading_shift)
    return "".join(piece if isinstance(piece, str) else page.fill(piece) for piece in fragment.pieces)


def _attribute(text: str) -> str:
    """Escapes a value that stands between double quotes; an apostrophe stays, as the second barrier (bleach) writes it too."""
    return html.escape(text, quote=False).replace('"', "&quot;")


class _Page:
    def __init__(self, resolver: Resolver, prefix: str, labels: Labels, sizes: str, shift: int) -> None:
        self.resolver = resolver
        self.prefix = prefix
        self.labels = labels
        self.sizes = sizes
        self.shift = shift
        self.link_is_open = False

    def fill(self, slot: Slot) -> str:
        match slot:
            case ImageSlot():
                return self.image(slot)
            case LinkSlot(target):
                return self.link(target)
            case LinkEnd():
                return "</a>" if self.link_is_open else ""
            case HeadingSlot(level, end):
                return f"<{'/' if end else ''}h{min(level + self.shift, _DEEPEST_HEADING)}>"
            case CallSlot(number, time):
                return self.call(number, time)
            case NotesSlot():
                return f'<section class="notes-de-bas" role="doc-endnotes" aria-label="{_attribute(self.labels.notes)}"><ol>'
            case NoteSlot(number):
                return f'<li id="{self.prefix}n{number}">'
            case BackSlot(number):
                label = _attribute(self.labels.back.format(number=number))
                return f' <a href="#{self.prefix}r{number}" role="doc-backlink" aria-label="{label}">↩</a>'
            case TableSlot():
                return f'<div class="scroll" role="region" tabindex="0" aria-label="{_attribute(self.labels.table)}"><table>'

    def link(self, target: str) -> str:
        resolved = self.resolver.link(target)
        address = safe_target(resolved) if resolved is not None else None
        self.link_is_open = address is not None
        if address is None:
            return ""
        rel = ' rel="noopener nofollow"' if is_external(address) else ""
        return f'<a href="{_attribute(address)}"{rel}>'

    def call(self, number: int, time: int) -> str:
        own_id = f"{self.prefix}r{number}" if time == 1 else f"{self.prefix}r{number}-{time}"
        label = _attribute(self.labels.call.format(number=number))
        return f'<sup><a href="#{self.prefix}n{number}" id="{own_id}" role="doc-noteref" aria-label="{label}">{number}</a></sup>'

    def image(self, slot: ImageSlot) -> str:
        found = self.resolver.image(slot.media)
        if found is None:
            return self.missing(slot)
        srcset = f' srcset="{_attribute(found.srcset)}" sizes="{_attribute(self.sizes)}"' if found.srcset else ""
        image = (
            f'<img loading="lazy" decoding="async" width="{int(found.width)}" height="{int(found.height)}"'
            f' alt="{_attribute(slot.alt or found.alt)}" src="{_attribute(found.src)}"{srcset}>'
        )
        if not slot.figure:
            return image
        credit = f"<figcaption>{_attribute(found.credit)}</figcaption>" if found.credit else ""
        return f"<figure>{image}{credit}</figure>"

    def missing(self, slot: ImageSlot) -> str:
        words = self.labels.missing_image.format(alt=slot.alt) if slot.alt else self.labels.missing_image_unnamed
        tag = "p" if slot.figure else "span"
        return f'<{tag} class="image-absente">{_attribute(words)}</{tag}>'


# Writing the fragment --------------------------------------------------------------------------------------------------------------------------------


def to_fragment(document: Document, *, lang: str = "fr") -> Fragment:
    """Returns the HTML of any tree, with slots. `lang` (BCP 47) decides the typography of what is shown."""
    return write_fragment(normalise(document), lang=lang)


def write_fragment(document: Document, *, lang: str) -> Fragment:
    """Does what `to_fragment` does, for a document that is in normal form already, such as the parser's."""
    return Fragment(tuple(_joined(_Writer(document, lang).pieces())))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, str)):
        if is_text:
            yield "".join(piece for piece in group if isinstance(piece, str))
        else:
            yield from group


_ALIGNED: dict[Alignment, str] = {"": "", "left": ' class="a-gauche"', "center": ' class="au-centre"', "right": ' class="a-droite"'}


class _Writer:
    def __init__(self, document: Document, lang: str) -> None:
        self.document = document
        self.lang = lang
        self.numbers = {note.label: number for number, note in enumerate(document.footnotes, 1)}
        self.calls = dict.fromkeys(self.numbers, 0)

    def pieces(self) -> Iterator[Piece]:
        yield from self.blocks(self.document.blocks)
        if self.document.footnotes:
            called = _called_labels(self.document)
            yield NotesSlot()
            for note in self.document.footnotes:
                yield from self.note(note, note.label in called)
            yield "</ol></section>\n"

    def note(self, note: Footnote, is_called: bool) -> Iterator[Piece]:
        number = self.numbers[note.label]
        back: list[Piece] = [BackSlot(number)] if is_called else []
        *before, last = note.blocks
        yield NoteSlot(number)
        yield from self.blocks(before)
        if isinstance(last, Paragraph) and not _is_figure(last):
            yield from ("<p>", *self.inlines(last.children), *back, "</p>")
        else:
            yield from self.block(last)
            yield from ("<p>", *back, "</p>") if back else ()
        yield "</li>"

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Piece]:
        for block in blocks:
            yield from self.block(block)

    def block(self, block: Block) -> Iterator[Piece]:
        match block:
            case Paragraph(children) if _is_figure(block):
                yield from self.inlines(children, figure=True)
            case Paragraph(children):
                yield from self.element("p", self.inlines(children))
            case Heading(level, children):
                yield from (HeadingSlot(level, False), *self.inlines(children), HeadingSlot(level, True))
            case Quote(blocks):
                yield from self.element("blockquote", self.blocks(blocks))
            case BulletList(items):
                yield from self.element("ul", self.items(items))
            case OrderedList(start, items):
                yield from self.element("ol", self.items(items), f' start="{start}"' if start != 1 else "")
            case Table():
                yield from self.table(block)
        yield "\n"

    def element(self, tag: str, inside: Iterable[Piece], attributes: str = "") -> Iterator[Piece]:
        yield f"<{tag}{attributes}>"
        yield from inside
        yield f"</{tag}>"

    def items(self, items: Sequence[ListItem]) -> Iterator[Piece]:
        """A list of single sentences shows them as sentences, not as paragraphs."""
        tight = all(_is_tight(item) for item in items)
        for item in items:
            yield from self.element("li", self.tight_item(item) if tight else self.loose_item(item))

    def tight_item(self, item: ListItem) -> Iterator[Piece]:
        first, *lists = item.blocks
        for children in inlines_of(first):
            yield from self.inlines(children)
        yield from self.blocks(lists)

    def loose_item(self, item: ListItem) -> Iterator[Piece]:
        yield from self.blocks(block for block in item.blocks if block != Paragraph(()))

    def table(self, table: Table) -> Iterator[Piece]:
        aligned = [_ALIGNED[alignment] for alignment in table.alignments]
        yield TableSlot()
        yield from self.element("thead", self.row("th", table.header, [f' scope="col"{attribute}' for attribute in aligned]))
        if table.rows:
            yield "<tbody>"
            for row in table.rows:
                yield from self.row("td", row, aligned)
            yield "</tbody>"
        yield "</table></div>"

    def row(self, tag: str, cells: Sequence[Cell], attributes: Sequence[str]) -> Iterator[Piece]:
        yield "<tr>"
        for cell, attribute in zip(cells, attributes, strict=True):
            yield from self.element(tag, self.inlines(cell.children), attribute)
        yield "</tr>"

    def inlines(self, inlines: Iterable[Inline], *, figure: bool = False) -> Iterator[Piece]:
        leaves = self.typeset(leaves_of(inlines))
        write = partial(self.atoms, figure=figure)
        for target, group in groupby(leaves, key=lambda leaf: leaf.target):
            marked = self.marked(group, "strong", STRONG, lambda row: self.marked(row, "em", EMPHASIS, write))
            if target is None:
                yield from marked
            else:
                yield LinkSlot(target)
                yield from marked
                yield LinkEnd()

    def marked(self, leaves: Iterable[Leaf], tag: str, mark: str, inside: Callable[[Iterable[Leaf]], Iterable[Piece]]) -> Iterator[Piece]:
        for has_mark, group in groupby(leaves, key=lambda leaf: mark in leaf.marks):
            pieces = inside(group)
            yield from self.element(tag, pieces) if has_mark else pieces

    def atoms(self, leaves: Iterable[Leaf], *, figure: bool) -> Iterator[Piece]:
        for leaf in leaves:
            match leaf.node:
                case Text(text):
                    yield html.escape(text, quote=False)
                case Image(media, alt):
                    yield ImageSlot(media, alt, figure)
                case LineBreak():
                    yield "<br>"
                case FootnoteReference(label):
                    self.calls[label] += 1
                    yield CallSlot(self.numbers[label], self.calls[label])

    def typeset(self, leaves: Sequence[Leaf]) -> list[Leaf]:
        """Typography looks across marks: the apostrophe of `l'*eau*` stands between two letters."""
        whole = typeset("".join(leaf.node.text if isinstance(leaf.node, Text) else OBJECT for leaf in leaves), self.lang)
        result: list[Leaf] = []
        position = 0
        for leaf in leaves:
            if isinstance(leaf.node, Text):
                length = len(leaf.node.text)
                result.append(Leaf(Text(whole[position : position + length]), leaf.marks, leaf.target))
                position += length
            else:
                result.append(leaf)
                position += 1
        return result


def _is_figure(paragraph: Paragraph) -> bool:
    return len(paragraph.children) == 1 and isinstance(paragraph.children[0], Image)


def _is_tight(item: ListItem) -> bool:
    first, *others = item.blocks
    return isinstance(first, Paragraph) and not _is_figure(first) and all(isinstance(block, BulletList | OrderedList) for block in others)


def _called_labels(document: Document) -> frozenset[str]:
    blocks = [*document.blocks, *(block for note in document.footnotes for block in note.blocks)]
    return frozenset(
        leaf.node.label
        for block in blocks
        for inlines in inlines_of(block)
        for leaf in leaves_of(inlines)
        if isinstance(leaf.node, FootnoteReference)
    )
