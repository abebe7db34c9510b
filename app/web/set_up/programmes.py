"""Site set-up: programmes, their phases and workstreams."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db import desk as queries
from app.db.engine import by_name
from app.db.models import Delegation, Phase, Programme, Workstream
from app.kernel.access import PROGRAMME_MANAGE
from app.kernel.errors import NotFound
from app.services import programme
from app.services.scopes import programme_scopes
from app.web.context import (
    back_to,
    field_errors,
    reader,
    signed_in,
    with_permission,
    with_permission_on,
    with_permission_somewhere,
    writing,
)
from app.web.forms import PhaseForm, ProgrammeForm, WorkstreamForm
from app.web.gate import keeps_text
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint

add_entry(Entry(CONTENT, _l("Programmes"), _l("Leurs phases et leurs chantiers."), "set_up.programmes", PROGRAMME_MANAGE, order=10))


@blueprint.get("/programmes")
def programmes() -> ResponseReturnValue:
    with_permission_somewhere(PROGRAMME_MANAGE)
    return _programmes_page(ProgrammeForm(formdata=None))


def _programmes_page(form: ProgrammeForm, status: int = 200) -> ResponseReturnValue:
    """Lists the programmes that the person manages; only a role of the whole site makes new ones."""
    actor = signed_in()
    rows = reader().scalars(select(Programme).order_by(by_name(Programme.name)))
    mine = [row for row in rows if actor.may_on(PROGRAMME_MANAGE, programme_scopes(row.id))]
    return render_template("set_up/programmes.html", programmes=mine, form=form, everywhere=actor.may(PROGRAMME_MANAGE)), status


@blueprint.post("/programmes")
@keeps_text
def create_programme() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    form = ProgrammeForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            row = programme.create_programme(uow, actor, form.name.data, form.description.data or "")
        if not form.failed:
            return back_to(url_for("set_up.programme_page", programme_id=row.id))
    return _programmes_page(form, 422)


@blueprint.get("/programmes/<id:programme_id>")
def programme_page(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = ProgrammeForm(formdata=None, name=row.name, description=row.description)
    return _programme_page(row, form, PhaseForm(formdata=None), WorkstreamForm(formdata=None, kind="thematic"))


def _programme(programme_id: str) -> Programme:
    with_permission_on(PROGRAMME_MANAGE, programme_scopes(programme_id))
    row = reader().get(Programme, programme_id)
    if row is None:
        raise NotFound("programme")
    return row


def _programme_page(
    row: Programme, form: ProgrammeForm, phase: PhaseForm, workstream: WorkstreamForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "set_up/programme.html",
        programme=row,
        form=form,
        phase_form=phase,
        workstream_form=workstream,
        phases=list(reader().scalars(select(Phase).where(Phase.programme_id == row.id).order_by(Phase.position))),
        cards=queries.list_delegations(reader(), reader().scalars(select(Delegation.id).where(Delegation.programme_id == row.id))),
        workstreams=list(reader().scalars(select(Workstream).where(Workstream.programme_id == row.id).order_by(Workstream.position))),
    )
    return page, status


@blueprint.post("/programmes/<id:programme_id>")
@keeps_text
def save_programme(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = ProgrammeForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            programme.edit_programme(uow, actor, programme_id, form.name.data, form.description.data or "")
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("set_up.programme_page", programme_id=programme_id))
    return _programme_page(row, form, PhaseForm(formdata=None), WorkstreamForm(formdata=None, kind="thematic"), 422)


@blueprint.post("/programmes/<id:programme_id>/phases")
@keeps_text
def add_phase(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = PhaseForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            programme.add_phase(uow, actor, programme_id, form.name.data, form.description.data or "")
        if not form.failed:
            return back_to(url_for("set_up.programme_page", programme_id=programme_id, _anchor="phases"))
    own = ProgrammeForm(formdata=None, name=row.name, description=row.description)
    return _programme_page(row, own, form, WorkstreamForm(formdata=None, kind="thematic"), 422)


@blueprint.post("/programmes/<id:programme_id>/chantiers")
@keeps_text
def add_workstream(programme_id: str) -> ResponseReturnValue:
    row = _programme(programme_id)
    form = WorkstreamForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            programme.add_workstream(uow, actor, programme_id, form.name.data, form.kind.data or "", form.description.data or "")
        if not form.failed:
            return back_to(url_for("set_up.programme_page", programme_id=programme_id, _anchor="chantiers"))
    own = ProgrammeForm(formdata=None, name=row.name, description=row.description)
    return _programme_page(row, own, PhaseForm(formdata=None), form, 422)
