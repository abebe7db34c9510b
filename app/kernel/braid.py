"""The braid (tresse): draws who tells which moment as accessible SVG and HTML; must never do I/O, guess a word, or write an inline style.

    across(…)      horizontal drawing over a row of labels, for wide screens and up to `MOST_ACROSS` moments
    down(…)        vertical drawing as an `<ol>`; its text stays HTML, so it wraps, zooms and is translated
    mini(…)        a story's fingerprint, for lists
    knot(…)        one moment, for a margin; lanes(…) is what runs between two knots
    table(…)       the same facts as a table, always offered beside the picture
    unravelled(…)  a braid that ends, for pages that are not there

A strand is a voice. Where several voices tell the same moment their strands plait and leave in reverse order. A voice that does not tell it is a cut strand:
frayed ends, a hollow bead, nothing in between. A tight plait is agreement or no word about it; a loose one, marked ≈ or ≠, is a nuance or a disagreement that was
kept. Colours come from CSS classes, and the pattern on each strand repeats the voice without colour. Every function returns HTML with all words escaped.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

KEYS = ("elu", "col", "eco", "eta")
MOST_ACROSS = 14
_WEIGHT = {"disagree": 2, "nuance": 1}


@dataclass(frozen=True)
class Labels:
    """The words of a braid, in the language of the page.

    Attributes:
        short: voice's key → short label.
        full: voice's key → full label.
        stances: `agree`, `nuance`, `disagree`, `absent` → (sign, word).
        tells: said of a voice that tells a moment and states no position.
        missing: stands before one missing voice, with its colon.
        missing_many: stands before several.
        unnamed: said of a category that may be speaking without its name.
        moment: head of the table's first column.
        sentence: one moment in the description, with `{number}`, `{title}`, `{date}`, `{voices}`.
        separator: between two parts of such a sentence.
    """

    short: Mapping[str, str]
    full: Mapping[str, str]
    stances: Mapping[str, tuple[str, str]]
    tells: str
    missing: str
    missing_many: str
    unnamed: str
    moment: str
    sentence: str
    separator: str


@dataclass(frozen=True)
class Moment:
    """A moment as a braid shows it.

    Attributes:
        title: its title, in the language of the story.
        date: its date as printed.
        iso: its date for `<time datetime>`.
        told: key of each voice that tells it → stance, or "" where none was stated.
        mark: the strongest stance of all voices.
        href: where its title leads; "" for no link.
        unnamed: keys that must not be called missing, since a voice speaks here without its category.
        lang: language of the title, where it is not the page's.
    """

    title: str
    date: str
    iso: str
    told: Mapping[str, str] = field(default_factory=dict)
    mark: str = "agree"
    href: str = ""
    unnamed: Collection[str] = ()
    lang: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the voices that are said to be missing."""
        return tuple(key for key in KEYS if key not in self.told and key not in self.unnamed)


@dataclass(frozen=True)
class Size:
    """Measures of a drawing, in SVG units.

    Attributes:
        lane: distance between two strands.
        step: length of one crossing.
        ease: length of the way in and of the way out.
        column: length of one moment.
        pad: room before the first lane and after the last.
        bead: radius of a bead; 0 for none.
        patterns: whether strands carry their pattern.
    """

    lane: float = 32
    step: float = 17
    ease: float = 25
    column: float = 140
    pad: float = 18
    bead: float = 8
    patterns: bool = True


Point = tuple[float, float]
Step = tuple[str, list[Point]]

_SMALL = Size(lane=9.5, step=6.5, ease=6, column=40, pad=5, bead=0, patterns=False)
_KNOT = Size(lane=22, step=14, ease=26, column=144, pad=15, bead=6)
_LOOSE = Size(lane=20, step=22, ease=34, column=320, pad=14, bead=0)
_LANES_AT = ("15.6%", "38.5%", "61.5%", "84.4%")
_PITCH = {"nuance": 0.62, "disagree": 0.84}
_TIGHT = 0.46
_BEADS: dict[str, tuple[Point, ...]] = {
    "col": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "eco": ((0, -1.15), (1.12, 0.85), (-1.12, 0.85)),
    "eta": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}

