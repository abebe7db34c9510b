"""Readable addresses from titles: lower-case ASCII words joined by hyphens."""

import re
import unicodedata

SLUG_LENGTH = 80


def slugify(title: str, fallback: str = "recit") -> str:
    """Returns the slug of a title, cut at a word; `fallback` where nothing readable is left."""
    text = title.lower().replace("œ", "oe").replace("æ", "ae").replace("·", "").replace("ß", "ss")
    ascii_text = unicodedata.normalize("NFKD", text.replace("’", "-")).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rsplit("-", 1)[0]
    return slug or fallback


def numbered(slug: str, number: int) -> str:
    """Returns the slug for the nth thing of the same title: `le-vote`, `le-vote-2`…"""
    return slug if number == 1 else f"{slug[: SLUG_LENGTH - 6]}-{number}"


def made_from(slug: str, title: str) -> bool:
    """Tells whether a slug is what a title gives, numbered or not."""
    base = slugify(title)
    return slug == base or re.fullmatch(re.escape(base) + r"-\d+", slug) is not None
