"""The braid (tresse): draws who tells which moment as accessible SVG and HTML; must never do I/O, guess a word, or write an inline style.

    across(…)      horizontal drawing over a row of labels, for wide screens; more than `MOST_ACROSS` moments go on in further rows
    down(…)        vertical drawing as an `<ol>`; its text stays HTML, so it wraps, zooms and is translated
    mini(…)        a story's fingerprint, for lists
    knot(…)        one moment, for a margin; lanes(…) is what runs between two knots
    table(…)       the same facts as a table, always offered beside the picture
    unravelled(…)  a braid that ends, for pages that are not there

A strand is a voice. Where several voices tell the same moment their strands plait and leave in reverse order. A voice that does not tell it is a cut strand:
frayed ends, a hollow bead, nothing in between. A tight plait is agreement or no word about it; a loose one, marked ≈ or ≠, is a nuance or a disagreement that was
kept. Colours come from CSS classes, and the pattern on each strand repeats the voice without colour. Every function returns HTML with all words escaped.
"""

from app.kernel.braid.drawings import MOST_ACROSS, across, down, gap, in_rows, knot, lane, lanes, mini, threads, unravelled
from app.kernel.braid.facts import KEYS, Labels, Link, Moment, strongest
from app.kernel.braid.pen import bead
from app.kernel.braid.said import describe, legend, stance, table

__all__ = [
    "KEYS",
    "MOST_ACROSS",
    "Labels",
    "Link",
    "Moment",
    "across",
    "bead",
    "describe",
    "down",
    "gap",
    "in_rows",
    "knot",
    "lane",
    "lanes",
    "legend",
    "mini",
    "stance",
    "strongest",
    "table",
    "threads",
    "unravelled",
]
