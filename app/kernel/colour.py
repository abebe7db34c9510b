"""Colour arithmetic: contrast as WCAG 2 defines it, and how far two colours are apart for eyes that see fewer of them; pure numbers, no names of tokens."""

from collections.abc import Sequence

Rgb = tuple[int, int, int]
Vector = tuple[float, float, float]

# What of the light's red, green and blue reaches an eye without one kind of cone: Machado, Oliveira, Fernandes (2009), severity 1, on linear light.
SIGHTS: dict[str, Sequence[Sequence[float]]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# sRGB to CIE XYZ (IEC 61966-2-1), and the white of D65.
_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)
_HEX_LENGTHS = {3, 6}
_DIGITS = frozenset("0123456789abcdef")


def parse_hex(text: str) -> Rgb:
    """Returns the colour that `#rrggbb` or `#rgb` names; the sign may be left out.

    Raises:
        ValueError: if it is neither.
    """
    digits = text.strip().removeprefix("#").lower()
    if len(digits) not in _HEX_LENGTHS or not set(digits) <= _DIGITS:
        raise ValueError(text)
    if len(digits) == min(_HEX_LENGTHS):
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue


def to_hex(colour: Rgb) -> str:
    """Returns `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mix(start: Rgb, end: Rgb, part: float) -> Rgb:
    """Returns the colour at `part` (0 to 1) of the way from one to another."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(start, end, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Returns WCAG's relative luminance, 0 for black, 1 for white."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Returns WCAG's contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def distance(one: Rgb, other: Rgb, sight: str = "normal") -> float:
    """Returns how far two colours are apart (CIE76 ΔE) for a sight, one of `SIGHTS`."""
    first, second = _lab(_seen(one, sight)), _lab(_seen(other, sight))
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)


def _linear(colour: Rgb) -> Vector:
    red, green, blue = (_light(value / 255) for value in colour)
    return red, green, blue


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _seen(colour: Rgb, sight: str) -> Vector:
    red, green, blue = (min(1.0, max(0.0, value)) for value in _times(SIGHTS[sight], _linear(colour)))
    return red, green, blue


def _lab(light: Vector) -> Vector:
    x, y, z = (_curve(value / white) for value, white in zip(_times(_XYZ, light), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _curve(value: float) -> float:
    return float(value ** (1 / 3)) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _times(matrix: Sequence[Sequence[float]], vector: Vector) -> Vector:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third
