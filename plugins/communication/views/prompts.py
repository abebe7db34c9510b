"""The set of writing questions."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _

from app.sdk import (
    CATEGORIES,
    CATEGORY_FULL,
    ConfirmForm,
    back_to,
    choices,
    content_choices,
    field_errors,
    keeps_text,
    phase_choices,
    reader,
    with_permission,
    writing,
)
from plugins.communication.forms.prompts import PromptForm, PromptTextForm
from plugins.communication.services import prompts as services
from plugins.communication.views.base import blueprint

PERMISSION = "communication.manage_prompts"


@blueprint.get("/questions")
def prompts():
    with_permission(PERMISSION)
    return _page(_with_choices(PromptForm(formdata=None)))


def _page(form: PromptForm, status: int = 200):
    rows = services.list_prompts(reader())
    phases = dict(phase_choices(reader()))
    page = render_template(
        "communication/prompts.html", prompts=rows, form=form, phases=phases, categories=CATEGORY_FULL, confirm=ConfirmForm(formdata=None)
    )
    return page, status


def _with_choices(form: PromptForm) -> PromptForm:
    form.phase.choices = [*choices([("", _("Toutes les phases"))]), *content_choices(phase_choices(reader()))]
    form.category.choices = choices([("", _("Toutes les catégories")), *((category, CATEGORY_FULL[category]) for category in CATEGORIES)])
    return form


@blueprint.post("/questions")
@keeps_text
def add_prompt():
    with_permission(PERMISSION)
    form = _with_choices(PromptForm())
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.add_prompt(uow, actor, form.text.data, form.phase.data or None, form.category.data or None)
        if not form.failed:
            flash(_("La question est ajoutée."))
            return back_to(url_for("communication.prompts"))
    return _page(form, 422)


@blueprint.get("/questions/<id:prompt_id>")
def prompt(prompt_id: str):
    with_permission(PERMISSION)
    found = services.get_prompt(reader(), prompt_id)
    return render_template("communication/prompt.html", form=PromptTextForm(formdata=None, text=found.text), prompt_id=prompt_id)


@blueprint.post("/questions/<id:prompt_id>")
@keeps_text
def save_prompt(prompt_id: str):
    with_permission(PERMISSION)
    form = PromptTextForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.edit_prompt(uow, actor, prompt_id, form.text.data)
        if not form.failed:
            return back_to(url_for("communication.prompts"))
    return render_template("communication/prompt.html", form=form, prompt_id=prompt_id), 422


@blueprint.post("/questions/<id:prompt_id>/<any(masquer, montrer):what>")
def set_hidden(prompt_id: str, what: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        services.set_hidden(uow, actor, prompt_id, what == "masquer")
    return back_to(url_for("communication.prompts"))
