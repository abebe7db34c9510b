"""Site set-up: the table who may do what, and the roles themselves."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db.models import RoleRow
from app.hooks.contracts import Permission
from app.kernel.access import ROLE_MANAGE, Scope
from app.kernel.errors import NotFound
from app.services import roles as service
from app.web.access_words import (
    owner_title,
    permission_sentence,
    permission_title,
    place_words,
    role_sentence,
    role_title,
)
from app.web.context import back_to, field_errors, reader, site, snapshot, with_permission, writing
from app.web.forms import ConfirmForm, RoleForm, sent
from app.web.gate import keeps_text
from app.web.set_up.base import PEOPLE, Entry, add_entry, blueprint

add_entry(
    Entry(
        PEOPLE,
        _l("Rôles et permissions"),
        _l("Ce que chaque rôle permet, et à qui il est donné."),
        "set_up.roles",
        ROLE_MANAGE,
        order=20,
    )
)


@blueprint.get("/roles")
def roles() -> ResponseReturnValue:
    return _page(RoleForm(formdata=None))


def _page(form: RoleForm, status: int = 200) -> ResponseReturnValue:
    with_permission(ROLE_MANAGE)
    pairs = service.given_pairs(reader())
    known = service.known_permissions(reader(), site().registry.of(Permission), snapshot())
    groups: dict[str, list[service.KnownPermission]] = {}
    for entry in known:
        groups.setdefault(entry.owner, []).append(entry)
    page = render_template(
        "set_up/roles.html",
        roles=[(row, role_title(row), _dormant(row)) for row in service.list_roles(reader())],
        archived=[(row, role_title(row)) for row in service.list_roles(reader(), archived=True)],
        groups=[(owner_title(owner), entries) for owner, entries in groups.items()],
        permission_title=permission_title,
        permission_sentence=permission_sentence,
        pairs=pairs,
        seen=service.fingerprint(pairs),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


def _dormant(row: RoleRow) -> bool:
    """Whether the plugin that offered a role is off: the role then gives what it carries of the core, and nothing of the plugin's."""
    return row.owner is not None and not snapshot().is_on(row.owner)


@blueprint.post("/roles")
def set_permissions() -> ResponseReturnValue:
    with_permission(ROLE_MANAGE)
    wanted = frozenset((role, permission) for role, _bar, permission in (value.partition("|") for value in request.form.getlist("grant")))
    with writing() as (uow, actor):
        given, taken = service.set_permissions(uow, actor, site().registry.of(Permission), snapshot(), wanted, sent("seen"))
    flash(_("C’est noté. Droits donnés : %(given)s ; droits retirés : %(taken)s.", given=given, taken=taken))
    return back_to(url_for("set_up.roles"))


@blueprint.post("/roles/nouveau")
@keeps_text
def create_role() -> ResponseReturnValue:
    with_permission(ROLE_MANAGE)
    form = RoleForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            row = service.create_role(uow, actor, form.title.data or "", form.description.data or "")
        if not form.failed:
            flash(_("Le rôle est créé. Il ne permet encore rien : cochez ce qu’il permet."))
            return back_to(url_for("set_up.role", key=row.key))
    return _page(form, 422)


@blueprint.get("/roles/<key>")
def role(key: str) -> ResponseReturnValue:
    row = _role(key)
    return _role_page(row, RoleForm(formdata=None, title=row.title, description=row.description))


def _role(key: str) -> RoleRow:
    with_permission(ROLE_MANAGE)
    row = reader().get(RoleRow, key)
    if row is None:
        raise NotFound("role")
    return row


def _role_page(row: RoleRow, form: RoleForm, status: int = 200) -> ResponseReturnValue:
    on_site, somewhere = service.holders_of(reader(), row.key)
    places = [(account, *place_words(Scope(local.scope_kind, local.scope_id))) for local, account in somewhere]
    carried = {permission for key, permission in service.given_pairs(reader()) if key == row.key}
    known = service.known_permissions(reader(), site().registry.of(Permission), snapshot())
    page = render_template(
        "set_up/role.html",
        role=row,
        title=role_title(row),
        sentence=role_sentence(row),
        owner=owner_title(row.owner) if row.owner else None,
        dormant=_dormant(row),
        permissions=[(entry, permission_title(entry)) for entry in known if entry.name in carried],
        on_site=on_site,
        somewhere=places,
        form=form,
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/roles/<key>")
@keeps_text
def save_role(key: str) -> ResponseReturnValue:
    row = _role(key)
    form = RoleForm()
    with field_errors(form), writing() as (uow, actor):
        service.edit_role(uow, actor, key, form.title.data or "", form.description.data or "")
    if form.failed:
        return _role_page(row, form, 422)
    flash(_("C’est noté."))
    return back_to(url_for("set_up.role", key=key))


@blueprint.post("/roles/<key>/<any(archiver, reprendre):what>")
def archive_role(key: str, what: str) -> ResponseReturnValue:
    with_permission(ROLE_MANAGE)
    with writing() as (uow, actor):
        (service.archive_role if what == "archiver" else service.restore_role)(uow, actor, key)
    flash(_("Le rôle est archivé : il ne se donne plus.") if what == "archiver" else _("Le rôle est repris, avec ce qu’il permettait."))
    return back_to(url_for("set_up.roles"))
