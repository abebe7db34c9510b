"""A site's own colours: which may be replaced, what follows from them, and the floors that they must keep; the look's own palette is the default."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from app.kernel.colour import SIGHTS, Rgb, contrast, distance, luminance, mix, parse_hex, to_hex

SCHEMES = ("light", "dark")
VOICES = ("elu", "col", "eco", "eta")
# What a site may replace; all the rest follows.
OWN = ("paper", "ink", *VOICES)
GROUNDS = ("paper", "leaf", "wash")

TEXT_FLOOR = 4.5
INTERFACE_FLOOR = 3.0
# Smallest distance between two voices, for each sight: what the look's own palette keeps in its weaker scheme.
VOICE_FLOORS = {"normal": 57.0, "deuteranopia": 15.0, "protanopia": 10.0, "tritanopia": 16.0}

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "light": {
        **{"paper": "#f8f5ee", "leaf": "#fffefb", "wash": "#eee8dc", "ink": "#1d1a16", "ink-2": "#575048", "edge": "#7d7365"},
        **{"rule": "#d9d1c1", "mark": "#ffe08a", "elu": "#9e1b45", "col": "#0f6a58", "eco": "#8a5e00", "eta": "#34479c"},
    },
    "dark": {
        **{"paper": "#171411", "leaf": "#1f1b17", "wash": "#2b2620", "ink": "#f0e9dc", "ink-2": "#b8ad9c", "edge": "#948977"},
        **{"rule": "#3d362d", "mark": "#5c4700", "elu": "#f78da0", "col": "#5cc2b0", "eco": "#e3b04b", "eta": "#9db1ff"},
    },
}
# How far from paper to ink the neutral colours stand, read off the look's own palette.
_STEPS = {
    "light": {"wash": 0.06, "rule": 0.14, "edge": 0.57, "ink-2": 0.74},
    "dark": {"wash": 0.09, "rule": 0.17, "edge": 0.58, "ink-2": 0.74},
}
_LEAF = {"light": ((255, 255, 255), 0.7), "dark": (None, 0.04)}
_STEP = 0.03

Palette = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ColourFault:
    """Why colours are refused: `kind` is `contrast`, `alike` or `reversed`; `measured` fell short of `floor`."""

    scheme: str
    kind: str
    token: str
    other: str
    measured: float
    floor: float
    sight: str = "normal"


def own_colours(palette: Palette) -> dict[str, dict[str, str]]:
    """Returns what of a palette a site really replaces: known tokens that differ from the look's, as `#rrggbb`.

    Raises:
        ValueError: if something is no colour.
    """
    own: dict[str, dict[str, str]] = {}
    for scheme in SCHEMES:
        given = palette.get(scheme, {})
        wanted = {token: to_hex(parse_hex(given[token])) for token in OWN if given.get(token)}
        changed = {token: colour for token, colour in wanted.items() if colour != DEFAULTS[scheme][token]}
        if changed:
            own[scheme] = changed
    return own


def complete(scheme: str, own: Mapping[str, str]) -> dict[str, str]:
    """Returns every token of a scheme; where paper or ink is the site's own, the greys between them are made anew and darkened until they hold."""
    tokens = {**DEFAULTS[scheme], **own}
    if "paper" not in own and "ink" not in own:
        return tokens
    paper, ink = parse_hex(tokens["paper"]), parse_hex(tokens["ink"])
    lightest, part = _LEAF[scheme]
    made = {name: mix(paper, ink, step) for name, step in _STEPS[scheme].items()}
    made["leaf"] = mix(paper, lightest or ink, part)
    grounds = (paper, made["leaf"], made["wash"])
    made["ink-2"] = _until(paper, ink, _STEPS[scheme]["ink-2"], grounds, TEXT_FLOOR)
    made["edge"] = _until(paper, ink, _STEPS[scheme]["edge"], grounds, INTERFACE_FLOOR)
    return {**tokens, **{name: to_hex(colour) for name, colour in made.items()}}


def _until(paper: Rgb, ink: Rgb, part: float, grounds: tuple[Rgb, ...], floor: float) -> Rgb:
    """Returns the first colour on the way to ink that holds a floor on all grounds; ink itself where none does."""
    while part < 1:
        found = mix(paper, ink, part)
        if min(contrast(found, ground) for ground in grounds) >= floor:
            return found
        part += _STEP
    return ink


def find_faults(palette: Palette) -> list[ColourFault]:
    """Returns all that stands against a palette, in both schemes, the worst of each pair of colours."""
    return [fault for scheme in SCHEMES for fault in _faults_of(scheme, complete(scheme, palette.get(scheme, {})))]


def _faults_of(scheme: str, tokens: Mapping[str, str]) -> Iterator[ColourFault]:
    colours = {token: parse_hex(text) for token, text in tokens.items()}
    if (luminance(colours["paper"]) > luminance(colours["ink"])) != (scheme == "light"):
        yield ColourFault(scheme, "reversed", "paper", "ink", 0, 0)
        return
    for token, floor in (*((voice, TEXT_FLOOR) for voice in VOICES), ("ink", TEXT_FLOOR), ("ink-2", TEXT_FLOOR), ("edge", INTERFACE_FLOOR)):
        ratio, ground = min((contrast(colours[token], colours[ground]), ground) for ground in GROUNDS)
        if ratio < floor:
            yield ColourFault(scheme, "contrast", token, ground, ratio, floor)
            if token == OWN[1]:  # ink; the greys are made of it: one sentence says enough
                break
    if (ratio := contrast(colours["ink"], colours["mark"])) < TEXT_FLOOR:
        yield ColourFault(scheme, "contrast", "ink", "mark", ratio, TEXT_FLOOR)
    for one, other in combinations(VOICES, 2):
        yield from _alike(scheme, one, other, colours)


def _alike(scheme: str, one: str, other: str, colours: Mapping[str, Rgb]) -> Iterator[ColourFault]:
    apart = {sight: distance(colours[one], colours[other], sight) for sight in SIGHTS}
    short = [(apart[sight] / floor, sight) for sight, floor in VOICE_FLOORS.items() if apart[sight] < floor]
    if short:
        _share, sight = min(short)
        yield ColourFault(scheme, "alike", one, other, apart[sight], VOICE_FLOORS[sight], sight)


def stylesheet(own: Palette) -> str:
    """Returns the style sheet of a site's own colours; empty where it has none.

    Printing and imposed colours stay as the look has them; a wish for more contrast is kept.
    """
    rules = []
    for scheme in SCHEMES:
        tokens = complete(scheme, own.get(scheme, {}))
        lines = "".join(f"--{token}:{colour};" for token, colour in tokens.items() if colour != DEFAULTS[scheme][token])
        if lines:
            rules.append(f"@media screen and (forced-colors:none) and (prefers-color-scheme:{scheme}){{:root{{{lines}}}}}")
    if not rules:
        return ""
    return "\n".join([*rules, "@media (prefers-contrast:more){:root{--ink-2:var(--ink);--rule:var(--edge);--edge:var(--ink)}}"]) + "\n"
