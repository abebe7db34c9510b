"""Site set-up: the site's menus, and the links that lead nowhere."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.db.links import broken_links
from app.db.models import ContentLink, MenuEntry, Page
from app.db.pages import page_nodes
from app.kernel.access import PAGE_EDIT, SITE_CONFIGURE
from app.kernel.links import TargetKind
from app.services import menus
from app.services.pages import tree_choices
from app.services.words import LANGUAGES
from app.web.addresses import answers
from app.web.context import back_to, field_errors, reader, with_permission, writing
from app.web.forms import choices
from app.web.gate import keeps_text
from app.web.navigation import PLACES
from app.web.page_forms import EditEntryForm, MenuEntryForm, page_choices
from app.web.set_up.base import CONTENT, LOOK, Entry, add_entry, blueprint

add_entry(Entry(LOOK, _l("Menus"), _l("La navigation principale et le pied de page."), "set_up.menu_list", SITE_CONFIGURE, order=40))
add_entry(Entry(CONTENT, _l("Liens"), _l("Ceux qui sont rompus, et où ils se trouvent."), "set_up.link_list", PAGE_EDIT, order=60))

MOST_EXTERNAL = 200


@blueprint.get("/menus")
def menu_list() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    return _menu_list(MenuEntryForm(formdata=None, menu=menus.MAIN, kind=menus.PAGE))


def _menu_list(form: MenuEntryForm, status: int = 200) -> ResponseReturnValue:
    form.page.choices = page_choices(tree_choices(reader()))
    form.place.choices = choices((key, place.title) for key, place in PLACES.items())
    entries = menus.list_entries(reader())
    return render_template("set_up/menus.html", form=form, menus=_by_menu(entries), nodes=_nodes(entries), places=PLACES), status


def _by_menu(entries: list[MenuEntry]) -> dict[str, list[MenuEntry]]:
    return {menu: [entry for entry in entries if entry.menu == menu] for menu in menus.MENUS}


def _nodes(entries: list[MenuEntry]) -> dict[str, object]:
    ids = [entry.target for entry in entries if entry.kind == menus.PAGE]
    return dict(page_nodes(reader(), Page.id.in_(ids))) if ids else {}


@blueprint.post("/menus")
@keeps_text
def add_menu_entry() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    form = MenuEntryForm()
    kind = form.kind.data or ""
    target = {menus.PAGE: form.page.data, menus.PLACE: form.place.data, menus.URL: form.url.data}.get(kind) or ""
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            menus.add_entry(uow, actor, form.menu.data or "", kind, target, _titles(form))
        if not form.failed:
            flash(_("La ligne est ajoutée à la fin du menu."))
            return back_to(url_for("set_up.menu_list"))
    return _menu_list(form, 422)


def _titles(form: MenuEntryForm | EditEntryForm) -> dict[str, str]:
    return {lang: form[f"title_{lang}"].data or "" for lang in LANGUAGES}


@blueprint.get("/menus/<id:entry_id>")
def menu_entry(entry_id: str) -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    entry = menus.find_entry(reader(), entry_id)
    titles = {f"title_{lang}": entry.titles.get(lang, "") for lang in LANGUAGES}
    return _menu_entry(entry, EditEntryForm(formdata=None, url=entry.target if entry.kind == menus.URL else "", **titles))


def _menu_entry(entry: MenuEntry, form: EditEntryForm, status: int = 200) -> ResponseReturnValue:
    return render_template("set_up/menu_entry.html", entry=entry, form=form, nodes=_nodes([entry]), places=PLACES), status


@blueprint.post("/menus/<id:entry_id>")
@keeps_text
def edit_menu_entry(entry_id: str) -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    entry = menus.find_entry(reader(), entry_id)
    form = EditEntryForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            menus.edit_entry(uow, actor, entry_id, form.url.data or "", _titles(form))
        if not form.failed:
            flash(_("C’est noté."))
            return back_to(url_for("set_up.menu_list"))
    return _menu_entry(entry, form, 422)


@blueprint.post("/menus/<id:entry_id>/<any(haut, bas, retirer):what>")
def change_menu_entry(entry_id: str, what: str) -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    with writing() as (uow, actor):
        if what == "retirer":
            menus.remove_entry(uow, actor, entry_id)
        else:
            menus.move_entry(uow, actor, entry_id, -1 if what == "haut" else 1)
    return back_to(url_for("set_up.menu_list"))


@blueprint.get("/liens")
def link_list() -> ResponseReturnValue:
    """Lists what leads nowhere on this site; addresses elsewhere are listed without being asked."""
    with_permission(PAGE_EDIT)
    elsewhere = select(ContentLink.address).where(ContentLink.target_kind == TargetKind.EXTERNAL, ContentLink.public.is_(True)).distinct()
    return render_template(
        "set_up/links.html",
        broken=broken_links(reader(), answers),
        elsewhere=list(reader().scalars(elsewhere.order_by(ContentLink.address).limit(MOST_EXTERNAL))),
    )
