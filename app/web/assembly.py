"""Turns stored fragments into HTML for one reader: images and links are resolved to what this reader may see."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.db.models import Media
from app.db.pages import present_paths
from app.db.reading import public_slugs
from app.kernel.document.html_writer import Fragment, Labels, ResolvedImage, assemble
from app.kernel.links import TargetKind, site_path, target_of, without_language
from app.web.addresses import answers
from app.web.templating import markup

STORY_PREFIX = "/recits/"


class PageResolver:
    """Knows the images that a text may show, and where its links to stories and pages lead today; asks the database once for each kind of link."""

    def __init__(self, media: Iterable[Media], public_slugs: dict[str, str], pages: dict[str, str | None] | None = None) -> None:
        self._media = {row.id: row for row in media}
        self._public = public_slugs
        self._pages = pages or {}
        self._kept: dict[str, tuple[str, str]] = {}

    def keeping(self, pieces: list[Any], uses: Sequence[Mapping[str, str]]) -> "PageResolver":
        """Returns a resolver that describes images as when these words were written: that is what was signed.

        Args:
            pieces: the words' fragment.
            uses: hash, alternative and credit of its images, in the order of their first appearance.
        """
        known = [media for media in dict.fromkeys(image_ids(pieces)) if media in self._media]
        kept = PageResolver(self._media.values(), self._public, self._pages)
        kept._kept = {
            media: (use["alt"], use["credit"]) for media, use in zip(known, uses, strict=False) if self._media[media].hash == use["hash"]
        }
        return kept

    def image(self, media: str) -> ResolvedImage | None:
        row = self._media.get(media)
        if row is None or not row.renditions:
            return None
        sources = [
            (width, height, url_for("media.rendition", content_hash=row.hash, width=width)) for width, height, _size in row.renditions
        ]
        width, height, src = sources[min(1, len(sources) - 1)]
        alt, credit = self._kept.get(media, (row.alt, row.credit))
        return ResolvedImage(src, ", ".join(f"{url} {w}w" for w, _h, url in sources), width, height, alt, credit)

    def link(self, target: str) -> str | None:
        """Returns where a link leads today, in the reader's language; None where it is not public, so that its words stand alone."""
        if not target.startswith("/"):
            return target
        address = without_language(target)
        known = target_of(address)
        if known is not None and known.kind is TargetKind.STORY:
            return self._story(address)
        path = site_path(address)
        if path not in self._pages:
            return f"{request.script_root}{address}" if path == "/" or answers(path) else None
        present = self._pages[path]
        rest = address[len(re.split(r"[?#]", address, maxsplit=1)[0]) :]
        return None if present is None else page_href(present) + rest

    def _story(self, address: str) -> str | None:
        slug, _sep, rest = address.removeprefix(STORY_PREFIX).partition("/")
        slug, hash_mark, anchor = slug.partition("#")
        if slug not in self._public:
            return None
        return url_for("reading.story", slug=self._public[slug]) + (f"/{rest}" if rest else "") + (f"#{anchor}" if hash_mark else "")


def image_ids(pieces: list[Any]) -> list[str]:
    """Returns the ids of a fragment's images, as often as they appear."""
    return [str(piece[1]) for piece in pieces if isinstance(piece, list) and piece[0] == "image"]


def page_href(path: str) -> str:
    """Returns the address of a page in the reader's language."""
    return url_for("pages.page", path=path.removeprefix("/"))


def resolver_for(session: Session, media: Iterable[Media], fragments: Iterable[list[Any]]) -> PageResolver:
    """Returns a resolver for the fragments of one page."""
    targets = [target_of(piece[1]) for pieces in fragments for piece in pieces if isinstance(piece, list) and piece[0] == "link"]
    slugs = {found.key for found in targets if found is not None and found.kind is TargetKind.STORY}
    public = public_slugs(session, slugs) if slugs else {}
    paths = {found.key for found in targets if found is not None and found.kind is TargetKind.PATH}
    return PageResolver(media, public, present_paths(session, paths))


def to_html(pieces: list[Any], resolver: PageResolver, id_prefix: str, lang: str, heading_shift: int = 1) -> Markup:
    """Assembles a stored fragment; headings go down by `heading_shift` levels, since the page has headings of its own.

    The words that we add (« Notes », « Tableau ») are in the language of the text, since they stand inside it.
    """
    with force_locale(lang):
        labels = _labels()
    return markup(assemble(Fragment.from_json(pieces), resolver, id_prefix=id_prefix, labels=labels, heading_shift=heading_shift))


def _labels() -> Labels:
    return Labels(
        table=_("Tableau"),
        notes=_("Notes"),
        call=_("Note {number}"),
        back=_("Retour à l’appel de la note {number}"),
        missing_image=_("Image indisponible : {alt}"),
        missing_image_unnamed=_("Image indisponible"),
    )


def levelled(pieces: list[Any]) -> list[Any]:
    """Returns a stored fragment whose headings have their depth as level: 1 for the outermost, none skipped, whatever was typed."""
    open_levels: list[int] = []
    written = []
    for piece in pieces:
        if not isinstance(piece, list) or piece[0] != "heading":
            written.append(piece)
            continue
        _kind, level, end = piece
        if not end:
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
        written.append(["heading", len(open_levels), end])
    return written
