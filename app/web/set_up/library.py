"""Site set-up: the media library, with where each image is used and what is missing of it."""

import base64
import binascii
from datetime import UTC, datetime

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import true

from app.db import library as queries
from app.db.models import Media
from app.kernel.access import MEDIA_MANAGE
from app.kernel.errors import NotFound
from app.kernel.ids import ID_LENGTH
from app.services import library
from app.services.media import prepare_image
from app.web.context import back_to, field_errors, reader, site, with_permission, writing
from app.web.forms import ConfirmForm
from app.web.gate import keeps_text
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint
from app.web.set_up.forms import LibraryImageForm, MediaForm

add_entry(
    Entry(
        CONTENT,
        _l("Médiathèque"),
        _l("Les images du site : où elles servent, qui les a faites, à quelles conditions."),
        "set_up.media_library",
        MEDIA_MANAGE,
        order=50,
    )
)

GAP_WORDS = {
    queries.ORPHANS: _l("Qui ne servent nulle part"),
    queries.NO_ALT: _l("Sans texte de remplacement"),
    queries.NO_CREDIT: _l("Sans crédit"),
    queries.NO_RIGHTS: _l("Sans droits précisés"),
}


@blueprint.get("/mediatheque")
def media_library() -> ResponseReturnValue:
    return _library_page(LibraryImageForm(formdata=None))


def _library_page(form: LibraryImageForm, status: int = 200) -> ResponseReturnValue:
    actor = with_permission(MEDIA_MANAGE)
    visible = library.visible_clause(reader(), actor)
    gap = request.args.get("manque", "")
    if gap and gap not in queries.GAPS:
        raise NotFound("page")
    gaps = {name: queries.gap_clause(name, library.identity_hash(reader())) for name in queries.GAPS}
    after = _position(request.args.get("suite"))
    lines, following = queries.list_media(reader(), visible, where=[gaps[gap]] if gap else [], after=after, finders=library.USE_FINDERS)
    total = queries.count_media(reader(), visible)
    page = render_template(
        "set_up/library.html",
        lines=lines,
        following=_key(following) if following else None,
        first_page=after is None,
        gap=gap,
        gap_words=GAP_WORDS,
        counts={name: queries.count_media(reader(), visible, [clause]) for name, clause in gaps.items()},
        total=total,
        hidden=queries.count_media(reader(), true()).number - total.number,
        form=form,
    )
    return page, status


def _key(position: queries.MediaPosition) -> str:
    return base64.urlsafe_b64encode(f"{position.at.astimezone(UTC).isoformat()} {position.id}".encode()).decode().rstrip("=")


def _position(key: str | None) -> queries.MediaPosition | None:
    if not key:
        return None
    try:
        at, _space, media_id = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode("ascii").partition(" ")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or len(media_id) != ID_LENGTH or not media_id.isalnum():
            raise ValueError
        position = queries.MediaPosition(instant.astimezone(UTC), media_id)
    except (ValueError, OverflowError, binascii.Error):
        abort(404)
    return position


@blueprint.post("/mediatheque")
@keeps_text
def add_to_library() -> ResponseReturnValue:
    with_permission(MEDIA_MANAGE)
    form = LibraryImageForm()
    upload = request.files.get("image")
    if form.validate():
        with field_errors(form):
            image = prepare_image(site().settings.media_folder, upload.read() if upload else b"")
            with writing() as (uow, actor):
                row = library.add_to_library(uow, actor, image, _words(form))
        if not form.failed:
            flash(_("L’image est dans la médiathèque. Copiez son code dans une page pour l’y montrer."))
            return back_to(url_for("set_up.media_item", media_id=row.id))
    return _library_page(form, 422)


def _words(form: MediaForm) -> library.MediaWords:
    return library.MediaWords(form.alt.data or "", form.credit.data or "", form.rights.data or "", form.source.data or "")


@blueprint.get("/mediatheque/<id:media_id>")
def media_item(media_id: str) -> ResponseReturnValue:
    row = library.find_media(reader(), with_permission(MEDIA_MANAGE), media_id)
    return _item_page(row, MediaForm(formdata=None, alt=row.alt, credit=row.credit, rights=row.rights, source=row.source))


def _item_page(row: Media, form: MediaForm, status: int = 200) -> ResponseReturnValue:
    (line,) = queries.lines_of(reader(), [row], library.USE_FINDERS)
    readable = row.story_id is None or bool(library.readable_stories(reader(), with_permission(MEDIA_MANAGE), [row.story_id]))
    page = render_template("set_up/media_item.html", line=line, media=row, form=form, readable=readable, confirm=ConfirmForm(formdata=None))
    return page, status


@blueprint.post("/mediatheque/<id:media_id>")
@keeps_text
def describe_media(media_id: str) -> ResponseReturnValue:
    row = library.find_media(reader(), with_permission(MEDIA_MANAGE), media_id)
    form = MediaForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            library.describe_media(uow, actor, media_id, _words(form))
        if not form.failed:
            flash(_("C’est noté. Ce qui est déjà signé ou publié garde les mots d’avant."))
            return back_to(url_for("set_up.media_item", media_id=media_id))
    return _item_page(row, form, 422)


@blueprint.post("/mediatheque/<id:media_id>/corbeille")
def trash_media(media_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        library.trash_media(uow, actor, media_id)
    flash(_("L’image est dans la corbeille. Ce qui la montrait la montre encore ; vous pouvez l’en sortir."))
    return back_to(url_for("set_up.media_library"))


@blueprint.post("/mediatheque/<id:media_id>/restaurer")
def restore_media(media_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        library.restore_media(uow, actor, media_id)
    flash(_("L’image est revenue de la corbeille."))
    return back_to(url_for("set_up.media_item", media_id=media_id))
