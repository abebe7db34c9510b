"""Site set-up: territories, and the delegations that they send."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db import desk as queries
from app.db.engine import by_name
from app.db.models import Delegation, Programme, Territory, TerritoryCode
from app.kernel.access import PROGRAMME_MANAGE, Actor
from app.kernel.errors import NotFound
from app.services import programme
from app.services.markup import prepare
from app.services.scopes import programme_scopes, territory_scopes
from app.web.context import back_to, field_errors, reader, signed_in, with_permission, with_permission_somewhere, writing
from app.web.forms import ConfirmForm, TerritoryForm
from app.web.gate import keeps_text
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint

add_entry(
    Entry(
        CONTENT,
        _l("Territoires et délégations"),
        _l("Qui participe, les quatre sièges de chaque délégation et leurs mandats."),
        "set_up.territories",
        PROGRAMME_MANAGE,
        order=20,
        pages=("set_up.delegation", "set_up.seat_voice", "set_up.set_mandate", "set_up.invite_voice"),
    )
)


@blueprint.get("/territoires")
def territories() -> ResponseReturnValue:
    with_permission_somewhere(PROGRAMME_MANAGE)
    return _territories_page(TerritoryForm(formdata=None))


def _territories_page(form: TerritoryForm, status: int = 200) -> ResponseReturnValue:
    """Lists the territories and delegations that the person manages; only a role of the whole site makes new territories."""
    actor = signed_in()
    cards = [card for card in queries.list_delegations(reader(), reader().scalars(select(Delegation.id))) if _manages(actor, card)]
    reached = {card.territory.id for card in cards}
    rows = reader().scalars(select(Territory).order_by(by_name(Territory.name)))
    mine = [row for row in rows if row.id in reached or actor.may_on(PROGRAMME_MANAGE, territory_scopes(row.id))]
    page = render_template("set_up/territories.html", territories=mine, cards=cards, form=form, everywhere=actor.may(PROGRAMME_MANAGE))
    return page, status


def _manages(actor: Actor, card: queries.DelegationCard) -> bool:
    return actor.may_on(PROGRAMME_MANAGE, programme_scopes(card.programme.id) | territory_scopes(card.territory.id))


@blueprint.post("/territoires")
@keeps_text
def create_territory() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    form = TerritoryForm()
    if form.validate():
        with field_errors(form):
            body = prepare(form.description.data or "", lang="fr")
            with writing() as (uow, actor):
                row = programme.create_territory(uow, actor, form.name.data, form.nature.data or "", body, fictitious=form.fictitious.data)
                programme.set_codes(uow, row.id, _codes(form))
        if not form.failed:
            return back_to(url_for("set_up.territory", territory_id=row.id))
    return _territories_page(form, 422)


def _codes(form: TerritoryForm) -> dict[str, str]:
    return {"insee": (form.insee.data or "").strip(), "siren": (form.siren.data or "").strip()}


@blueprint.get("/territoires/<id:territory_id>")
def territory(territory_id: str) -> ResponseReturnValue:
    row = _territory(territory_id)
    codes = {code.scheme: code.code for code in reader().scalars(select(TerritoryCode).where(TerritoryCode.territory_id == row.id))}
    form = TerritoryForm(formdata=None, name=row.name, nature=row.nature, description=row.description, fictitious=row.fictitious, **codes)
    return _territory_page(row, form)


def _territory(territory_id: str) -> Territory:
    """Returns a territory to somebody who manages it, or a programme: its delegations are made on this page."""
    actor = with_permission_somewhere(PROGRAMME_MANAGE)
    row = reader().get(Territory, territory_id)
    if row is None:
        raise NotFound("territory")
    programme.territory_page_decision(actor, row.id).demand()
    return row


def _territory_page(row: Territory, form: TerritoryForm, status: int = 200) -> ResponseReturnValue:
    actor = signed_in()
    ids = list(reader().scalars(select(Delegation.id).where(Delegation.territory_id == row.id)))
    cards = queries.list_delegations(reader(), ids)
    taken = {card.programme.id for card in cards}
    free = [entry for entry in reader().scalars(select(Programme).order_by(by_name(Programme.name))) if entry.id not in taken]
    page = render_template(
        "set_up/territory.html",
        territory=row,
        form=form,
        cards=[card for card in cards if _manages(actor, card)],
        programmes=[entry for entry in free if actor.may_on(PROGRAMME_MANAGE, programme_scopes(entry.id))],
        editable=actor.may_on(PROGRAMME_MANAGE, territory_scopes(row.id)),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/territoires/<id:territory_id>")
@keeps_text
def save_territory(territory_id: str) -> ResponseReturnValue:
    row = _territory(territory_id)
    form = TerritoryForm()
    if form.validate():
        with field_errors(form):
            body = prepare(form.description.data or "", lang="fr")
            with writing() as (uow, actor):
                programme.edit_territory(
                    uow, actor, territory_id, form.name.data, form.nature.data or "", body, form.fictitious.data, _codes(form)
                )
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("set_up.territory", territory_id=territory_id))
    return _territory_page(row, form, 422)


@blueprint.post("/territoires/<id:territory_id>/delegations/<id:programme_id>")
def create_delegation(territory_id: str, programme_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        row = programme.create_delegation(uow, actor, programme_id, territory_id)
    return back_to(url_for("set_up.delegation", delegation_id=row.id))
