"""The quality grid: on the page of a version under review, for editors alone; and the set of its criteria."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _

from app.sdk import (
    ConfirmForm,
    Invalid,
    back_to,
    field_errors,
    keeps_text,
    reader,
    refusal_words,
    sent,
    signed_in,
    with_permission,
    writing,
)
from plugins.communication.forms.quality import CriterionForm
from plugins.communication.services import quality as services
from plugins.communication.views.base import blueprint

PERMISSION = "communication.manage_rubric"


@blueprint.get("/relecture/<id:story_id>/grille")
def grid(story_id: str):
    return _grid_page(story_id)


def _grid_page(story_id: str, error: str = "", status: int = 200):
    told = services.submitted_version(reader(), signed_in(), story_id)
    page = render_template(
        "communication/grid.html",
        told=told,
        lines=services.grid(reader(), told),
        history=services.history(reader(), story_id),
        error=error,
        typed=sent,
    )
    return page, status


@blueprint.post("/relecture/<id:story_id>/grille")
@keeps_text
def save_grid(story_id: str):
    ids = [criterion.id for criterion in services.list_criteria(reader())]
    answers = {key: services.Answered(sent(f"answer-{key}"), sent(f"note-{key}")) for key in ids}
    try:
        with writing() as (uow, actor):
            added = services.save_grid(uow, actor, story_id, sent("version"), answers)
    except Invalid as error:
        return _grid_page(story_id, refusal_words(error), 422)
    flash(_("La grille est enregistrée pour cette version.") if added else _("Rien n’a changé."))
    return back_to(url_for("review.story", story_id=story_id))


# — the criteria —


@blueprint.get("/grille")
def rubric():
    with_permission(PERMISSION)
    return _rubric_page(CriterionForm(formdata=None))


def _rubric_page(form: CriterionForm, status: int = 200):
    criteria = services.list_criteria(reader(), hidden=True)
    return render_template("communication/rubric.html", criteria=criteria, form=form, confirm=ConfirmForm(formdata=None)), status


@blueprint.post("/grille")
@keeps_text
def add_criterion():
    with_permission(PERMISSION)
    form = CriterionForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.add_criterion(uow, actor, form.title.data, form.explanation.data)
        if not form.failed:
            flash(_("Le critère est ajouté."))
            return back_to(url_for("communication.rubric"))
    return _rubric_page(form, 422)


@blueprint.get("/grille/<id:criterion_id>")
def criterion(criterion_id: str):
    with_permission(PERMISSION)
    row = services.get_criterion(reader(), criterion_id)
    form = CriterionForm(formdata=None, title=row.title, explanation=row.explanation)
    return render_template("communication/criterion.html", form=form)


@blueprint.post("/grille/<id:criterion_id>")
@keeps_text
def save_criterion(criterion_id: str):
    with_permission(PERMISSION)
    form = CriterionForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.edit_criterion(uow, actor, criterion_id, form.title.data, form.explanation.data)
        if not form.failed:
            return back_to(url_for("communication.rubric"))
    return render_template("communication/criterion.html", form=form), 422


@blueprint.post("/grille/<id:criterion_id>/<any(masquer, montrer):what>")
def hide_criterion(criterion_id: str, what: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        services.set_criterion_hidden(uow, actor, criterion_id, what == "masquer")
    return back_to(url_for("communication.rubric"))
