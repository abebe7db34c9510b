"""Site set-up: the list of themes that stories are classified by."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db.models import Theme
from app.db.themes import list_themes
from app.kernel.access import PROGRAMME_MANAGE
from app.kernel.errors import NotFound
from app.services import themes as services
from app.web.context import back_to, field_errors, reader, with_permission, writing
from app.web.forms import MergeThemeForm, ThemeForm, content_choices
from app.web.gate import keeps_text
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint

add_entry(
    Entry(
        CONTENT,
        _l("Thèmes"),
        _l("De quoi parlent les récits, et comment on les trouve."),
        "set_up.themes",
        PROGRAMME_MANAGE,
        order=40,
    )
)


@blueprint.get("/themes")
def themes() -> ResponseReturnValue:
    return _themes_page(ThemeForm(formdata=None))


def _themes_page(form: ThemeForm, status: int = 200) -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    return render_template("set_up/themes.html", lines=list_themes(reader()), form=form), status


@blueprint.post("/themes")
@keeps_text
def add_theme() -> ResponseReturnValue:
    with_permission(PROGRAMME_MANAGE)
    form = ThemeForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.add_theme(uow, actor, form.name.data)
        if not form.failed:
            flash(_("Le thème est ajouté, à la fin de la liste."))
            return back_to(url_for("set_up.themes"))
    return _themes_page(form, 422)


@blueprint.get("/themes/<id:theme_id>")
def theme(theme_id: str) -> ResponseReturnValue:
    row = _living(theme_id)
    return _theme_page(row, ThemeForm(formdata=None, name=row.name), MergeThemeForm(formdata=None))


def _living(theme_id: str) -> Theme:
    with_permission(PROGRAMME_MANAGE)
    row = reader().get(Theme, theme_id)
    if row is None or row.deleted_at is not None or row.merged_into_id is not None:
        raise NotFound("theme")
    return row


def _theme_page(row: Theme, form: ThemeForm, merge: MergeThemeForm, status: int = 200) -> ResponseReturnValue:
    lines = list_themes(reader())
    merge.into.choices = content_choices((line.theme.id, line.theme.name) for line in lines if line.theme.id != row.id)
    line = next(entry for entry in lines if entry.theme.id == row.id)
    return render_template("set_up/theme.html", theme=row, line=line, form=form, merge=merge), status


@blueprint.post("/themes/<id:theme_id>")
@keeps_text
def rename_theme(theme_id: str) -> ResponseReturnValue:
    row = _living(theme_id)
    form = ThemeForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            services.rename_theme(uow, actor, theme_id, form.name.data)
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("set_up.themes"))
    return _theme_page(row, form, MergeThemeForm(formdata=None), 422)


@blueprint.post("/themes/<id:theme_id>/deplacer/<any(haut, bas):where>")
def move_theme(theme_id: str, where: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        services.move_theme(uow, actor, theme_id, -1 if where == "haut" else 1)
    return back_to(url_for("set_up.themes", _anchor=f"theme-{theme_id}"))


@blueprint.post("/themes/<id:theme_id>/fusionner")
def merge_theme(theme_id: str) -> ResponseReturnValue:
    row = _living(theme_id)
    form = MergeThemeForm()
    with field_errors(form), writing() as (uow, actor):
        into = services.merge_theme(uow, actor, theme_id, form.into.data or "")
    if form.failed:
        return _theme_page(row, ThemeForm(formdata=None, name=row.name), form, 422)
    flash(_("Les récits du thème ont maintenant le thème « %(name)s ».", name=into.name))
    return back_to(url_for("set_up.themes"))


@blueprint.post("/themes/<id:theme_id>/corbeille")
def delete_theme(theme_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        services.delete_theme(uow, actor, theme_id)
    flash(_("Le thème est dans la corbeille. Vous pouvez l’en sortir."))
    return back_to(url_for("set_up.themes"))


@blueprint.post("/themes/<id:theme_id>/restaurer")
def restore_theme(theme_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        services.restore_theme(uow, actor, theme_id)
    flash(_("Le thème est revenu de la corbeille, à la fin de la liste."))
    return back_to(url_for("set_up.themes"))
