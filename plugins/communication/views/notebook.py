"""The notebook of traces: noting, reading, and turning traces into the beginning of a passage. Each person sees their own alone."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from app.sdk import (
    ConfirmForm,
    Invalid,
    back_to,
    choices,
    content_choices,
    field_errors,
    keeps_text,
    moment_words,
    open_stories,
    parse_moment_date,
    reader,
    refusal_words,
    sent,
    sent_image,
    signed_in,
    writing,
)
from plugins.communication.forms.notebook import NotedForm, PassingForm
from plugins.communication.models.notebook import Trace
from plugins.communication.services import notebook as services
from plugins.communication.views.base import blueprint


@blueprint.get("/carnet")
def notebook():
    actor = signed_in()
    return render_template(
        "communication/notebook.html",
        traces=services.list_traces(reader(), actor),
        trashed=len(services.list_traces(reader(), actor, deleted=True)),
        moments=_moment_titles(),
        stories=open_stories(reader(), actor),
        confirm=ConfirmForm(formdata=None),
    )


def _moment_titles() -> dict[str, str]:
    return {moment.id: revision.title for moment, revision in services.moments_of(reader(), signed_in())}


# — noting —


@blueprint.get("/carnet/nouvelle")
def new_trace():
    chosen = request.args.get("moment", "")
    return _form_page(NotedForm(formdata=None, moment=chosen if chosen in _moment_titles() else ""))


def _form_page(form: NotedForm, trace: Trace | None = None, status: int = 200):
    moments = services.moments_of(reader(), signed_in())
    form.moment.choices = [
        *choices([("", _("Aucun pour l’instant"))]),
        *content_choices((moment.id, f"{revision.title} ({moment_words(revision)})") for moment, revision in moments),
    ]
    return render_template("communication/trace_form.html", form=form, trace=trace, confirm=ConfirmForm(formdata=None)), status


@blueprint.post("/carnet/nouvelle")
@keeps_text
def note_trace():
    form = NotedForm()
    if form.validate():
        with field_errors(form):
            noted = _read(form)
            with writing() as (uow, actor):
                services.note_trace(uow, actor, noted)
        if not form.failed:
            flash(_("C’est noté. Vous seul·e pouvez le lire."))
            return back_to(url_for("communication.notebook"))
    return _form_page(form, status=422)


def _read(form: NotedForm) -> services.TraceForm:
    """Reads a form; the photograph is cleaned here, before any transaction."""
    written = (form.date.data or "").strip()
    return services.TraceForm(
        form.text.data or "",
        form.link.data or "",
        parse_moment_date(written) if written else None,
        form.moment.data or None,
        sent_image("image"),
        bool(form.drop_image.data),
    )


@blueprint.get("/carnet/<id:trace_id>")
def trace(trace_id: str):
    row = services.own_trace(reader(), signed_in(), trace_id)
    written = moment_words(row) if row.date_kind else ""
    return _form_page(NotedForm(formdata=None, text=row.text, link=row.link, date=written, moment=row.moment_id or ""), row)


@blueprint.post("/carnet/<id:trace_id>")
@keeps_text
def save_trace(trace_id: str):
    form = NotedForm()
    row = services.own_trace(reader(), signed_in(), trace_id)
    if form.validate():
        with field_errors(form):
            noted = _read(form)
            with writing() as (uow, actor):
                services.edit_trace(uow, actor, trace_id, noted)
        if not form.failed:
            flash(_("La trace est enregistrée."))
            return back_to(url_for("communication.notebook", _anchor=f"t-{trace_id}"))
    return _form_page(form, row, 422)


# — the trash —


@blueprint.get("/carnet/corbeille")
def notebook_trash():
    rows = services.list_traces(reader(), signed_in(), deleted=True)
    return render_template("communication/notebook_trash.html", traces=rows, days=services.TRASH_DAYS, confirm=ConfirmForm(formdata=None))


@blueprint.post("/carnet/<id:trace_id>/<any(corbeille, restaurer):what>")
def trash_trace(trace_id: str, what: str):
    with writing() as (uow, actor):
        services.set_deleted(uow, actor, trace_id, what == "corbeille")
    flash(
        _("La trace est dans la corbeille. Vous pouvez l’en sortir.") if what == "corbeille" else _("La trace est revenue dans le carnet.")
    )
    return back_to(url_for("communication.notebook"))


@blueprint.post("/carnet/<id:trace_id>/effacer")
def erase_trace(trace_id: str):
    with writing() as (uow, actor):
        services.erase_trace(uow, actor, trace_id)
    flash(_("La trace est effacée pour de bon."))
    return back_to(url_for("communication.notebook_trash"))


# — from traces to a passage —


@blueprint.get("/carnet/passage")
def passing():
    rows = _chosen(_ids(request.args.getlist("t")))
    first = next((row.moment_id for row in rows if row.moment_id), "")
    form = PassingForm(formdata=None, story=request.args.get("recit", ""), moment=request.args.get("moment", first))
    return _passing_page(form, rows)


def _ids(values: list[str]) -> list[str]:
    """Returns what may be ids; PostgreSQL compares no NUL byte."""
    return [value for value in values if value.isalnum()]


def _chosen(ids: list[str]) -> list[Trace]:
    return [services.own_trace(reader(), signed_in(), trace_id) for trace_id in dict.fromkeys(ids)]


def _passing_page(form: PassingForm, rows: list[Trace], error: str = "", status: int = 200):
    actor = signed_in()
    stories = open_stories(reader(), actor)
    form.story.choices = content_choices((story.id, story.title) for story in stories)
    form.moment.choices = [
        *content_choices(
            (moment.id, f"{revision.title} ({moment_words(revision)})") for moment, revision in services.moments_of(reader(), actor)
        ),
        *choices([("", _("Le récit dans son ensemble, sans moment"))]),
    ]
    page = render_template("communication/passing.html", form=form, traces=rows, stories=stories, error=error, typed=sent)
    return page, status


@blueprint.post("/carnet/passage")
@keeps_text
def pass_on():
    form, ids = PassingForm(), _ids(request.form.getlist("t"))
    rows = _chosen(ids)
    if not rows:
        return _passing_page(form, rows, _("Choisissez au moins une trace."), 422)
    described = {row.id: (sent(f"alt-{row.id}"), sent(f"credit-{row.id}")) for row in rows if row.image_id and sent(f"with-{row.id}")}
    try:
        with field_errors(form), writing() as (uow, actor):
            passage = services.pass_on(uow, actor, services.Passing(form.story.data or "", form.moment.data or None, ids, described))
    except Invalid as error:  # of a photograph's description, which the page writes itself
        return _passing_page(form, rows, _("Décrivez la photographie et dites de qui elle est. %(why)s", why=refusal_words(error)), 422)
    if form.failed:
        return _passing_page(form, rows, status=422)
    flash(_("Vos traces sont au début de votre passage, en brouillon. Relisez-les, puis enregistrez."))
    return back_to(url_for("passages.write", passage_id=passage))