# Width of an across() drawing and of its two margins; columns share what is between until they would be narrower than a plait.
_WIDTH, _LEFT, _RIGHT, _NARROWEST, _ROOMY = 1120.0, 132.0, 8.0, 88.0, 140.0


def strongest(stances: Iterable[str]) -> str:
    """Returns the stance that marks a moment: disagree, else nuance, else agree."""
    return max(("agree", *(stance for stance in stances if stance in _WEIGHT)), key=lambda stance: _WEIGHT.get(stance, 0))


# — beads —


def bead(key: str, *, hollow: bool = False) -> str:
    """Returns a voice's bead for a line of text; decorative, since its label always stands beside it. Any other key gives a guest's ring."""
    if key not in KEYS:
        return '<svg class="bead" viewBox="0 0 16 16" aria-hidden="true"><circle class="b all hollow" cx="8" cy="8" r="5.6"/></svg>'
    return f'<svg class="bead" viewBox="0 0 16 16" aria-hidden="true">{_shape(key, 8, 8, 5.6, hollow)}</svg>'


def _shape(key: str, x: float, y: float, radius: float, hollow: bool = False) -> str:
    name = f"b {key} hollow" if hollow else f"b {key}"
    if key == "elu":
        return f'<circle class="{name}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'
    points = "L".join(f"{_n(x + a * radius)} {_n(y + b * radius)}" for a, b in _BEADS[key])
    return f'<path class="{name}" d="M{points}Z"/>'


def _tag(key: str, labels: Labels, *, hollow: bool = False) -> str:
    return f'<span class="v {key}">{bead(key, hollow=hollow)} {escape(labels.short[key])}</span>'


def _n(value: float) -> str:
    """A coordinate in as few characters as possible."""
    value = round(value, 1)
    if value == 0:
        return "0"
    text = f"{value:.1f}"
    return text.removesuffix(".0") if abs(value) >= 1 else text.replace("0.", ".")


# — the pen —


