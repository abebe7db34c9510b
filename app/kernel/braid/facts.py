"""What a braid shows: the moments, who tells them and with which stance, and the words for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

KEYS = ("elu", "col", "eco", "eta")
"""The four voices, in their order."""

WEIGHT = {"disagree": 2, "nuance": 1}
"""Stances that part the voices, the strongest with the highest number."""


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
        also: stands before voices that have no strand, with its colon.
        part: name of one row of a picture in several, with `{title}`, `{number}`, `{all}`.
        phases: names the list of phases over a picture.
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
    also: str
    part: str
    phases: str


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere; `lang` is their language, where it is not the page's."""

    words: str
    href: str
    lang: str = ""


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
        anchor: id of the moment in a vertical braid; "" for none.
        also: words for voices that have no strand (guests, unnamed ones), each with its language where it is not the page's.
        phase: the phase of the journey that it belongs to, or "".
        phase_href: where the phase's name leads; "" for no link.
        phase_lang: language of the phase's name, where it is not the page's.
        tellings: where the moment is told, for pictures of more than one story.
    """

    title: str
    date: str
    iso: str
    told: Mapping[str, str] = field(default_factory=dict)
    mark: str = "agree"
    href: str = ""
    unnamed: Collection[str] = ()
    lang: str = ""
    anchor: str = ""
    also: Sequence[tuple[str, str]] = ()
    phase: str = ""
    phase_href: str = ""
    phase_lang: str = ""
    tellings: Sequence[Link] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the voices that are said to be missing."""
        return tuple(key for key in KEYS if key not in self.told and key not in self.unnamed)


def strongest(stances: Iterable[str]) -> str:
    """Returns the stance that marks a moment: disagree, else nuance, else agree."""
    return max(("agree", *(stance for stance in stances if stance in WEIGHT)), key=lambda stance: WEIGHT.get(stance, 0))
