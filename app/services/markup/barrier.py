"""The second barrier: bleach escapes whatever the HTML writer never writes; the first one is the closed tree itself."""

import re

from bleach.sanitizer import Cleaner


def clean_html(html: str) -> str:
    """Returns the HTML with everything escaped that `html_writer` never writes.

    What our own code wrote comes back unchanged, byte for byte. bleach lets `javascript:0` pass where it reads a host and a port: addresses are filtered when
    the text is read, by `safe_target`, and this is only the second barrier.
    """
    return str(_cleaner().clean(html))


_IDENTIFIER = re.compile(r"[0-9A-Za-z-]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_WORD_ATTRIBUTES = frozenset({"alt", "aria-label", "src", "srcset", "sizes", "href"})
_FIXED_ATTRIBUTES = {
    ("a", "rel"): {"noopener nofollow"},
    ("a", "role"): {"doc-noteref", "doc-backlink"},
    ("section", "role"): {"doc-endnotes"},
    ("section", "class"): {"notes-de-bas"},
    ("div", "class"): {"scroll"},
    ("div", "role"): {"region"},
    ("div", "tabindex"): {"0"},
    ("th", "scope"): {"col"},
    ("th", "class"): {"a-gauche", "au-centre", "a-droite"},
    ("td", "class"): {"a-gauche", "au-centre", "a-droite"},
    ("p", "class"): {"image-absente"},
    ("span", "class"): {"image-absente"},
    ("img", "loading"): {"lazy"},
    ("img", "decoding"): {"async"},
}
_ATTRIBUTES = {
    "a": ["aria-label", "href", "id", "rel", "role"],
    "div": ["aria-label", "class", "role", "tabindex"],
    "img": ["alt", "decoding", "height", "loading", "sizes", "src", "srcset", "width"],
    "li": ["id"],
    "ol": ["start"],
    "p": ["class"],
    "section": ["aria-label", "class", "role"],
    "span": ["class"],
    "td": ["class"],
    "th": ["class", "scope"],
}
_TAGS = frozenset(_ATTRIBUTES) | frozenset(
    ["blockquote", "br", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "strong", "sup", "table", "tbody", "thead", "tr", "ul"]
)


def _attribute_is_ours(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES.get(tag, ()):
        return False
    if name in {"width", "height", "start"}:
        return bool(_NUMBER.fullmatch(value))
    if name == "id":
        return bool(_IDENTIFIER.fullmatch(value))
    return name in _WORD_ATTRIBUTES or value in _FIXED_ATTRIBUTES.get((tag, name), ())


def _cleaner() -> Cleaner:
    # Made for each call: a bleach cleaner must not be shared between threads.
    return Cleaner(tags=_TAGS, attributes=_attribute_is_ours, protocols=frozenset({"http", "https", "mailto", "tel"}), strip=False)
