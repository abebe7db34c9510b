"""Site set-up: the words of a page in one language; written, previewed, compared, proposed, published, unpublished; the words are safe whatever happens."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import abort

from app.db.desk import account_names
from app.db.links import breaking_without
from app.db.models import Media, PageVersion
from app.db.pages import Node, list_page_versions
from app.hooks.contracts import ContentType, Owned
from app.kernel.access import PAGE_EDIT, PAGE_PUBLISH
from app.kernel.diff import compare_texts
from app.kernel.errors import NotFound
from app.services import page_texts
from app.services.markup import MarkupRefused, prepare
from app.services.page_saving import PageConflict, TypedPage, save_page_beside_others
from app.web.content_types import Failed, alternative_of, data_of, fields_of, is_valid, open_form
from app.web.context import back_to, field_errors, reader, signed_in, site, snapshot, with_permission, writing
from app.web.errors import markup_sentence
from app.web.forms import ConfirmForm, sent
from app.web.gate import keeps_text
from app.web.page_forms import PageForm
from app.web.pages import page_html
from app.web.set_up.base import blueprint
from app.web.set_up.pages import menu_lines, open_node

MOST_IMAGES = 12


# — writing —


@blueprint.get("/pages/<id:page_id>/<any(fr, en):lang>")
def write_page(page_id: str, lang: str) -> ResponseReturnValue:
    node = open_node(page_id)
    version = _current(node, lang)
    form = PageForm(
        formdata=None,
        title=version.title if version else "",
        standfirst=version.standfirst if version else "",
        body=version.body if version else "",
        base=version.id if version else "",
    )
    return _editor(node, lang, form, *open_form(node.page.type, version.data if version else None))


def _current(node: Node, lang: str) -> PageVersion | None:
    text = node.texts.get(lang)
    return reader().get_one(PageVersion, text.version_id) if text is not None else None


def _editor(
    node: Node,
    lang: str,
    form: PageForm,
    kind: Owned[ContentType] | None,
    data: Any,
    *,
    conflict: PageConflict | None = None,
    preview: object = None,
    message: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    other = next((code for code in node.texts if code != lang), None)
    version = _current(node, lang)
    errors, fields = fields_of(kind, data)
    page = render_template(
        "set_up/page_write.html",
        node=node,
        page=node.page,
        lang=lang,
        text=node.texts.get(lang),
        version=version,
        form=form,
        data_errors=errors,
        data_fields=fields,
        type_missing=kind is None,
        other=_current(node, other) if other else None,
        conflict=conflict,
        conflict_author=_author(conflict.theirs) if conflict else "",
        preview=preview,
        message=message,
        images=_images(),
    )
    return page, status


def _images() -> list[Media]:
    """Returns the site's own images, the latest first, to be put into the text by a button."""
    query = select(Media).where(page_texts.page_media_clause(), Media.deleted_at.is_(None))
    return list(reader().scalars(query.order_by(Media.created_at.desc(), Media.id).limit(MOST_IMAGES)))


def _author(version: PageVersion) -> str:
    return account_names(reader(), [version.author_id]).get(version.author_id or "", _("quelqu’un d’autre"))


@blueprint.post("/pages/<id:page_id>/<any(fr, en):lang>")
@keeps_text
def save_page(page_id: str, lang: str) -> ResponseReturnValue:
    node = open_node(page_id)
    form = PageForm()
    kind, data = open_form(node.page.type, sent=True)
    if "preview" in request.form:
        return _preview(node, lang, form, kind, data)
    try:
        if not form.validate() or not is_valid(kind, data):
            return _editor(node, lang, form, kind, data, status=422)
        with field_errors(form):
            result = save_page_beside_others(
                site().writer, snapshot(), signed_in(), page_id, lang, _typed(node, lang, form, kind, data), form.base.data or None
            )
    except MarkupRefused as refusal:
        return _editor(node, lang, form, kind, data, message=markup_sentence(refusal), status=422)
    except Failed:
        message = _(
            "L’extension de cette page n’a pas répondu : rien n’est enregistré, votre texte est là. Réessayez, ou prévenez l’administration."
        )
        return _editor(node, lang, form, kind, data, message=message, status=503)
    if form.failed:
        return _editor(node, lang, form, kind, data, status=422)
    reader().rollback()
    if isinstance(result, PageConflict):
        both = result.proposal
        merged = PageForm(formdata=None, title=both.title, standfirst=both.standfirst, body=both.body, base=result.theirs.id)
        return _editor(open_node(page_id), lang, merged, *open_form(node.page.type, both.data), conflict=result, status=409)
    flash(
        _("Enregistré, avec ce qu’une autre personne avait écrit entre-temps. Relisez l’ensemble.") if result.merged else _("Enregistré.")
    )
    return back_to(url_for("set_up.write_page", page_id=page_id, lang=lang))


