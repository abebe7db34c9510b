"""Which tellings a cross-reading chooses, how they stand in a table, where its pages end; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.sdk import CATEGORIES, Telling

NO_PHASE = "hors-phase"
"""What an address calls moments that name no phase."""

PAGE_WORDS = 3_000
PAGE_MOMENTS = 10


@dataclass(frozen=True)
class Choice:
    """What somebody wants to read together; None stands for all.

    Attributes:
        territory: slug.
        phase: key, or `NO_PHASE`.
        voice: actor category.
        theme: slug of a theme.
        parted: only moments where voices part.
    """

    territory: str | None = None
    phase: str | None = None
    voice: str | None = None
    theme: str | None = None
    parted: bool = False

    def without(self, name: str) -> "Choice":
        """The same choice with one thing left open."""
        return replace(self, **{name: False if name == "parted" else None})

    def about(self, telling: Telling) -> bool:
        """Whether a telling is in question, whoever tells it."""
        return (
            self.territory in (None, telling.territory.slug)
            and self.phase in (None, phase_of(telling))
            and (self.theme is None or self.theme in telling.themes)
            and (not self.parted or telling.mark == "disagree")
        )

    def fits(self, telling: Telling) -> bool:
        """Whether a telling is to be read: it is in question, and the voice tells it."""
        return self.about(telling) and (self.voice is None or self.voice in telling.told)


def phase_of(telling: Telling) -> str:
    """Returns the key of a telling's phase."""
    return telling.phase.key if telling.phase else NO_PHASE


def words_in(telling: Telling, voice: str | None) -> int:
    """Returns how many words a telling has, of one voice or of all."""
    return telling.words.get(voice, 0) if voice else sum(telling.words.values())


def pages_of(tellings: Sequence[Telling], voice: str | None) -> list[list[Telling]]:
    """Cuts tellings into pages that are light to load: at most so many words, and so many moments, but one at least."""
    pages: list[list[Telling]] = []
    weight = 0
    for telling in tellings:
        words = words_in(telling, voice)
        if not pages or len(pages[-1]) >= PAGE_MOMENTS or weight + words > PAGE_WORDS:
            pages.append([])
            weight = 0
        pages[-1].append(telling)
        weight += words
    return pages


@dataclass(frozen=True)
class Speaks:
    """A category in a cell: passages that it has there; without any it is missing, or `unnamed` if it may be speaking without its name."""

    category: str
    passages: int
    unnamed: bool


@dataclass(frozen=True)
class Cell:
    """What is told at one place of the table: moments, passages, and who speaks, in the fixed order of the categories."""

    moments: int
    passages: int
    speaks: tuple[Speaks, ...]
    parted: bool


def cell_of(tellings: Iterable[Telling]) -> Cell:
    """Adds up what some tellings tell."""
    group = list(tellings)
    counted = {str(category): sum(telling.passages.get(str(category), 0) for telling in group) for category in CATEGORIES}
    veiled = {category for telling in group for category in telling.unnamed}
    return Cell(
        moments=len({telling.revision.moment_id for telling in group}),
        passages=sum(sum(telling.passages.values()) for telling in group),
        speaks=tuple(Speaks(category, number, not number and category in veiled) for category, number in counted.items()),
        parted=any(telling.mark == "disagree" for telling in group),
    )


@dataclass(frozen=True)
class Row:
    """A territory's row: its cells by phase key, and the row as a whole."""

    territory: Any
    cells: dict[str, Cell]
    whole: Cell


@dataclass(frozen=True)
class Grid:
    """Territories by phases; `columns` are (key, name), `heads` a phase over all territories."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    heads: dict[str, Cell]
    whole: Cell


def grid_of(tellings: Sequence[Telling], territories: Sequence[Any], phases: Sequence[tuple[str, str]], no_phase: str) -> Grid:
    """Lays all tellings out; moments without a phase have a column of their own where there are any."""
    columns = list(phases)
    if any(telling.phase is None for telling in tellings):
        columns.append((NO_PHASE, no_phase))
    rows = []
    for territory in territories:
        own = [telling for telling in tellings if telling.territory.id == territory.id]
        cells = {key: cell_of(telling for telling in own if phase_of(telling) == key) for key, _name in columns}
        rows.append(Row(territory, cells, cell_of(own)))
    heads = {key: cell_of(telling for telling in tellings if phase_of(telling) == key) for key, _name in columns}
    return Grid(tuple(columns), tuple(rows), heads, cell_of(tellings))
