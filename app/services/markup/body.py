"""What is stored with a text: its canonical form and what is made from it, within the limits of size; never markup outside the dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.kernel.document.characters import clean
from app.kernel.document.html_writer import Fragment, ResolvedImage, assemble, write_fragment
from app.kernel.document.markdown_writer import write_markdown
from app.kernel.document.normal import normalise
from app.kernel.document.plain import count_words, images, link_targets, plain_text
from app.kernel.document.tree import Document, Inline, LineBreak, Paragraph, Text
from app.kernel.errors import RecitsError
from app.services.markup.barrier import clean_html
from app.services.markup.dialect import parse
from app.services.markup.worker import CPU_SECONDS

MARKUP_VERSION = 1
"""Raised when the dialect or the HTML of a released version changes; kept beside each fragment, so that a migration finds those to render anew."""

MAX_INPUT = 64 * 1024
"""Longest text that is taken, in bytes of UTF-8."""

MAX_GROWTH = 50
"""How many times longer than the text its HTML may be."""

_ALWAYS_ALLOWED = 4096
"""Length of HTML that even a very short text may have, in characters."""


# Refusals --------------------------------------------------------------------------------------------------------------------------------------------


class MarkupRefused(RecitsError):
    """A text met one of the three limits; it is kept as it is, and `reason` and `facts` say which limit."""


class TextTooLong(MarkupRefused):
    """The text is longer than `limit` bytes."""

    def __init__(self, size: int) -> None:
        super().__init__("too_long", size=size, limit=MAX_INPUT)


class TextTooSlow(MarkupRefused):
    """The text takes more than `limit` seconds to read."""

    def __init__(self) -> None:
        super().__init__("too_slow", limit=CPU_SECONDS)


class ResultTooLarge(MarkupRefused):
    """The text's HTML would have more than `limit` characters; `size` is 0 where the memory ended before it could be counted."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__("too_large", size=size, limit=limit)


# What is stored --------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImageUse:
    """One appearance of an image in a text, with the alternative that was typed for it there (may be empty)."""

    media: str
    alt: str


@dataclass(frozen=True, slots=True)
class PreparedBody:
    """A text as it is stored: its canonical form and what was made from it.

    `plain` are its words without markup, `words` their number, `media_ids` the images in order of first appearance, `images` every appearance, `links` the
    addresses it leads to. `literal` tells that the markup could not be read back the same, so that the text was kept letter by letter, without any.
    """

    markdown: str
    plain: str
    words: int
    fragment: Fragment
    media_ids: tuple[str, ...]
    images: tuple[ImageUse, ...]
    links: tuple[str, ...]
    literal: bool
    markup_version: int = MARKUP_VERSION


def prepare_here(text: str, *, lang: str) -> PreparedBody:
    """Does what `prepare` does in this process, without its limit of time: for texts of our own (the starter corpus, migrations) and for the child."""
    check_length(text)
    document = parse(text)
    markdown = write_markdown(document)
    fragment = write_fragment(document, lang=lang)
    shown = assemble(fragment, _Probe(), id_prefix="p-")
    if len(shown) > most_html(text):
        raise ResultTooLarge(len(shown), most_html(text))
    if parse(markdown) != document or clean_html(shown) != shown:
        # No known text comes here (docs/decisions.md, 7). If one does, its words count for more than its markup.
        return prepare_literally(text, lang=lang)
    return _body(document, markdown, fragment, literal=False)


def prepare_literally(text: str, *, lang: str) -> PreparedBody:
    """Returns what is stored for a text that is to have no markup at all: every character that was typed is shown as that character."""
    parts = (part.split("\n") for part in re.split(r"\n{2,}", clean(text)))
    document = normalise(Document(tuple(Paragraph(tuple(_lines(lines))) for lines in parts)))
    return _body(document, write_markdown(document), write_fragment(document, lang=lang), literal=True)


def _lines(lines: list[str]) -> Iterator[Inline]:
    for line in lines:
        yield Text(line)
        yield LineBreak()


def _body(document: Document, markdown: str, fragment: Fragment, *, literal: bool) -> PreparedBody:
    plain = plain_text(document)
    used = tuple(ImageUse(image.media, image.alt) for image in images(document))
    media = tuple(dict.fromkeys(use.media for use in used))
    return PreparedBody(markdown, plain, count_words(plain), fragment, media, used, link_targets(document), literal)


def check_length(text: str) -> None:
    """Raises TextTooLong for a text longer than `MAX_INPUT`."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_INPUT:
        raise TextTooLong(size)


def most_html(text: str) -> int:
    """Returns how long the HTML of a text may be, in characters."""
    return max(MAX_GROWTH * len(text.encode("utf-8", "surrogatepass")), _ALWAYS_ALLOWED)


class _Probe:
    """Shows every image and every link, to measure and check what a page could show."""

    def image(self, media: str) -> ResolvedImage | None:
        address = f"/media/{media}"
        return ResolvedImage(address, f"{address}-480 480w, {address}-960 960w", 960, 640, "", "Crédit")

    def link(self, target: str) -> str | None:
        return target


# Between the child and its parent -------------------------------------------------------------------------------------------------------------------


def body_to_json(body: PreparedBody) -> dict[str, object]:
    """Returns a prepared body as a JSON value, which `body_from_json` reads."""
    return {
        "markdown": body.markdown,
        "plain": body.plain,
        "words": body.words,
        "fragment": body.fragment.to_json(),
        "images": [[use.media, use.alt] for use in body.images],
        "links": body.links,
        "literal": body.literal,
    }


def body_from_json(value: Any) -> PreparedBody:
    """Returns the prepared body that `body_to_json` wrote."""
    used = tuple(ImageUse(media, alt) for media, alt in value["images"])
    return PreparedBody(
        value["markdown"],
        value["plain"],
        value["words"],
        Fragment.from_json(value["fragment"]),
        tuple(dict.fromkeys(use.media for use in used)),
        used,
        tuple(value["links"]),
        value["literal"],
    )
