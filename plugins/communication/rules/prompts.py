"""Which questions come first for whom; pure, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """A question as the rule sees it."""

    key: str
    phase: str | None
    category: str | None
    position: int


def ranked(candidates: Iterable[Candidate], phase: str | None, category: str | None) -> Sequence[Candidate]:
    """Returns the questions that fit, those made for this phase and this category first; one for another phase or category never comes."""

    def fits(candidate: Candidate) -> bool:
        return candidate.phase in (None, phase) and candidate.category in (None, category)

    def closeness(candidate: Candidate) -> tuple[int, int]:
        return -((candidate.phase is not None) + (candidate.category is not None)), candidate.position

    return sorted((candidate for candidate in candidates if fits(candidate)), key=closeness)
