"""The drawings: a whole journey across or down, one moment, a fingerprint, loose ends."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from html import escape

from app.kernel.braid.facts import KEYS, Labels, Moment
from app.kernel.braid.pen import Pen, Size, coord, shape
from app.kernel.braid.said import describe, linked_title, marks, phase_of, phases, tag, tellings, time_of

MOST_ACROSS = 14
"""How many moments `across` shows in one row."""

_MOST_IN_A_ROW = 10

_SMALL = Size(lane=9.5, step=6.5, ease=6, column=40, pad=5, bead=0, patterns=False)
KNOT = Size(lane=22, step=14, ease=26, column=144, pad=15, bead=6)
_LOOSE = Size(lane=20, step=22, ease=34, column=320, pad=14, bead=0)
_LANES_AT = ("15.6%", "38.5%", "61.5%", "84.4%")

# Width of an across() drawing and of its two margins; columns share what is between until they would be narrower than a plait.
_WIDTH, _LEFT, _RIGHT, _NARROWEST, _ROOMY = 1120.0, 132.0, 8.0, 88.0, 140.0


def across(moments: Sequence[Moment], labels: Labels, *, title: str, ident: str, most: int = MOST_ACROSS) -> str:
    """Returns the horizontal braid over its row of labels; "" for no moment. What is too long for one row goes on in further ones, as music does.

    Args:
        moments: what is told, in order.
        labels: the words.
        title: the picture's name.
        ident: begins every id of it; unique on the page.
        most: moments that one row shows, at most `MOST_ACROSS`.
    """
    rows = in_rows(moments, most)
    order, drawn, first = list(KEYS), "", 1
    for number, row in enumerate(rows, 1):
        name = title if len(rows) == 1 else labels.part.format(title=title, number=number, all=len(rows))
        drawing, order = _row(row, labels, order, title=name, ident=ident if number == 1 else f"{ident}{number}-", first=first)
        drawn, first = drawn + drawing, first + len(row)
    return drawn


def in_rows(moments: Sequence[Moment], most: int = MOST_ACROSS) -> list[Sequence[Moment]]:
    """Cuts a long journey into rows of about one length; a cut goes to the nearest change of phase that leaves no row too long or too short."""
    count = len(moments)
    if count <= most:
        return [moments] if moments else []
    rows, start = [], 0
    for left in range(-(-count // min(most, _MOST_IN_A_ROW)), 0, -1):
        if left == 1:
            end = count
        else:
            even = start + round((count - start) / left)
            near = [at for at in (even, even - 1, even + 1, even - 2, even + 2) if _fits(at - start, count - at, left - 1)]
            end = next((at for at in near if moments[at].phase != moments[at - 1].phase), near[0])
        rows.append(moments[start:end])
        start = end
    return rows


def _fits(length: int, rest: int, rows: int) -> bool:
    return 3 <= length <= MOST_ACROSS and 3 * rows <= rest <= MOST_ACROSS * rows


def _row(moments: Sequence[Moment], labels: Labels, order: list[str], *, title: str, ident: str, first: int) -> tuple[str, list[str]]:
    """Returns one row of a horizontal braid, and the order of the strands after it."""
    count = len(moments)
    column = max((_WIDTH - _LEFT - _RIGHT) / count, _NARROWEST)
    size = Size(column=column) if column >= _ROOMY else Size(column=column, step=11, ease=13, bead=6.5)
    pen = Pen(size, ident)
    width, height = _LEFT + column * count + _RIGHT, size.pad * 2 + size.lane * 3
    names = ""
    for place, key in enumerate(order):
        pen.go(key, "M", (_LEFT - 24, pen.lane(place)))
        names += f'<text class="{key}" x="{coord(_LEFT - 36)}" y="{coord(pen.lane(place) + 4.5)}" text-anchor="end">{escape(labels.short[key])}</text>'
    for number, moment in enumerate(moments):
        order = pen.weave(moment.told, moment.mark, order, _LEFT + number * column)
    for place, key in enumerate(order):
        pen.go(key, "L", (width - 10, pen.lane(place)))
        pen.top.append(shape(key, width - 10, pen.lane(place), size.bead))
    items = "".join(
        f'<li class="p{number}">{linked_title(moment)}{time_of(moment)}{marks(moment, labels)}</li>'
        for number, moment in enumerate(moments, first)
    )
    start = f' start="{first}"' if first > 1 else ""
    box = f'viewBox="0 0 {coord(width)} {coord(height)}" role="img" aria-labelledby="{ident}-t {ident}-d"'
    drawing = (
        f'<div class="tresse across n{count}">{phases(moments, labels)}<svg {box}>'
        f'<title id="{ident}-t">{escape(title)}</title><desc id="{ident}-d">{escape(describe(moments, labels, first=first))}</desc>'
        f"{pen.paint()}{names}</svg><ol{start}>{items}</ol></div>"
    )
    return drawing, order


def down(moments: Sequence[Moment], labels: Labels, *, label: str, ident: str) -> str:
    """Returns the vertical braid, moment by moment; `label` names the list, `ident` begins every id."""
    order, items, phase = list(KEYS), "", ""
    for number, moment in enumerate(moments, 1):
        drawing, order = knot(moment.told, moment.mark, order, ident=f"{ident}{number}-")
        told = "".join(tag(key, labels) for key in KEYS if key in moment.told)
        title = linked_title(replace(moment, href="") if moment.anchor else moment)
        opens = f'<p class="phase">{phase_of(moment)}</p>' if moment.phase and moment.phase != phase else ""
        phase = moment.phase
        anchor = f' id="{escape(moment.anchor)}"' if moment.anchor else ""
        items += (
            f'<li class="p{number}"{anchor}><div class="strands">{drawing}{lanes(order)}</div><div>{opens}{time_of(moment)}{title}'
            f'<p class="who">{told}{marks(moment, labels)}</p>{tellings(moment)}</div></li>'
        )
    return f'<ol class="tresse down" aria-label="{escape(label)}">{items}</ol>'


def knot(told: Collection[str], mark: str, order: Sequence[str], *, ident: str) -> tuple[str, list[str]]:
    """Returns one moment drawn downwards, and the order of the strands after it; decorative, since the text beside it says the same."""
    pen = Pen(KNOT, ident, flip=True)
    for place, key in enumerate(order):
        pen.go(key, "M", (0, pen.lane(place)))
    after = pen.weave(told, mark, order, 0)
    for place, key in enumerate(after):
        pen.go(key, "L", (KNOT.column, pen.lane(place)))
    return f'<svg class="knot" viewBox="0 0 96 144" aria-hidden="true">{pen.paint()}</svg>', after


def lanes(order: Sequence[str]) -> str:
    """Returns the strands between two moments; no viewBox, so that they stretch to any height of text."""
    return '<svg class="lanes" aria-hidden="true">' + "".join(_line(key, at) for key, at in zip(order, _LANES_AT, strict=True)) + "</svg>"


def lane(key: str) -> str:
    """Returns one voice's strand alone, with a bead beside the moment's title."""
    return f'<svg class="lanes one" aria-hidden="true">{_line(key, "12")}<svg y="58" overflow="visible">{shape(key, 12, 0, 8)}</svg></svg>'


def gap(key: str) -> str:
    """Returns one voice's strand alone where it is cut: a hollow bead, frayed ends, nothing between."""
    pen = Pen(KNOT, "", flip=True)
    ends = pen.fray(key, 78, 12, 5) + pen.fray(key, 142, 12, -5)
    strand = f'<line class="s {key}" x1="12" x2="12" y1="0" y2="78"/>' + (
        f'<line class="o {key}" x1="12" x2="12" y1="0" y2="78"/>' if key != "elu" else ""
    )
    return f'<svg class="lanes one" aria-hidden="true">{strand}{ends}{shape(key, 12, 58, 8, True)}<svg y="142" overflow="visible">{_line(key, "12")}</svg></svg>'


