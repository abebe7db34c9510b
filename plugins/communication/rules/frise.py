"""Lays the tellings of a journey together, moment by moment; pure: what a moment shows follows from what its stories show, and from nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.sdk import CATEGORY_KEY, Telling, WorkingMoment, stronger, strongest


@dataclass(frozen=True)
class Step:
    """A moment of a journey, as a braid draws it; `told` and `unnamed` are the look's keys.

    A category is missing where no story lets it speak; where a voice speaks without its category, a silent one is never called missing.
    """

    number: int
    anchor: str
    revision: Any
    phase: str
    phase_key: str
    told: dict[str, str]
    stances: tuple[str, ...]
    unnamed: frozenset[str]
    others: tuple[Any, ...]
    tellings: tuple[Telling, ...] = ()
    also: tuple[tuple[str, str], ...] = ()

    @property
    def mark(self) -> str:
        """The strongest stance of all voices in all stories."""
        return strongest(self.stances)

    @property
    def missing(self) -> int:
        """How many categories are said to be missing."""
        return len(CATEGORY_KEY) - len(self.told) - len(self.unnamed)


def steps_of(tellings: Iterable[Telling]) -> list[Step]:
    """Returns the moments that some tellings tell, in the order of time; of one told in two versions, the later description."""
    together: dict[str, list[Telling]] = {}
    for telling in tellings:
        together.setdefault(telling.revision.moment_id, []).append(telling)
    latest = {key: max(group, key=lambda telling: telling.revision.created_at) for key, group in together.items()}
    ordered = sorted(together, key=lambda key: _time_of(latest[key].revision))
    return [_step(number, latest[key], together[key]) for number, key in enumerate(ordered, 1)]


def _time_of(revision: Any) -> tuple[Any, ...]:
    return revision.date_start, revision.date_end, revision.title, revision.moment_id


def _step(number: int, latest: Telling, group: Sequence[Telling]) -> Step:
    told: dict[str, str] = {}
    for telling in group:
        for category, stance in telling.told.items():
            told[CATEGORY_KEY[category]] = stronger(told.get(CATEGORY_KEY[category], ""), stance)
    return Step(
        number=number,
        anchor=f"f{number}",
        revision=latest.revision,
        phase=latest.phase.name if latest.phase else "",
        phase_key=latest.phase.key if latest.phase else "",
        told=told,
        stances=tuple(stance for telling in group for stance in telling.stances),
        unnamed=frozenset(CATEGORY_KEY[category] for telling in group for category in telling.unnamed) - set(told),
        others=tuple({voice.id: voice for telling in group for voice in telling.others}.values()),
        tellings=tuple(group),
    )


def working_steps(moments: Iterable[WorkingMoment]) -> list[Step]:
    """Returns a delegation's own journey: inside it everybody knows who speaks."""
    return [
        Step(
            number=number,
            anchor=f"moment-{moment.moment}",
            revision=moment.revision,
            phase=moment.phase.name if moment.phase else "",
            phase_key=moment.phase.key if moment.phase else "",
            told={CATEGORY_KEY[category]: stance for category, stance in moment.told.items()},
            stances=moment.stances,
            unnamed=frozenset(),
            others=(),
            also=tuple((name, "fr") for name in moment.others),
        )
        for number, moment in enumerate(moments, 1)
    ]
