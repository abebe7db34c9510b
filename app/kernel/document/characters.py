"""Which characters a text may hold, and what counts as white space; never changes a character that a reader could see."""

import re
import unicodedata

# A line break by another name (Word writes the vertical tab): dropping them would glue two words together.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Controls, lone surrogates, non-characters (none of them may stand in XML, hence in a feed or an EPUB), the byte-order mark, and the marks that reverse
# the order of what follows: left open, they would rearrange words that somebody else wrote.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff]")

_ASTRAL_NONCHARACTERS = re.compile(
    "[" + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)) + "]"
)

_SPACES = re.compile("[ \t\n]+")


def clean(text: str) -> str:
    """Returns the text in Unicode NFC with "\\n" line ends and without the characters that no text of this site may hold."""
    if not text.isprintable():
        # All that is taken out here is "not printable"; most texts never come so far.
        text = _without_forbidden(text)
    return unicodedata.normalize("NFC", text)


def _without_forbidden(text: str) -> str:
    text = _LINE_ENDS.sub("\n", text)
    text = _FORBIDDEN.sub("", text)
    return _ASTRAL_NONCHARACTERS.sub("", text)


def collapse(text: str) -> str:
    """Returns the text with each run of ordinary spaces, tabs and line ends written as one space; no-break spaces stay."""
    return _SPACES.sub(" ", text)
