"""Who speaks how much and who is silent where; pure, no database. It counts and never judges: no share, no rank, no order but the fixed one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Asking(StrEnum):
    """How far a reason is asked for when a voice is missing."""

    NEVER = "never"
    STORY = "story"
    MOMENT = "moment"


@dataclass(frozen=True)
class Spoken:
    """Words of one passage; `category` None without a category, `shared` for the delegation's common text."""

    category: str | None
    moment: str | None
    words: int
    shared: bool = False


@dataclass(frozen=True)
class Share:
    """What a category says: `key` is the category, `shared` or `other`."""

    key: str
    words: int
    moments: int


@dataclass(frozen=True)
class Silence:
    """A category that does not tell some of the story's moments; `unexplained` are those for which no reason is given."""

    category: str
    moments: tuple[str, ...]
    unexplained: tuple[str, ...]
    throughout: bool


SHARED, OTHER = "shared", "other"


def shares(spoken: Sequence[Spoken], categories: Sequence[str]) -> list[Share]:
    """Returns the share of each category in the fixed order, those that say nothing included; then common text and voices without a category, if any."""
    rows = [_share(category, [entry for entry in spoken if not entry.shared and entry.category == category]) for category in categories]
    for key, entries in (
        (SHARED, [entry for entry in spoken if entry.shared]),
        (OTHER, [entry for entry in spoken if not entry.shared and entry.category not in categories]),
    ):
        if any(entry.words for entry in entries):
            rows.append(_share(key, entries))
    return rows


def _share(key: str, entries: Sequence[Spoken]) -> Share:
    return Share(key, sum(entry.words for entry in entries), len({entry.moment for entry in entries if entry.moment and entry.words}))


def silences(
    spoken: Sequence[Spoken], moments: Sequence[str], categories: Sequence[str], reasons: Mapping[tuple[str, str], str]
) -> list[Silence]:
    """Returns the categories that do not tell some moment, in the fixed order.

    Args:
        spoken: every passage, those without words included: a voice that has begun is not missing.
        moments: the moments of the story, in its order.
        reasons: (moment, category) → the reason that was given.
    """
    found = []
    for category in categories:
        tells = {entry.moment for entry in spoken if entry.category == category}
        silent = tuple(moment for moment in moments if moment not in tells)
        if silent:
            found.append(
                Silence(category, silent, tuple(moment for moment in silent if not reasons.get((moment, category))), throughout=not tells)
            )
    return found


def to_explain(found: Sequence[Silence], asking: Asking) -> list[Silence]:
    """Returns the silences for which a reason is still asked.

    Asked by moment, each silent moment needs its reason; asked by story, a category that tells nothing at all needs one reason, given at any moment.
    """
    if asking is Asking.NEVER:
        return []
    if asking is Asking.STORY:
        return [silence for silence in found if silence.throughout and len(silence.unexplained) == len(silence.moments)]
    return [silence for silence in found if silence.unexplained]