class _Pen:
    """Collects strands in (time, lane) coordinates; `flip` draws time downwards."""

    def __init__(self, size: Size, ident: str, *, flip: bool = False) -> None:
        self.size, self.ident, self.flip = size, ident, flip
        self.base: dict[str, list[Step]] = {key: [] for key in KEYS}
        self.over: dict[str, str] = dict.fromkeys(KEYS, "")
        self.top: list[str] = []

    def xy(self, time: float, lane: float) -> Point:
        return (lane, time) if self.flip else (time, lane)

    def lane(self, place: float) -> float:
        return self.size.pad + self.size.lane * place

    def go(self, key: str, kind: str, *points: Point) -> None:
        """Adds M, L or C to a strand."""
        self.base[key].append((kind, list(points)))

    def path(self, steps: Iterable[Step]) -> str:
        """Relative path data: the same knot gives the same letters wherever it stands, so that it compresses well."""
        written, here = "", (0.0, 0.0)
        for kind, points in steps:
            there = [(round(x, 1), round(y, 1)) for x, y in (self.xy(*point) for point in points)]
            if not written:
                written = f"M{_n(there[0][0])} {_n(there[0][1])}"
            else:
                written += _relative(kind, [(x - here[0], y - here[1]) for x, y in there])
            here = there[-1]
        return written

    def part(self, curve: list[Point], start: float, end: float) -> str:
        """Returns the piece of a curve between two of its parameters (de Casteljau)."""
        piece = _split(_split(curve, start)[1], (end - start) / (1 - start))[0]
        return self.path([("M", [piece[0]]), ("C", piece[1:])])

    # — one moment —

    def weave(self, told: Collection[str], mark: str, order: Sequence[str], time: float) -> list[str]:
        """Weaves one moment into the column that starts at `time`; returns the order of the strands after it."""
        centre = time + self.size.column / 2
        tellers = [key for key in order if key in told]
        for place, key in enumerate(order):
            if key not in told:
                self.cut(key, self.lane(place), centre)
        if len(tellers) > 1:
            return self.plait(tellers, mark, order, centre)
        for key in tellers:
            self.go(key, "L", (centre, self.lane(order.index(key))))
        self.beads(tellers, order, centre)
        return list(order)

    def beads(self, tellers: Sequence[str], order: Sequence[str], time: float) -> None:
        if self.size.bead:
            self.top += [_shape(key, *self.xy(time, self.lane(order.index(key))), self.size.bead) for key in tellers]

    def cut(self, key: str, lane: float, centre: float) -> None:
        """Leaves a gap in a strand: frayed ends, and a hollow bead before it."""
        before, after, fibre = centre - self.size.column * 0.33, centre + self.size.column * 0.33, self.size.lane * 0.2
        self.go(key, "L", (before, lane))
        self.go(key, "M", (after, lane))
        self.top += [self.fray(key, before, lane, fibre), self.fray(key, after, lane, -fibre)]
        if self.size.bead:
            self.top.append(_shape(key, *self.xy(before - self.size.bead * 1.6, lane), self.size.bead, True))

    def plait(self, tellers: list[str], mark: str, order: Sequence[str], centre: float) -> list[str]:
        """Odd-even plait: every pair crosses once, over and under in turn; two voices twist three times."""
        size, count = self.size, len(tellers)
        turns = 3 if count == 2 else count
        enter, leave = centre - turns * size.step / 2, centre + turns * size.step / 2
        pitch, middle = size.lane * _PITCH.get(mark, _TIGHT), self.lane((len(order) - 1) / 2)
        row = [middle + pitch * (place - (count - 1) / 2) for place in range(count)]
        way = {key: [(enter - size.ease, self.lane(order.index(key))), (enter, row[place])] for place, key in enumerate(tellers)}
        line, over = list(tellers), list[tuple[str, int]]()
        for turn in range(turns):
            for place in range(turn % 2, count - 1, 2) if count > 2 else (0,):
                over.append((line[place] if turn % 2 == 0 else line[place + 1], turn))
                line[place], line[place + 1] = line[place + 1], line[place]
            for place, key in enumerate(line):
                way[key].append((enter + (turn + 1) * size.step, row[place]))
        after = list(order)
        for slot, key in zip([place for place, key in enumerate(order) if key in tellers], line, strict=True):
            after[slot] = key
        curves = {}
        for key in tellers:
            way[key].append((leave + size.ease, self.lane(after.index(key))))
            curves[key] = _beziers(way[key])
            self.go(key, "L", way[key][0])
            for curve in curves[key]:
                self.go(key, "C", *curve[1:])
        for key, turn in over:
            self.over[key] += self.part(curves[key][turn + 1], 0.15, 0.85)
        self.beads(tellers, order, enter - size.ease - size.bead - 2)
        return after

    def fray(self, key: str, time: float, lane: float, fibre: float) -> str:
        """Returns the cut end of a strand: three fibres."""
        steps: list[Step] = []
        for side in (-1, 0, 1):
            ends = [
                (time + fibre * 0.6, lane),
                (time + fibre * 1.3, lane + side * abs(fibre) * 0.4),
                (time + fibre * 2, lane + side * abs(fibre)),
            ]
            steps += [("M", [(time - fibre / 6, lane)]), ("C", ends)]
        return f'<path class="f {key}" d="{self.path(steps)}"/>'

    # — ink —

    def paint(self) -> str:
        """Returns the whole drawing: strands, then what passes over them on a cleared way, then beads and fibres.

        A path is written once and used again for its pattern: the class stands around it, so that the copy does not inherit its ink.
        """
        under = "".join(
            self.ink(key, f"{self.ident}{place}", self.path(steps)) for place, (key, steps) in enumerate(self.base.items()) if steps
        )
        woven = [(key, f"{self.ident}o{place}", data) for place, (key, data) in enumerate(self.over.items()) if data]
        ways = "".join(f'<path id="{ident}" d="{data}"/>' for _key, ident, data in woven)
        over = "".join(f'<use href="#{ident}" class="s {key}"/>{self.pattern(key, ident)}' for key, ident, _data in woven)
        return under + (f'<g class="c">{ways}</g>' if ways else "") + over + "".join(self.top)

    def ink(self, key: str, ident: str, data: str) -> str:
        pattern = self.pattern(key, ident)
        return f'<g class="s {key}"><path id="{ident}" d="{data}"/></g>{pattern}' if pattern else f'<path class="s {key}" d="{data}"/>'

    def pattern(self, key: str, ident: str) -> str:
        return f'<use href="#{ident}" class="o {key}"/>' if self.size.patterns and key != "elu" else ""


