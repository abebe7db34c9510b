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
from app.kernel.voice import CATEGORIES, CATEGORY_KEY
from app.web.locale import SOURCE_LANGUAGE, current_language
from app.web.templating import iso_date, markup, moment_words
from app.web.words import CATEGORY_FULL, CATEGORY_SHORT, STANCES


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

    @property
    def phase(self) -> str: ...

    @property
    def also(self) -> Sequence[tuple[str, str]]: ...


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
        also=_("Aussi\u00a0:"),
        part=_("{title}, partie {number} sur {all}"),
        phases=_("Phases du parcours"),
    )


def plait(moments: Iterable[Told], lang: str, address: str = "", *, anchored: bool = False) -> list[braid.Moment]:
    """Returns moments as the braid shows them; titles lead to `address`#anchor, and `anchored` puts these anchors into the vertical braid."""
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
            anchor=moment.anchor if anchored else "",
            also=[(typeset(words, lang), "" if lang == current_language() else lang) for words, lang in moment.also],
            phase=typeset(moment.phase, SOURCE_LANGUAGE) if moment.phase else "",
            phase_lang="" if current_language() == SOURCE_LANGUAGE else SOURCE_LANGUAGE,
        )
        for moment in moments
        if moment.revision is not None
    ]


def link(words: str, href: str, lang: str) -> braid.Link:
    """Returns where a moment is told, for a picture; `lang` is the language of the words."""
    return braid.Link(typeset(words, lang), href, "" if lang == current_language() else lang)


@dataclass(frozen=True)
class Picture:
    """A story's braid in all its shapes; each is drawn when a template asks for it."""

    moments: Sequence[braid.Moment]
    ident: str

    def across(self, title: str, most: int = braid.MOST_ACROSS) -> Markup:
        return markup(braid.across(self.moments, labels(), title=title, ident=f"{self.ident}a", most=most))

    def down(self, label: str) -> Markup:
        return markup(braid.down(self.moments, labels(), label=label, ident=f"{self.ident}d"))

    def table(self) -> Markup:
        return markup(braid.table(self.moments, labels(), caption=_("Qui raconte quel moment")))

    def mini(self) -> Markup:
        return fingerprint([(moment.told, moment.mark) for moment in self.moments], f"{self.ident}f")


def picture(moments: Iterable[Told], lang: str, ident: str, address: str = "", *, anchored: bool = False) -> Picture:
    """Returns the braid of some moments.

    Args:
        moments: what is told, in order.
        lang: language of their titles.
        ident: begins the ids of its drawings; unique on the page.
        address: the page whose anchors the titles lead to; the present one where empty.
        anchored: whether the vertical braid has these anchors itself.
    """
    return Picture(plait(moments, lang, address, anchored=anchored), ident)


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
    steps = [({CATEGORY_KEY[category]: stance for category, stance in step.told.items()}, step.mark) for step in card.told]
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
