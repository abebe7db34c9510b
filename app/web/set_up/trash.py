"""Site set-up: everything that is in the trash, and the way back."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db.desk import account_names
from app.kernel.access import TRASH_MANAGE
from app.kernel.errors import NotFound
from app.services import trash as services
from app.web.context import back_to, reader, signed_in, writing
from app.web.forms import ConfirmForm
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint
from app.web.words import TRASH_KINDS

add_entry(
    Entry(
        CONTENT,
        _l("Corbeille"),
        _l("Ce qui a été mis de côté, et de quoi le reprendre. Rien n’est effacé."),
        "set_up.trash",
        TRASH_MANAGE,
        order=90,
        also=services.TRASH_PERMISSIONS,
    )
)


@blueprint.get("/corbeille")
def trash() -> ResponseReturnValue:
    kinds = services.site_trash(reader(), signed_in())
    wanted = request.args.get("genre", "")
    if wanted and wanted not in TRASH_KINDS:
        raise NotFound("page")
    rows = [row for name, found in kinds for row in found]
    return render_template(
        "set_up/trash.html",
        kinds=[(name, found) for name, found in kinds if wanted in ("", name)],
        counts=[(name, len(found)) for name, found in kinds],
        wanted=wanted,
        names=account_names(reader(), [row.by for row in rows]),
        restore_address=lambda kind, thing: url_for("set_up.restore_from_trash", kind=kind, thing_id=thing),
        confirm=ConfirmForm(formdata=None),
    )


@blueprint.post("/corbeille/<kind>/<id:thing_id>/restaurer")
def restore_from_trash(kind: str, thing_id: str) -> ResponseReturnValue:
    with writing() as (uow, actor):
        services.restore(uow, actor, kind, thing_id)
    flash(_("C’est revenu de la corbeille, comme c’était."))
    return back_to(url_for("set_up.trash"))