def _typed(node: Node, lang: str, form: PageForm, kind: Owned[ContentType] | None, data: Any) -> TypedPage:
    """Returns what was typed; what a type's form holds stays as it was while the type is not there."""
    words = (form.title.data or "", form.standfirst.data or "", form.body.data or "")
    if kind is None:
        version = _current(node, lang)
        return TypedPage(*words, version.data if version else {}, version.alternative if version else "")
    held = data_of(kind, data)
    with force_locale(lang):  # the words around the data are in the language of the text
        return TypedPage(*words, held, alternative_of(kind, held))


def _preview(node: Node, lang: str, form: PageForm, kind: Owned[ContentType] | None, data: Any) -> ResponseReturnValue:
    """Shows what would be public, with the form and its words below; nothing is saved."""
    try:
        prepared = prepare(form.body.data or "", lang=lang)
    except MarkupRefused as refusal:
        return _editor(node, lang, form, kind, data, message=markup_sentence(refusal), status=422)
    return _editor(node, lang, form, kind, data, preview=page_html(list(prepared.fragment.to_json()), lang, "apercu-"))


# — workflow —


@blueprint.post("/pages/<id:page_id>/<any(fr, en):lang>/<any(proposer, reprendre, publier):step>")
def step_page(page_id: str, lang: str, step: str) -> ResponseReturnValue:
    with_permission(PAGE_PUBLISH if step == "publier" else PAGE_EDIT)
    with writing() as (uow, actor):
        if step == "publier":
            page_texts.publish_text(uow, actor, page_id, lang, sent("hash"))
        elif step == "proposer":
            page_texts.propose_text(uow, actor, page_id, lang, site().settings.base_url)
        else:
            page_texts.take_back_text(uow, actor, page_id, lang)
    words = {
        "publier": _("La page est publiée."),
        "proposer": _("La page est proposée à qui publie."),
        "reprendre": _("La page est de nouveau en écriture."),
    }
    flash(words[step])
    return back_to(url_for("set_up.page_overview", page_id=page_id))


@blueprint.get("/pages/<id:page_id>/<any(fr, en):lang>/depublier")
def confirm_unpublish_page(page_id: str, lang: str) -> ResponseReturnValue:
    with_permission(PAGE_PUBLISH)
    node = open_node(page_id)
    page_texts.page_text(reader(), page_id, lang)
    leaves = page_texts.leaves_the_public(reader(), page_id, lang)
    return render_template(
        "set_up/page_confirm.html",
        node=node,
        verb="unpublish",
        target=url_for("set_up.unpublish_page", page_id=page_id, lang=lang),
        nodes=[node],
        breaking=breaking_without(reader(), [page_id]) if leaves else [],
        menu_lines=menu_lines([page_id]) if leaves else 0,
        may=True,
        lang=lang,
    )


@blueprint.post("/pages/<id:page_id>/<any(fr, en):lang>/depublier")
def unpublish_page(page_id: str, lang: str) -> ResponseReturnValue:
    with_permission(PAGE_PUBLISH)
    with writing() as (uow, actor):
        page_texts.unpublish_text(uow, actor, page_id, lang)
    flash(_("La page n’est plus publique dans cette langue. Rien n’est effacé."))
    return back_to(url_for("set_up.page_overview", page_id=page_id))


# — versions —


@blueprint.get("/pages/<id:page_id>/<any(fr, en):lang>/versions")
def page_versions(page_id: str, lang: str) -> ResponseReturnValue:
    node = open_node(page_id)
    text = page_texts.page_text(reader(), page_id, lang)
    versions = list_page_versions(reader(), page_id, lang)
    after, before = _chosen(versions, "apres", 0), _chosen(versions, "avant", 1)
    return render_template(
        "set_up/page_versions.html",
        node=node,
        page=node.page,
        lang=lang,
        text=text,
        versions=versions,
        before=before,
        after=after,
        changes=compare_texts(_whole(before) if before else "", _whole(after)) if after else (),
        authors=account_names(reader(), [version.author_id for version in versions]),
        confirm=ConfirmForm(formdata=None),
    )


def _chosen(versions: list[PageVersion], name: str, default: int) -> PageVersion | None:
    """Returns the version whose number the address names, else the nth newest, if there is one."""
    number = request.args.get(name, type=int)
    if number is not None:
        return next((version for version in versions if version.number == number), None) or abort(404)
    return versions[default] if default < len(versions) else None


def _whole(version: PageVersion) -> str:
    """Returns all words of a version, to be compared with another's."""
    return "\n\n".join(part for part in (version.title, version.standfirst, version.body, version.alternative) if part)


@blueprint.post("/pages/<id:page_id>/<any(fr, en):lang>/versions/<id:version_id>/restaurer")
def restore_page_version(page_id: str, lang: str, version_id: str) -> ResponseReturnValue:
    open_node(page_id)
    old = reader().get(PageVersion, version_id)
    if old is None or (old.page_id, old.lang) != (page_id, lang):
        raise NotFound("version")
    prepared = prepare(old.body, lang=lang)
    with writing() as (uow, actor):
        page_texts.restore_version(uow, actor, page_id, lang, version_id, prepared)
    flash(_("La version %(number)s est de nouveau le texte de la page. Les autres sont gardées.", number=old.number))
    return back_to(url_for("set_up.page_versions", page_id=page_id, lang=lang))
