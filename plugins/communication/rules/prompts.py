"""Which questions come first for whom, and how a list is put in order; pure, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Candidate:
    """A question as the rule sees it; `set_position` is that of its set."""

    key: str
    phase: str | None
    category: str | None
    position: int
    format: str | None = None
    set_position: int = 0


def ranked(candidates: Iterable[Candidate], phase: str | None, category: str | None, form: str | None = None) -> Sequence[Candidate]:
    """Returns the questions that fit, those made for this phase, category and form first; one that is made for another never comes.

    Of two that fit equally well, the one of the earlier set comes first, then the one that stands earlier in it.
    """

    def fits(candidate: Candidate) -> bool:
        return candidate.phase in (None, phase) and candidate.category in (None, category) and candidate.format in (None, form)

    def closeness(candidate: Candidate) -> tuple[int, int, int]:
        made_for = (candidate.phase is not None) + (candidate.category is not None) + (candidate.format is not None)
        return -made_for, candidate.set_position, candidate.position

    return sorted((candidate for candidate in candidates if fits(candidate)), key=closeness)


def moved(rows: Sequence[Row], row: Row, step: int) -> list[Row]:
    """Returns the rows with one of them a place up (-1) or down (+1); at the edge nothing changes."""
    order = list(rows)
    index = order.index(row)
    target = index + step
    if 0 <= target < len(order):
        order[index], order[target] = order[target], order[index]
    return order
