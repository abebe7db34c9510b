"""Site set-up: the tree of pages; a page's place, its trash, and who cites it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db.links import breaking_without, page_cited_by
from app.db.models import Page, PageVersion
from app.db.pages import Node, deleted_pages, page_nodes, page_tree
from app.kernel.access import PAGE_EDIT, PAGE_PUBLISH
from app.kernel.pages import PageState, open_page_transitions
from app.services import page_texts, pages
from app.services.markup import prepare
from app.services.menus import PAGE, list_entries
from app.services.words import LANGUAGES
from app.web.addresses import reserved_segments
from app.web.content_types import content_types
from app.web.context import back_to, field_errors, reader, with_permission, writing
from app.web.forms import ConfirmForm, choices
from app.web.gate import keeps_text
from app.web.locale import SOURCE_LANGUAGE, current_language
from app.web.page_forms import NewPageForm, PlaceForm, page_choices
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint

add_entry(
    Entry(
        CONTENT,
        _l("Pages"),
        _l("Ce que le site dit hors des récits, page par page, et leurs adresses."),
        "set_up.page_list",
        PAGE_EDIT,
        order=30,
    )
)


@blueprint.get("/pages")
def page_list() -> ResponseReturnValue:
    with_permission(PAGE_EDIT)
    return render_template(
        "set_up/pages.html",
        tree=page_tree(reader()),
        trash=deleted_pages(reader()),
        shadowed={page.id for page in pages.shadowed_pages(reader(), reserved_segments())},
        types=content_types(),
        languages=LANGUAGES,
    )


# — making —


@blueprint.get("/pages/nouvelle")
def new_page() -> ResponseReturnValue:
    with_permission(PAGE_EDIT)
    form = NewPageForm(formdata=None, lang=SOURCE_LANGUAGE, type=pages.DEFAULT_TYPE, parent=request.args.get("sous", ""))
    return _new_page(form)


def _new_page(form: NewPageForm, status: int = 200) -> ResponseReturnValue:
    form.parent.choices = page_choices(pages.tree_choices(reader()), _("Aucune : à la racine du site"))
    form.type.choices = choices((name, kind.item.title) for name, kind in content_types().items())
    return render_template("set_up/page_new.html", form=form, types=content_types()), status


@blueprint.post("/pages/nouvelle")
@keeps_text
def create_page() -> ResponseReturnValue:
    with_permission(PAGE_EDIT)
    form = NewPageForm()
    lang = form.lang.data if form.lang.data in LANGUAGES else SOURCE_LANGUAGE
    kind = form.type.data if form.type.data in content_types() else pages.DEFAULT_TYPE
    if form.validate():
        words = page_texts.PageWords(form.title.data or "", "", prepare("", lang=lang))
        with field_errors(form), writing() as (uow, actor):
            page = page_texts.create_page(
                uow, actor, form.parent.data or None, lang, words, slug=form.slug.data or "", type=kind, reserved=reserved_segments()
            )
        if not form.failed:
            flash(_("La page est faite. Personne ne la lit encore : écrivez, puis proposez-la ou publiez-la."))
            return back_to(url_for("set_up.write_page", page_id=page.id, lang=lang))
    return _new_page(form, 422)


# — one page —


def open_node(page_id: str) -> Node:
    """Returns a living page with its texts, for whoever may write pages.

    Raises:
        NotAllowed, NotFound: as `living_page`.
    """
    with_permission(PAGE_EDIT)
    pages.living_page(reader(), page_id)
    return page_nodes(reader(), Page.id == page_id)[page_id]


@blueprint.get("/pages/<id:page_id>")
def page_overview(page_id: str) -> ResponseReturnValue:
    return _overview(open_node(page_id))


def _overview(node: Node, form: PlaceForm | None = None, status: int = 200) -> ResponseReturnValue:
    page = node.page
    actor = with_permission(PAGE_EDIT)
    form = form or PlaceForm(formdata=None, parent=page.parent_id or "", slug=page.slug)
    form.parent.choices = page_choices(pages.tree_choices(reader(), without=page.id), _("Aucune : à la racine du site"))
    above = page_nodes(reader(), Page.id == page.parent_id).values() if page.parent_id else ()
    html = render_template(
        "set_up/page.html",
        node=node,
        page=page,
        above=next(iter(above), None),
        below=list(page_nodes(reader(), Page.parent_id == page.id, Page.deleted_at.is_(None)).values()),
        lines=[_line(node, lang, actor.permissions) for lang in LANGUAGES],
        kind=content_types().get(page.type),
        citing=page_cited_by(reader(), page.id, working=True),
        shadowed=page.path.split("/")[1] in reserved_segments(),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )
    return html, status


def _line(node: Node, lang: str, permissions: frozenset[str]) -> dict[str, object]:
    """Returns what the page's overview says of one language."""
    text = node.texts.get(lang)
    if text is None:
        return {"lang": lang, "text": None}
    version = reader().get_one(PageVersion, text.version_id)
    public = reader().get(PageVersion, text.published_version_id) if text.published_version_id else None
    steps = open_page_transitions(PageState(text.state), permissions, public is not None)
    return {"lang": lang, "text": text, "version": version, "public": public, "steps": {arrow.name for arrow in steps}}


