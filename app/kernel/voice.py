"""Who speaks: the four actor categories, and how a voice wishes to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ActorCategory(StrEnum):
    """The four kinds of actors of a delegation, in the order in which they always stand."""

    ELECTED_OFFICIAL = "elected_official"
    LOCAL_AGENT = "local_agent"
    SOCIOECONOMIC_OPERATOR = "socioeconomic_operator"
    STATE_AGENT = "state_agent"


CATEGORIES: tuple[ActorCategory, ...] = tuple(ActorCategory)
CATEGORY_KEY: Mapping[str, str] = {
    ActorCategory.ELECTED_OFFICIAL: "elu",
    ActorCategory.LOCAL_AGENT: "col",
    ActorCategory.SOCIOECONOMIC_OPERATOR: "eco",
    ActorCategory.STATE_AGENT: "eta",
}
"""How the look and its colours name a category: in classes, in the braid, beside carets."""


class Display(StrEnum):
    """What the public sees of a voice, from the widest to the narrowest."""

    NAME = "name"
    FUNCTION = "function"
    CATEGORY = "category"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Mandate:
    """The days during which a person holds a seat; both ends included, an open end lasts."""

    start: date | None
    end: date | None

    def holds(self, day: date) -> bool:
        """Tells whether the mandate lasts on that day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def shown_as(display: Display, name: str, function: str) -> tuple[str, str]:
    """Returns (name, function) as the public may read them; an empty string is not shown.

    A narrower choice than `name` leaves the name out, a narrower one than `function` leaves both out.
    """
    if display is Display.NAME:
        return name, function
    if display is Display.FUNCTION:
        return "", function
    return "", ""