def _line(key: str, at: str) -> str:
    return "".join(f'<line class="{ink} {key}" x1="{at}" x2="{at}" y1="0" y2="100%"/>' for ink in (("s",) if key == "elu" else ("s", "o")))


def mini(moments: Sequence[tuple[Collection[str], str]], *, ident: str) -> str:
    """Returns the fingerprint of a story from (who tells, mark) of each moment; decorative, since words beside it give the numbers."""
    pen, order = Pen(_SMALL, ident), list(KEYS)
    width, height = _SMALL.column * len(moments) + 12, _SMALL.pad * 2 + _SMALL.lane * 3
    for place, key in enumerate(order):
        pen.go(key, "M", (2, pen.lane(place)))
    for number, (told, mark) in enumerate(moments):
        order = pen.weave(told, mark, order, 6 + number * _SMALL.column)
    for place, key in enumerate(order):
        pen.go(key, "L", (width - 2, pen.lane(place)))
    box = f'width="{coord(width)}" height="{coord(height)}" viewBox="0 0 {coord(width)} {coord(height)}"'
    return f'<svg class="tresse mini" {box} aria-hidden="true">{pen.paint()}</svg>'


def unravelled(*, ident: str) -> str:
    """Returns a braid that crosses once and ends in loose strands; decorative."""
    pen, order = Pen(_LOOSE, ident), list(KEYS)
    for place, key in enumerate(order):
        pen.go(key, "M", (0, pen.lane(place)))
    order = pen.weave(KEYS, "agree", order, 0)
    for place, (key, end) in enumerate(zip(order, (350, 420, 320, 385), strict=True)):
        pen.go(key, "L", (end, pen.lane(place)))
        pen.top.append(pen.fray(key, end, pen.lane(place), 9))
    return f'<svg class="lost" viewBox="0 0 640 96" aria-hidden="true">{pen.paint()}</svg>'


def threads() -> str:
    """Returns four cut threads, for a place where there is nothing yet; decorative."""
    ends = zip(KEYS, (60, 95, 40, 75), (6, 15, 24, 33), strict=True)
    lines = "".join(f'<line class="s {key}" x1="0" x2="{end}" y1="{y}" y2="{y}"/>' for key, end, y in ends)
    return f'<svg class="threads" viewBox="0 0 190 40" aria-hidden="true">{lines}</svg>'
