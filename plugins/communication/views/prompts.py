"""The sets of writing questions: narrowed by phase, category and form, put in order, switched on and off, validated."""

from flask import flash, render_template, request, url_for
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
    programme_choices,
    reader,
    with_permission,
    writing,
)
from plugins.communication.forms.prompts import PromptForm, PromptSetForm
from plugins.communication.models.prompts import PromptSet
from plugins.communication.services import prompts as services
from plugins.communication.services.formats import FORMATS
from plugins.communication.views.base import blueprint

PERMISSION = services.PERMISSION


@blueprint.get("/questions")
def prompts():
    with_permission(PERMISSION)
    return _page(_with_choices(PromptForm(formdata=None)))


def _page(form: PromptForm, status: int = 200):
    narrowing = services.Narrowing(*(request.args.get(name, "") for name in ("phase", "category", "format")))
    rows = services.list_prompts(reader())
    sets = services.list_sets(reader())
    page = render_template(
        "communication/prompts.html",
        sets=[(row, [prompt for prompt in rows if prompt.set_id == row.id and narrowing.keeps(prompt)]) for row in sets],
        all=len(rows),
        waiting=sum(not row.validated and not row.hidden for row in rows),
        narrowing=narrowing,
        form=form,
        phases=dict(phase_choices(reader())),
        programmes=dict(programme_choices(reader())),
        categories=CATEGORY_FULL,
        formats={item.name: item.title for item in FORMATS},
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _with_choices(form: PromptForm) -> PromptForm:
    form.set.choices = [
        *content_choices((row.id, row.name) for row in services.list_sets(reader())),
        *choices([("", _("Les questions du site"))]),
    ]
    form.phase.choices = [*choices([("", _("Toutes les phases"))]), *content_choices(phase_choices(reader()))]
    form.category.choices = choices([("", _("Toutes les catégories")), *((category, CATEGORY_FULL[category]) for category in CATEGORIES)])
    form.format.choices = choices([("", _("Toutes les formes")), *((item.name, item.title) for item in FORMATS)])
    return form


def _read(form: PromptForm) -> services.PromptInput:
    return services.PromptInput(
        form.text.data, form.phase.data or None, form.category.data or None, form.format.data or None, form.set.data or None
    )


@blueprint.post("/questions")
@keeps_text
def add_prompt():
    with_permission(PERMISSION)
    form = _with_choices(PromptForm())
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.add_prompt(uow, actor, _read(form))
        if not form.failed:
            flash(_("La question est ajoutée."))
            return back_to(url_for("communication.prompts"))
    return _page(form, 422)


@blueprint.get("/questions/<id:prompt_id>")
def prompt(prompt_id: str):
    with_permission(PERMISSION)
    row = services.get_prompt(reader(), prompt_id)
    form = PromptForm(
        formdata=None, text=row.text, set=row.set_id, phase=row.phase or "", category=row.category or "", format=row.format or ""
    )
    return render_template("communication/prompt.html", form=_with_choices(form), prompt_id=prompt_id)


@blueprint.post("/questions/<id:prompt_id>")
@keeps_text
def save_prompt(prompt_id: str):
    with_permission(PERMISSION)
    form = _with_choices(PromptForm())
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.edit_prompt(uow, actor, prompt_id, _read(form))
        if not form.failed:
            return back_to(url_for("communication.prompts", _anchor=f"q-{prompt_id}"))
    return render_template("communication/prompt.html", form=form, prompt_id=prompt_id), 422


@blueprint.post("/questions/<id:prompt_id>/<any(masquer, montrer, valider, monter, descendre):what>")
def change_prompt(prompt_id: str, what: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        if what in ("masquer", "montrer"):
            services.set_hidden(uow, actor, prompt_id, what == "masquer")
        elif what == "valider":
            services.validate_prompt(uow, actor, prompt_id)
        else:
            services.move_prompt(uow, actor, prompt_id, -1 if what == "monter" else 1)
    return back_to(url_for("communication.prompts", _anchor=f"q-{prompt_id}", **request.args))


# — sets —


@blueprint.get("/questions/jeux/nouveau")
def new_set():
    with_permission(PERMISSION)
    return _set_page(PromptSetForm(formdata=None))


def _set_page(form: PromptSetForm, row: PromptSet | None = None, status: int = 200):
    form.programme.choices = [*choices([("", _("Tous les programmes"))]), *content_choices(programme_choices(reader()))]
    form.format.choices = choices([("", _("Toutes les formes")), *((item.name, item.title) for item in FORMATS)])
    return render_template("communication/prompt_set.html", form=form, row=row), status


def _read_set(form: PromptSetForm) -> services.SetInput:
    return services.SetInput(form.name.data, form.description.data or "", form.programme.data or None, form.format.data or None)


@blueprint.post("/questions/jeux/nouveau")
@keeps_text
def add_set():
    with_permission(PERMISSION)
    form = PromptSetForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.add_set(uow, actor, _read_set(form))
        if not form.failed:
            flash(_("Le jeu est ajouté. Il est vide : ajoutez-lui des questions."))
            return back_to(url_for("communication.prompts"))
    return _set_page(form, status=422)


@blueprint.get("/questions/jeux/<id:set_id>")
def prompt_set(set_id: str):
    with_permission(PERMISSION)
    row = services.get_set(reader(), set_id)
    form = PromptSetForm(
        formdata=None, name=row.name, description=row.description, programme=row.programme_id or "", format=row.format or ""
    )
    return _set_page(form, row)


@blueprint.post("/questions/jeux/<id:set_id>")
@keeps_text
def save_set(set_id: str):
    with_permission(PERMISSION)
    form, row = PromptSetForm(), services.get_set(reader(), set_id)
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.edit_set(uow, actor, set_id, _read_set(form))
        if not form.failed:
            return back_to(url_for("communication.prompts", _anchor=f"jeu-{set_id}"))
    return _set_page(form, row, 422)


@blueprint.post("/questions/jeux/<id:set_id>/<any(activer, desactiver, monter, descendre):what>")
def change_set(set_id: str, what: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        if what in ("activer", "desactiver"):
            services.switch_set(uow, actor, set_id, what == "activer")
        else:
            services.move_set(uow, actor, set_id, -1 if what == "monter" else 1)
    return back_to(url_for("communication.prompts", _anchor=f"jeu-{set_id}"))