@blueprint.post("/pages/<id:page_id>/adresse")
@keeps_text
def place_page(page_id: str) -> ResponseReturnValue:
    node = open_node(page_id)
    form = PlaceForm()
    before = node.page.path
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            page = pages.place_page(
                uow, actor, page_id, form.parent.data or None, form.slug.data or "", reserved=reserved_segments() - {before.split("/")[1]}
            )
        if not form.failed:
            flash(_("La page est maintenant à %(path)s. L’ancienne adresse y mène.", path=page.path))
            return back_to(url_for("set_up.page_overview", page_id=page_id))
    return _overview(open_node(page_id), form, 422)


@blueprint.post("/pages/<id:page_id>/deplacer/<any(haut, bas):where>")
def shift_page(page_id: str, where: str) -> ResponseReturnValue:
    with_permission(PAGE_EDIT)
    with writing() as (uow, actor):
        pages.shift_page(uow, actor, page_id, -1 if where == "haut" else 1)
    return back_to(url_for("set_up.page_list", _anchor=f"p-{page_id}"))


# — trash —


@blueprint.get("/pages/<id:page_id>/corbeille")
def confirm_delete_page(page_id: str) -> ResponseReturnValue:
    node = open_node(page_id)
    rows = pages.subtree(reader(), page_id)
    ids = [row.id for row in rows]
    nodes = page_nodes(reader(), Page.id.in_(ids))
    return render_template(
        "set_up/page_confirm.html",
        node=node,
        verb="delete",
        target=url_for("set_up.delete_page", page_id=page_id),
        nodes=[nodes[page_id] for page_id in ids],
        breaking=breaking_without(reader(), ids),
        menu_lines=menu_lines(ids),
        may=with_permission(PAGE_EDIT).may(PAGE_PUBLISH) or not any(found.is_public for found in nodes.values()),
        lang=current_language(),
    )


def menu_lines(page_ids: list[str]) -> int:
    """Returns how many lines of the menus lead to pages."""
    return sum(entry.kind == PAGE and entry.target in page_ids for entry in list_entries(reader()))


@blueprint.post("/pages/<id:page_id>/corbeille")
def delete_page(page_id: str) -> ResponseReturnValue:
    with_permission(PAGE_EDIT)
    with writing() as (uow, actor):
        pages.delete_page(uow, actor, page_id)
    flash(_("La page est dans la corbeille, avec celles qui étaient dessous. Vous pouvez l’en sortir."))
    return back_to(url_for("set_up.page_list"))


@blueprint.post("/pages/<id:page_id>/restaurer")
def restore_page(page_id: str) -> ResponseReturnValue:
    with_permission(PAGE_EDIT)
    with writing() as (uow, actor):
        pages.restore_page(uow, actor, page_id)
    flash(_("La page est revenue de la corbeille, comme elle était."))
    return back_to(url_for("set_up.page_overview", page_id=page_id))
