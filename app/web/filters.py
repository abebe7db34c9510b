"""The filters of the list of stories: what the address asks for, in words, and what each further choice would leave; plain GET, no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import abort
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db.clauses import Clause, phase_clause, territory_clause, theme_clause
from app.db.facets import FacetOption, count_stories, phase_options, territory_options, theme_options
from app.db.reading import find_territory
from app.db.themes import find_theme
from app.web.forms import clean

THEME, TERRITORY, PHASE = "theme", "territoire", "phase"
MOST_SIGNS = 120  # no key of a filter is longer


class MovedFilter(Exception):
    """A filter's value leads elsewhere now (a theme that was merged); `arguments` are those of the new address."""

    def __init__(self, arguments: dict[str, str]) -> None:
        super().__init__()
        self.arguments = arguments


@dataclass(frozen=True)
class Filter:
    """One filter on the page; `chosen` is its value in the address or empty, `rest` the address's other arguments."""

    name: str
    label: str
    options: tuple[FacetOption, ...]
    chosen: str = ""
    rest: dict[str, str] = field(default_factory=dict)

    @property
    def chosen_title(self) -> str:
        return next((option.title for option in self.options if option.key == self.chosen), self.chosen)

    @property
    def offered(self) -> tuple[FacetOption, ...]:
        """What is worth offering: what leaves a story, and what is chosen."""
        return tuple(option for option in self.options if option.stories or option.key == self.chosen)


@dataclass(frozen=True)
class Filters:
    """All filters of a page: their clauses for the query, the arguments of its address, and how many stories are left."""

    filters: tuple[Filter, ...]
    clauses: tuple[Clause, ...]
    arguments: dict[str, str]
    found: int

    @property
    def chosen(self) -> tuple[Filter, ...]:
        return tuple(entry for entry in self.filters if entry.chosen)

    @property
    def offered(self) -> tuple[Filter, ...]:
        """The filters that have something to choose."""
        return tuple(entry for entry in self.filters if entry.offered)


def read_filters(session: Session, arguments: Mapping[str, str]) -> Filters:
    """Reads the filters of an address; one that names nothing answers 404, as every address of nothing.

    Raises:
        MovedFilter: if a value has a new name.
    """
    asked = {name: value for name in (THEME, TERRITORY, PHASE) if (value := (clean(arguments.get(name)) or "").strip()[:MOST_SIGNS])}
    clauses = _core_clauses(session, asked)
    others = {name: [clause for key, clause in clauses.items() if key != name] for name in (THEME, TERRITORY, PHASE)}
    filters = (
        _filter(THEME, _("Thème"), theme_options(session, others[THEME]), asked),
        _filter(TERRITORY, _("Territoire"), territory_options(session, others[TERRITORY]), asked),
        _filter(PHASE, _("Phase du parcours"), phase_options(session, others[PHASE]), asked),
    )
    for entry in filters:
        if entry.chosen and entry.chosen not in {option.key for option in entry.options}:
            abort(404)
    chosen = tuple(clauses.values())
    return Filters(filters, chosen, asked, count_stories(session, chosen))


def _core_clauses(session: Session, asked: Mapping[str, str]) -> dict[str, Clause]:
    clauses: dict[str, Clause] = {}
    if THEME in asked:
        theme = find_theme(session, asked[THEME])
        if theme is None:
            abort(404)
        if theme.slug != asked[THEME]:
            raise MovedFilter({**asked, THEME: theme.slug})
        clauses[THEME] = theme_clause(theme.id)
    if TERRITORY in asked:
        territory = find_territory(session, asked[TERRITORY])
        if territory is None:
            abort(404)
        clauses[TERRITORY] = territory_clause(territory.id)
    if PHASE in asked:
        clauses[PHASE] = phase_clause(asked[PHASE])
    return clauses


def _filter(name: str, label: str, options: Sequence[FacetOption], asked: Mapping[str, str]) -> Filter:
    return Filter(name, label, tuple(options), asked.get(name, ""), {key: value for key, value in asked.items() if key != name})
