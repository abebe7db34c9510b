"""Braids of stories for templates: gives the drawing of `kernel/braid` its words in the language of the page, and marks what it wrote as HTML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask_babel import gettext as _
from markupsafe import Markup

from app.db.models import MomentRevision
from app.db.reading import StoryCard
from app.kernel import braid
from app.kernel.document.typography import typeset
from app.kernel.voice import CATEGORIES
from app.web.locale import current_language
from app.web.templating import iso_date, markup, moment_words
from app.web.words import CATEGORY_FULL, CATEGORY_KEY, CATEGORY_SHORT, STANCES

_KEYS: dict[str, str] = {str(category): key for category, key in CATEGORY_KEY.items()}


class Told(Protocol):
    """What a drawing needs to know of a moment."""

    @property
    def number(self) -> int: ...

    @property
    def anchor(self) -> str: ...

    @property
    def revision(self) -> MomentRevision | None: ...

    @property
    def told(self) -> Mapping[str, str]: ...

    @property
    def mark(self) -> str: ...

    @property
    def unnamed(self) -> frozenset[str]: ...


def labels() -> braid.Labels:
    """Returns the words of a braid in the language of the page."""
    return braid.Labels(
        short={CATEGORY_KEY[category]: str(CATEGORY_SHORT[category]) for category in CATEGORIES},
        full={CATEGORY_KEY[category]: str(CATEGORY_FULL[category]) for category in CATEGORIES},
        stances={code: (sign, str(word)) for code, (sign, word) in STANCES.items()},
        tells=_("raconte"),
        missing=_("Voix manquante\u00a0:"),
        missing_many=_("Voix manquantes\u00a0:"),
        unnamed=_("non dit"),
        moment=_("Moment"),
        sentence=_("{number}. {title} ({date})\u00a0: {voices}"),
        separator=_("\u202f; "),
    )


def plait(moments: Iterable[Told], lang: str, address: str = "") -> list[braid.Moment]:
    """Returns moments as the braid shows them; titles lead to `address`#anchor."""
    foreign = "" if lang == current_language() else lang
    return [
        braid.Moment(
            title=typeset(moment.revision.title, lang),
            date=moment_words(moment.revision, short=True),
            iso=iso_date(moment.revision),
            told=moment.told,
            mark=moment.mark,
            href=f"{address}#{moment.anchor}",
            unnamed=moment.unnamed,
            lang=foreign,
        )
        for moment in moments
        if moment.revision is not None
    ]


@dataclass(frozen=True)
class Picture:
    """A story's braid in all its shapes; each is drawn when a template asks for it."""

    moments: Sequence[braid.Moment]
    ident: str

    @property
    def fits_across(self) -> bool:
        """Whether the horizontal shape can show so many moments."""
        return 0 < len(self.moments) <= braid.MOST_ACROSS

    def across(self, title: str) -> Markup:
        return markup(braid.across(self.moments, labels(), title=title, ident=f"{self.ident}a"))

    def down(self, label: str) -> Markup:
        return markup(braid.down(self.moments, labels(), label=label, ident=f"{self.ident}d"))

    def table(self) -> Markup:
        return markup(braid.table(self.moments, labels(), caption=_("Qui raconte quel moment")))

    def mini(self) -> Markup:
        return fingerprint([(moment.told, moment.mark) for moment in self.moments], f"{self.ident}f")


def picture(moments: Iterable[Told], lang: str, ident: str, address: str = "") -> Picture:
    """Returns the braid of some moments; `ident` begins the ids of its drawings, `address` is the page whose anchors it leads to."""
    return Picture(plait(moments, lang, address), ident)


@dataclass(frozen=True)
class Strands:
    """The margin of one moment: its knot, the strands that run on from it, and the lane that each voice then has."""

    knot: Markup
    lanes: Markup
    lane: Mapping[str, int]


def margins(moments: Iterable[Told]) -> dict[str, Strands]:
    """Returns anchor → margin, for the moments of a story in their order; words about the whole story have no knot."""
    order: list[str] = list(braid.KEYS)
    drawn = {}
    for moment in moments:
        drawing = ""
        if moment.revision is not None:
            drawing, order = braid.knot(moment.told, moment.mark, order, ident=f"{moment.anchor}k")
        drawn[moment.anchor] = Strands(markup(drawing), markup(braid.lanes(order)), {key: place for place, key in enumerate(order)})
    return drawn


def knot_of(moment: Told) -> Markup:
    """Returns one moment's knot by itself, with the voices in their fixed order."""
    return markup(braid.knot(moment.told, moment.mark, braid.KEYS, ident=f"{moment.anchor}r")[0])


def fingerprint(moments: Sequence[tuple[Mapping[str, str], str]], ident: str) -> Markup:
    """Returns a story's fingerprint from (who tells, mark) of each moment."""
    return markup(braid.mini(moments, ident=ident))


def card_fingerprint(card: StoryCard) -> Markup:
    """Returns the fingerprint of a story in a list."""
    steps = [({_KEYS[category]: stance for category, stance in step.told.items()}, step.mark) for step in card.told]
    return fingerprint(steps, f"f{card.id}")


def solo(key: str, cut: bool = False) -> Markup:
    """Returns one voice's strand, or the strand where it is cut."""
    return markup(braid.gap(key) if cut else braid.lane(key))


def legend() -> Markup:
    """Returns the four voices with their strands."""
    return markup(braid.legend(labels()))


def unravelled() -> Markup:
    """Returns a braid that ends in loose strands."""
    return markup(braid.unravelled(ident="lost"))


def threads() -> Markup:
    """Returns four cut threads."""
    return markup(braid.threads())


# What templates call these by.
GLOBALS = {
    "braid_picture": picture,
    "braid_margins": margins,
    "braid_knot": knot_of,
    "braid_of_card": card_fingerprint,
    "braid_fingerprint": fingerprint,
    "braid_solo": solo,
    "braid_legend": legend,
    "braid_unravelled": unravelled,
    "braid_threads": threads,
}