def _relative(kind: str, moves: list[Point]) -> str:
    (x, y), level, upright = moves[-1], all(abs(y) < 0.05 for _x, y in moves), all(abs(x) < 0.05 for x, _y in moves)
    if kind != "M" and (level or upright):
        return f"h{_n(x)}" if level else f"v{_n(y)}"
    return kind.lower() + " ".join(f"{_n(x)} {_n(y)}" for x, y in moves).replace(" -", "-")


def _split(points: list[Point], at: float) -> tuple[list[Point], list[Point]]:
    left, right = [points[0]], [points[-1]]
    while len(points) > 1:
        points = [(p[0] + (q[0] - p[0]) * at, p[1] + (q[1] - p[1]) * at) for p, q in pairwise(points)]
        left.append(points[0])
        right.insert(0, points[-1])
    return left, right


def _beziers(way: list[Point]) -> list[list[Point]]:
    """A smooth monotone curve through the points: flat where a strand turns, flowing where it goes on."""
    slopes = [(y1 - y0) / (t1 - t0) for (t0, y0), (t1, y1) in pairwise(way)]
    tangents = [0.0, *(2 * p * q / (p + q) if p * q > 0 else 0.0 for p, q in pairwise(slopes)), 0.0]
    curves = []
    for place, ((t0, y0), (t1, y1)) in enumerate(pairwise(way)):
        first, last = tangents[place], tangents[place + 1]
        handle = (t1 - t0) / (2 if first == last == 0 else 3)
        curves.append([(t0, y0), (t0 + handle, y0 + handle * first), (t1 - handle, y1 - handle * last), (t1, y1)])
    return curves


# — drawings —


def describe(moments: Sequence[Moment], labels: Labels) -> str:
    """Returns one sentence for each moment: the text that stands for the picture (not escaped)."""
    return " ".join(_sentence(number, moment, labels) for number, moment in enumerate(moments, 1))


def _sentence(number: int, moment: Moment, labels: Labels) -> str:
    voices = ", ".join(labels.short[key] for key in KEYS if key in moment.told) or "–"
    parts = [labels.sentence.format(number=number, title=moment.title, date=moment.date, voices=voices)]
    if moment.missing:
        parts.append(f"{_missing_words(moment, labels)} {', '.join(labels.short[key] for key in moment.missing)}")
    if moment.mark in _WEIGHT:
        parts.append(labels.stances[moment.mark][1])
    return labels.separator.join(parts) + "."


def _missing_words(moment: Moment, labels: Labels) -> str:
    return labels.missing if len(moment.missing) == 1 else labels.missing_many


