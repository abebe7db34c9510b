"""The spaces and apostrophes of French print, put in when a text is shown; never in what is stored, and never where nobody typed a space."""

import re

NARROW_NO_BREAK = "\u202f"
NO_BREAK = "\u00a0"

OBJECT = "\ufffc"
"""Stands for what is not text, so that nothing is joined across it."""

# What must stay letter by letter: addresses of the web and of the post.
_VERBATIM = re.compile(r"(?:https?://|www\.|mailto:|tel:)\S+|(?<!\S)[^\s@]++@\S+")
_BEFORE_SIGN = re.compile(r" (?=[;!?»])|(?<=«) ")
_BEFORE_COLON = re.compile(r" (?=:(?:\s|$|»))")
# 10 000; what has more than three digits before the space is two numbers.
_IN_NUMBER = re.compile(r"(?<!\d{4})(?<=\d) (?=\d{3}(?!\d))")
# 23 h 20, 9 h, 12 %, 30 €
_IN_MEASURE = re.compile(r"(?<=\d) (?=h\b|[%€])|(?<=\d h) (?=\d\d(?!\d))")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def typeset(text: str, lang: str) -> str:
    """Returns the text with French typography if the language is French; character by character, so that the length stays the same.

    A space before ; ! ? » or after « becomes a narrow no-break space, one before a colon a no-break space; numbers, hours, percentages and euros are not broken
    over two lines either; and the typewriter's apostrophe between two letters becomes the typographic one.
    """
    if lang.split("-", maxsplit=1)[0].lower() != "fr":
        return text
    result = _BEFORE_COLON.sub(NO_BREAK, _BEFORE_SIGN.sub(NARROW_NO_BREAK, text))
    result = _IN_MEASURE.sub(NO_BREAK, _IN_NUMBER.sub(NARROW_NO_BREAK, result))
    result = _APOSTROPHE.sub("’", result)
    kept = list(result)
    for found in _VERBATIM.finditer(text):
        kept[found.start() : found.end()] = text[found.start() : found.end()]
    return "".join(kept)
