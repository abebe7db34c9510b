"""The filters of the list of stories, the core's own and those of plugins: what the address asks for, in words, and what each further choice would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.db.clauses import Clause, phase_clause, territory_clause, theme_clause
from app.db.facets import FacetOption, count_stories, counted_options, phase_options, territory_options, theme_options
from app.db.reading import find_territory
from app.db.themes import find_theme
from app.hooks.contracts import Facet, Owned
from app.services.asking import ask
from app.web.context import snapshot
from app.web.forms import clean
from app.web.locale import SOURCE_LANGUAGE, current_language

THEME, TERRITORY, PHASE = "theme", "territoire", "phase"
CORE = (THEME, TERRITORY, PHASE)
MOST_SIGNS = 120  # no key of a filter is longer


class MovedFilter(Exception):
    """A filter's value leads elsewhere now (a theme that was merged); `arguments` are those of the new address."""

    def __init__(self, arguments: dict[str, str]) -> None:
        super().__init__()
        self.arguments = arguments


@dataclass(frozen=True)
class Filter:
    """One filter on the page; `chosen` is its value in the address or empty, `rest` the address's other arguments, `lang` the language of its options."""

    name: str
    label: str
    options: tuple[FacetOption, ...]
    chosen: str = ""
    rest: dict[str, str] = field(default_factory=dict)
    lang: str = SOURCE_LANGUAGE

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

    A plugin's facet that fails is left out, with what the address asks of it.

    Raises:
        MovedFilter: if a value has a new name.
    """
    asked = {name: value for name in CORE if (value := _value(arguments, name))}
    clauses = _core_clauses(session, asked)
    declared = _declared(session, arguments, asked, clauses)
    options = {
        THEME: (_("Thème"), theme_options(session, _others(clauses, THEME))),
        TERRITORY: (_("Territoire"), territory_options(session, _others(clauses, TERRITORY))),
        PHASE: (_("Phase du parcours"), phase_options(session, _others(clauses, PHASE))),
    }
    for owned, choices in declared:
        counted = counted_options(session, choices, _others(clauses, facet_name(owned)))
        options[facet_name(owned)] = (str(owned.item.title), counted)
    filters = tuple(_filter(name, label, found, asked) for name, (label, found) in options.items())
    for entry in filters:
        if entry.chosen and entry.chosen not in {option.key for option in entry.options}:
            abort(404)
    chosen = tuple(clauses.values())
    return Filters(filters, chosen, asked, count_stories(session, chosen))


def facet_name(owned: Owned[Facet]) -> str:
    """Returns the parameter by which an address names a plugin's facet; the plugin's name keeps it apart from ours."""
    return f"{owned.owner}-{owned.item.name}"


def _value(arguments: Mapping[str, str], name: str) -> str:
    return (clean(arguments.get(name)) or "").strip()[:MOST_SIGNS]


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


Choices = list[tuple[str, str, Clause]]


def _declared(
    session: Session, arguments: Mapping[str, str], asked: dict[str, str], clauses: dict[str, Clause]
) -> list[tuple[Owned[Facet], Choices]]:
    """Returns the facets of the plugins that are on and answer, with their choices; what the address asks of them is added to `asked` and `clauses`."""
    answering = []
    for owned in snapshot().of(Facet):
        choices = ask(session, owned, partial(_choices, session, owned.item))
        if choices is None:
            continue
        name, value = facet_name(owned), _value(arguments, facet_name(owned))
        if value:
            clause = next((clause for key, _title, clause in choices if key == value), None)
            if clause is None:
                abort(404)
            asked[name], clauses[name] = value, clause
        answering.append((owned, choices))
    return answering


def _choices(session: Session, facet: Facet) -> Choices:
    """Returns a plugin's choices, once a query with their conditions has succeeded: what breaks, breaks here and not in the list."""
    choices = [(str(key), str(title), _clause(session, facet, key)) for key, title in facet.options(session)]
    counted_options(session, choices)
    return choices


def _clause(session: Session, facet: Facet, key: str) -> Clause:
    clause = facet.clause(session, key)
    if not isinstance(clause, ColumnElement):
        raise TypeError(f"clause returned {type(clause).__name__} instead of an SQL condition")
    return clause


def _others(clauses: Mapping[str, Clause], name: str) -> list[Clause]:
    """Returns the clauses of all filters but one: its choices are counted as if it were not chosen."""
    return [clause for key, clause in clauses.items() if key != name]


def _filter(name: str, label: str, options: Sequence[FacetOption], asked: Mapping[str, str]) -> Filter:
    rest = {key: value for key, value in asked.items() if key != name}
    lang = SOURCE_LANGUAGE if name in CORE else current_language()  # a plugin translates its own words
    return Filter(name, label, tuple(options), asked.get(name, ""), rest, lang)