def across(moments: Sequence[Moment], labels: Labels, *, title: str, ident: str) -> str:
    """Returns the horizontal braid over its row of labels; "" for no moment or for more than `MOST_ACROSS`, which only `down` can show.

    Args:
        moments: what is told, in order.
        labels: the words.
        title: the picture's name.
        ident: begins every id of it; unique on the page.
    """
    count = len(moments)
    if not 0 < count <= MOST_ACROSS:
        return ""
    column = max((_WIDTH - _LEFT - _RIGHT) / count, _NARROWEST)
    size = Size(column=column) if column >= _ROOMY else Size(column=column, step=11, ease=13, bead=6.5)
    pen, order = _Pen(size, ident), list(KEYS)
    width, height = _LEFT + column * count + _RIGHT, size.pad * 2 + size.lane * 3
    names = ""
    for place, key in enumerate(order):
        pen.go(key, "M", (_LEFT - 24, pen.lane(place)))
        names += (
            f'<text class="{key}" x="{_n(_LEFT - 36)}" y="{_n(pen.lane(place) + 4.5)}" text-anchor="end">{escape(labels.short[key])}</text>'
        )
    for number, moment in enumerate(moments):
        order = pen.weave(moment.told, moment.mark, order, _LEFT + number * column)
    for place, key in enumerate(order):
        pen.go(key, "L", (width - 10, pen.lane(place)))
        pen.top.append(_shape(key, width - 10, pen.lane(place), size.bead))
    items = "".join(f"<li>{_link(moment)}{_time(moment)}{_marks(moment, labels)}</li>" for moment in moments)
    return (
        f'<div class="tresse across n{count}"><svg viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-labelledby="{ident}-t {ident}-d">'
        f'<title id="{ident}-t">{escape(title)}</title><desc id="{ident}-d">{escape(describe(moments, labels))}</desc>'
        f"{pen.paint()}{names}</svg><ol>{items}</ol></div>"
    )


def down(moments: Sequence[Moment], labels: Labels, *, label: str, ident: str) -> str:
    """Returns the vertical braid, moment by moment; `label` names the list, `ident` begins every id."""
    order, items = list(KEYS), ""
    for number, moment in enumerate(moments, 1):
        drawing, order = knot(moment.told, moment.mark, order, ident=f"{ident}{number}-")
        told = "".join(_tag(key, labels) for key in KEYS if key in moment.told)
        items += (
            f'<li><div class="strands">{drawing}{lanes(order)}</div><div>{_time(moment)}{_link(moment)}'
            f'<p class="who">{told}{_marks(moment, labels)}</p></div></li>'
        )
    return f'<ol class="tresse down" aria-label="{escape(label)}">{items}</ol>'


def knot(told: Collection[str], mark: str, order: Sequence[str], *, ident: str) -> tuple[str, list[str]]:
    """Returns one moment drawn downwards, and the order of the strands after it; decorative, since the text beside it says the same."""
    pen = _Pen(_KNOT, ident, flip=True)
    for place, key in enumerate(order):
        pen.go(key, "M", (0, pen.lane(place)))
    after = pen.weave(told, mark, order, 0)
    for place, key in enumerate(after):
        pen.go(key, "L", (_KNOT.column, pen.lane(place)))
    return f'<svg class="knot" viewBox="0 0 96 144" aria-hidden="true">{pen.paint()}</svg>', after


def lanes(order: Sequence[str]) -> str:
    """Returns the strands between two moments; no viewBox, so that they stretch to any height of text."""
    return '<svg class="lanes" aria-hidden="true">' + "".join(_line(key, at) for key, at in zip(order, _LANES_AT, strict=True)) + "</svg>"


def lane(key: str) -> str:
    """Returns one voice's strand alone, with a bead beside the moment's title."""
    return f'<svg class="lanes one" aria-hidden="true">{_line(key, "12")}<svg y="58" overflow="visible">{_shape(key, 12, 0, 8)}</svg></svg>'


def gap(key: str) -> str:
    """Returns one voice's strand alone where it is cut: a hollow bead, frayed ends, nothing between."""
    pen = _Pen(_KNOT, "", flip=True)
    ends = pen.fray(key, 78, 12, 5) + pen.fray(key, 142, 12, -5)
    strand = f'<line class="s {key}" x1="12" x2="12" y1="0" y2="78"/>' + (
        f'<line class="o {key}" x1="12" x2="12" y1="0" y2="78"/>' if key != "elu" else ""
    )
    return f'<svg class="lanes one" aria-hidden="true">{strand}{ends}{_shape(key, 12, 58, 8, True)}<svg y="142" overflow="visible">{_line(key, "12")}</svg></svg>'


