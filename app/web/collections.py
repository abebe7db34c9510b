"""Collections: pages of the tree that hold a saved query over the public stories, found anew each time they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import false
from sqlalchemy.orm import Session
from wtforms import IntegerField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.db.clauses import Clause, category_clause, format_clause, phase_clause, territory_clause, theme_clause
from app.db.facets import count_stories, phase_options, territory_options, theme_options
from app.db.reading import StoryOrder, find_territory, list_stories
from app.db.themes import find_theme
from app.hooks.contracts import ContentType
from app.kernel.voice import CATEGORIES
from app.web.context import reader
from app.web.formats import format_choices
from app.web.forms import BaseForm, choices, content_choices
from app.web.words import CATEGORY_FULL

COLLECTION = "collection"
MOST = 50
USUAL = 12
ORDERS = {
    StoryOrder.NEWEST: _l("du plus récent au plus ancien"),
    StoryOrder.OLDEST: _l("du plus ancien au plus récent"),
    StoryOrder.TERRITORY: _l("par territoire"),
}


@dataclass(frozen=True)
class Query:
    """What a collection asks for, by keys that outlive names; empty means any."""

    theme: str = ""
    territory: str = ""
    phase: str = ""
    format: str = ""
    category: str = ""
    sort: str = str(StoryOrder.NEWEST)
    limit: int = USUAL

    @property
    def order(self) -> StoryOrder:
        return StoryOrder(self.sort) if self.sort in list(StoryOrder) else StoryOrder.NEWEST

    @property
    def most(self) -> int:
        return min(max(self.limit, 1), MOST)

    @property
    def filters(self) -> dict[str, str] | None:
        """The same query as arguments of the list of stories; None where that list has no such filter."""
        if self.format or self.category:
            return None
        pairs = (("theme", self.theme), ("territoire", self.territory), ("phase", self.phase))
        return {name: value for name, value in pairs if value}


def query_of(data: Mapping[str, Any]) -> Query:
    """Returns the query that a page keeps; what is no text or number of ours counts as not asked."""
    texts = {name: str(data.get(name) or "") for name in ("theme", "territory", "phase", "format", "category")}
    limit = data.get("limit")
    return Query(**texts, sort=str(data.get("sort") or StoryOrder.NEWEST), limit=limit if isinstance(limit, int) else USUAL)


def clauses_of(session: Session, query: Query) -> list[Clause]:
    """Returns the query's conditions; what it names and is no longer there finds nothing, since leaving it out would find everything."""
    clauses: list[Clause] = []
    if query.theme:
        theme = find_theme(session, query.theme)
        clauses.append(theme_clause(theme.id) if theme is not None else false())
    if query.territory:
        territory = find_territory(session, query.territory)
        clauses.append(territory_clause(territory.id) if territory is not None else false())
    if query.phase:
        clauses.append(phase_clause(query.phase))
    if query.format:
        clauses.append(format_clause(query.format))
    if query.category:
        clauses.append(category_clause(query.category))
    return clauses


def collected(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the public page shows: the stories that the query finds now, how many there are in all, and where the others are."""
    query = query_of(data)
    where = clauses_of(session, query)
    found = count_stories(session, where)
    cards, _more = list_stories(session, limit=query.most, where=where, order=query.order)
    return {"cards": cards, "found": found, "filters": query.filters if found > len(cards) else None}


class KnownChoice:
    """The value must be one of the field's choices; says so in our words."""

    def __call__(self, _form: object, field: Any) -> None:
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Ce choix n’est pas proposé. Choisissez dans la liste."))


class Between:
    """The number must lie between 1 and MOST."""

    def __call__(self, _form: object, field: Any) -> None:
        if not isinstance(field.data, int) or not 1 <= field.data <= MOST:
            field.errors[:] = []
            raise ValidationError(_("Écrivez un nombre de 1 à %(most)s.", most=MOST))


class CollectionForm(BaseForm):
    """The query of a collection; its choices are those of the site now, and what was chosen before and is gone."""

    theme = SelectField(_l("Thème"), [KnownChoice()], validate_choice=False)
    territory = SelectField(_l("Territoire"), [KnownChoice()], validate_choice=False)
    phase = SelectField(_l("Phase du parcours"), [KnownChoice()], validate_choice=False)
    format = SelectField(_l("Forme du récit"), [KnownChoice()], validate_choice=False)
    category = SelectField(_l("Une voix de cette catégorie y parle"), [KnownChoice()], validate_choice=False)
    sort = RadioField(_l("Ordre"), [KnownChoice()], validate_choice=False, default=str(StoryOrder.NEWEST))
    limit = IntegerField(_l("Combien de récits au plus"), [Between()], default=USUAL, render_kw={"min": 1, "max": MOST})

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        session = reader()
        kept = query_of(named.get("data") or {})
        self.theme.choices = _any(content_choices((row.key, row.title) for row in theme_options(session)), kept.theme)
        self.territory.choices = _any(content_choices((row.key, row.title) for row in territory_options(session)), kept.territory)
        self.phase.choices = _any(content_choices((row.key, row.title) for row in phase_options(session)), kept.phase)
        self.format.choices = _any(choices((row.name, row.title) for row in format_choices(kept.format)), kept.format)
        self.category.choices = _any(choices((str(category), CATEGORY_FULL[category]) for category in CATEGORIES), kept.category)
        self.sort.choices = choices((str(order), words) for order, words in ORDERS.items())

    @property
    def says(self) -> str:
        """How many stories the query in the form finds now."""
        number = count_stories(reader(), clauses_of(reader(), query_of(self.data)))
        return ngettext("Cette collection trouve %(num)s récit aujourd’hui.", "Cette collection trouve %(num)s récits aujourd’hui.", number)


def _any(offered: list[SelectChoice], kept: str) -> list[SelectChoice]:
    """Returns choices after « n'importe lequel »; what a page keeps and the site no longer offers stays, named as such."""
    gone = [] if not kept or kept in {choice.value for choice in offered} else [(kept, _("« %(key)s », qui n’est plus proposé", key=kept))]
    return [*choices([("", _("indifférent"))]), *offered, *choices(gone)]


COLLECTION_TYPE = ContentType(
    COLLECTION,
    order=10,
    title=_l("Collection"),
    plural=_l("Collections"),
    description=_l("Un texte, puis les récits que trouve une recherche gardée ; la liste se tient à jour."),
    form=lambda: CollectionForm,
    template="reading/collection.html",
    facts=collected,
)
