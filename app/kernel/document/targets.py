"""Which addresses a link may lead to; never lets through one that a browser would execute or read as another host."""

import re
import unicodedata

MAX_LENGTH = 2000
"""Longest address that is kept as a link, in characters."""

_WEB = re.compile(r"(https?)://([^/?#]+)([/?#].*)?", re.IGNORECASE)
# No user information (`https://mairie.fr@ailleurs.example` reads as the first and leads to the second) and no bare IP version 6.
_HOST = re.compile(r"[^\s@\[\]:%|^{}\"'`<>]+(:[0-9]{1,5})?")
_MAIL = re.compile(r"mailto:([^\s@?]+@[^\s@?]+(?:\?.*)?)", re.IGNORECASE)
_PHONE = re.compile(r"tel:(\+?[0-9][0-9().;=/a-z-]*)", re.IGNORECASE)
_LOCAL = re.compile(r"/(?!/).*|#.+")

# Control characters, format characters (zero width, bidirectional), spaces, surrogates: browsers drop some of them, which turns one address into another.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})

_UNSAFE = re.compile(r"%(?![0-9A-Fa-f]{2})|[\"<>`{}|^\[\]]")


def safe_target(raw: str) -> str | None:
    """Returns the address in its one written form, or None when it is not one that a link may have.

    Accepted: http and https with a host, mailto, tel, addresses of this site (`/…`, but not `//…`) and of this page (`#…`). The scheme is put in lower case, and
    ASCII characters that have no place in an address are percent-encoded. `safe_target(safe_target(x)) == safe_target(x)`.
    """
    if not raw or len(raw) > MAX_LENGTH or "\\" in raw or any(unicodedata.category(character) in _HIDDEN for character in raw):
        return None
    target = _known(unicodedata.normalize("NFC", raw))
    if target is None:
        return None
    target = _UNSAFE.sub(lambda found: f"%{ord(found.group()[0]):02X}", target)
    # A combining mark after "%7C" would compose with the C.
    return target if len(target) <= MAX_LENGTH and unicodedata.is_normalized("NFC", target) else None


def is_external(target: str) -> bool:
    """Tells whether a safe target leads out of this site."""
    return target.startswith(("http://", "https://"))


def _known(raw: str) -> str | None:
    if web := _WEB.fullmatch(raw):
        scheme, host, rest = web.groups(default="")
        return f"{scheme.lower()}://{host}{rest}" if _HOST.fullmatch(host) else None
    if mail := _MAIL.fullmatch(raw):
        return "mailto:" + mail.group(1)
    if phone := _PHONE.fullmatch(raw):
        return "tel:" + phone.group(1)
    return raw if _LOCAL.fullmatch(raw) else None
