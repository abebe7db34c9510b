"""The pen: strands, plaits, cuts and beads as SVG paths; knows measures, and no words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.kernel.braid.facts import KEYS

Point = tuple[float, float]
Step = tuple[str, list[Point]]

_PITCH = {"nuance": 0.62, "disagree": 0.84}
_TIGHT = 0.46
_BEADS: dict[str, tuple[Point, ...]] = {
    "col": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "eco": ((0, -1.15), (1.12, 0.85), (-1.12, 0.85)),
    "eta": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}


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


def bead(key: str, *, hollow: bool = False) -> str:
    """Returns a voice's bead for a line of text; decorative, since its label always stands beside it. Any other key gives a guest's ring."""
    if key not in KEYS:
        return '<svg class="bead" viewBox="0 0 16 16" aria-hidden="true"><circle class="b all hollow" cx="8" cy="8" r="5.6"/></svg>'
    return f'<svg class="bead" viewBox="0 0 16 16" aria-hidden="true">{shape(key, 8, 8, 5.6, hollow)}</svg>'


def shape(key: str, x: float, y: float, radius: float, hollow: bool = False) -> str:
    """Returns a voice's bead around a point: circle, square, triangle or lozenge."""
    name = f"b {key} hollow" if hollow else f"b {key}"
    if key == "elu":
        return f'<circle class="{name}" cx="{coord(x)}" cy="{coord(y)}" r="{coord(radius)}"/>'
    points = "L".join(f"{coord(x + a * radius)} {coord(y + b * radius)}" for a, b in _BEADS[key])
    return f'<path class="{name}" d="M{points}Z"/>'


def coord(value: float) -> str:
    """Returns a coordinate in as few characters as possible."""
    value = round(value, 1)
    if value == 0:
        return "0"
    text = f"{value:.1f}"
    return text.removesuffix(".0") if abs(value) >= 1 else text.replace("0.", ".")


class Pen:
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
                written = f"M{coord(there[0][0])} {coord(there[0][1])}"
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
            self.top += [shape(key, *self.xy(time, self.lane(order.index(key))), self.size.bead) for key in tellers]

    def cut(self, key: str, lane: float, centre: float) -> None:
        """Leaves a gap in a strand: frayed ends, and a hollow bead before it."""
        before, after, fibre = centre - self.size.column * 0.33, centre + self.size.column * 0.33, self.size.lane * 0.2
        self.go(key, "L", (before, lane))
        self.go(key, "M", (after, lane))
        self.top += [self.fray(key, before, lane, fibre), self.fray(key, after, lane, -fibre)]
        if self.size.bead:
            self.top.append(shape(key, *self.xy(before - self.size.bead * 1.6, lane), self.size.bead, True))

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
        return f"h{coord(x)}" if level else f"v{coord(y)}"
    return kind.lower() + " ".join(f"{coord(x)} {coord(y)}" for x, y in moves).replace(" -", "-")


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