def _line(key: str, at: str) -> str:
    return "".join(f'<line class="{ink} {key}" x1="{at}" x2="{at}" y1="0" y2="100%"/>' for ink in (("s",) if key == "elu" else ("s", "o")))


def mini(moments: Sequence[tuple[Collection[str], str]], *, ident: str) -> str:
    """Returns the fingerprint of a story from (who tells, mark) of each moment; decorative, since words beside it give the numbers."""
    pen, order = _Pen(_SMALL, ident), list(KEYS)
    width, height = _SMALL.column * len(moments) + 12, _SMALL.pad * 2 + _SMALL.lane * 3
    for place, key in enumerate(order):
        pen.go(key, "M", (2, pen.lane(place)))
    for number, (told, mark) in enumerate(moments):
        order = pen.weave(told, mark, order, 6 + number * _SMALL.column)
    for place, key in enumerate(order):
        pen.go(key, "L", (width - 2, pen.lane(place)))
    box = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    return f'<svg class="tresse mini" {box} aria-hidden="true">{pen.paint()}</svg>'


def unravelled(*, ident: str) -> str:
    """Returns a braid that crosses once and ends in loose strands; decorative."""
    pen, order = _Pen(_LOOSE, ident), list(KEYS)
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


# — words —


def _link(moment: Moment) -> str:
    lang = f' lang="{escape(moment.lang)}"' if moment.lang else ""
    title = f"<b{lang}>{escape(moment.title)}</b>"
    return f'<a href="{escape(moment.href)}">{title}</a>' if moment.href else title


def _time(moment: Moment) -> str:
    return f'<time datetime="{escape(moment.iso)}">{escape(moment.date)}</time>'


def _marks(moment: Moment, labels: Labels) -> str:
    """What the drawing says, in words: a divergence, missing voices."""
    said = ""
    if moment.mark in _WEIGHT:
        said += stance(*labels.stances[moment.mark])
    if moment.missing:
        voices = ", ".join(_tag(key, labels, hollow=True) for key in moment.missing)
        said += f'<span class="miss">{escape(_missing_words(moment, labels))} {voices}</span>'
    return said


def stance(sign: str, word: str) -> str:
    """Returns a stance: its sign in a ring, its word."""
    return f'<span class="stance"><i aria-hidden="true">{escape(sign)}</i> {escape(word)}</span>'


def table(moments: Sequence[Moment], labels: Labels, *, caption: str) -> str:
    """Returns who tells which moment, and with which stance, as a table that scrolls by itself."""
    head = "".join(f'<th scope="col">{_tag(key, labels)}</th>' for key in KEYS)
    rows = "".join(
        f'<tr><th scope="row">{_link(moment)}{_time(moment)}</th>{"".join(_cell(moment, key, labels) for key in KEYS)}</tr>'
        for moment in moments
    )
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0"><table class="facts"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{escape(labels.moment)}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _cell(moment: Moment, key: str, labels: Labels) -> str:
    if key in moment.told:
        known = labels.stances.get(moment.told[key])
        return f"<td>{escape(_capital(known[1] if known else labels.tells))}</td>"
    words = labels.unnamed if key in moment.unnamed else labels.missing.rstrip(":\u00a0 ")
    return f'<td class="none">{escape(_capital(words))}</td>'


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def legend(labels: Labels) -> str:
    """Returns the four voices, each with its strand, its bead and its full label."""
    return '<ul class="legend">' + "".join(f'<li class="v {key}">{_sample(key)} {escape(labels.full[key])}</li>' for key in KEYS) + "</ul>"


def _sample(key: str) -> str:
    over = "" if key == "elu" else f'<line class="o {key}" x1="0" x2="44" y1="8" y2="8"/>'
    strand = f'<line class="s {key}" x1="0" x2="44" y1="8" y2="8"/>{over}'
    return f'<svg class="thread" viewBox="0 0 44 16" aria-hidden="true">{strand}{_shape(key, 22, 8, 6)}</svg>'
