"""Roles in configuration files: what each is called and carries; who holds one is no configuration. A role that a file does not name stays as it is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db.models import PermissionRow, RolePermission, RoleRow
from app.db.models.access import ROLE_KEY
from app.db.permissions import CORE_OWNER
from app.hooks.contracts import Permission
from app.kernel.access import CORE_PERMISSIONS, Actor, unguarded
from app.kernel.errors import NotAllowed
from app.kernel.slug import slugify
from app.services.checks import checked
from app.services.configuration.base import Data, Faulty, mapping, text, texts
from app.services.roles import DESCRIPTION, TITLE, given_pairs, keep_a_keeper, keepers, list_roles
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork


def export_roles(_site: Site, session: Session) -> Data:
    """Returns role → title, description and permissions, living ones in their order."""
    held: dict[str, list[str]] = {}
    for role, permission in sorted(given_pairs(session)):
        held.setdefault(role, []).append(permission)
    return {
        row.key: {"title": row.title, "description": row.description, "permissions": held.get(row.key, [])} for row in list_roles(session)
    }


def check_roles(site: Site, session: Session, data: Data) -> Data:
    """Returns the roles that a file asks for, over those that are there."""
    state: dict[str, Any] = export_roles(site, session)
    owners = _owners(site, session)
    archived = {row.key for row in list_roles(session, archived=True)}
    for key, entry in mapping(data, "").items():
        said = mapping(entry, key, frozenset({"title", "description", "permissions"}))
        before = state.get(key, {"title": "", "description": "", "permissions": []})
        title = text(said.get("title", before["title"]), f"{key}.title")
        if key in archived:
            raise Faulty(key, "role_archived")
        if key not in state and (slugify(key) != key or len(key) > ROLE_KEY or not title.strip()):
            raise Faulty(key, "role_key")
        permissions = sorted(texts(said.get("permissions", before["permissions"]), f"{key}.permissions"))
        if unknown := [name for name in permissions if name not in owners]:
            raise Faulty(f"{key}.permissions", "permission_unknown", names=", ".join(unknown))
        state[key] = {
            "title": checked(f"{key}.title", title, TITLE),
            "description": checked(
                f"{key}.description", text(said.get("description", before["description"]), f"{key}.description"), DESCRIPTION
            ),
            "permissions": permissions,
        }
    return state


def _owners(site: Site, session: Session) -> Mapping[str, str]:
    """Returns permission → whose it is: the core's, those that installed extensions declare, those that the site remembers."""
    remembered = {row.name: row.owner for row in session.scalars(select(PermissionRow))}
    declared = {owned.item.name: owned.owner for owned in site.registry.of(Permission)}
    return {**remembered, **declared, **dict.fromkeys(CORE_PERMISSIONS, CORE_OWNER)}


def apply_roles(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    """Brings roles to a state; guarded permissions are given only by who has them, and somebody keeps the keys of the house."""
    session, owners = uow.session, _owners(site, uow.session)
    before, keys_before = given_pairs(session), keepers(session)
    wanted = {(key, name) for key, role in data.items() for name in role["permissions"]}
    added, removed = sorted(wanted - before), sorted((role, name) for role, name in before - wanted if role in data)
    if actor is not None and (missing := unguarded({name for _role, name in added}, actor)):
        raise NotAllowed("cannot_give", permissions=tuple(sorted(missing)))
    last = session.scalar(select(func.max(RoleRow.position))) or 0
    for key, role in data.items():
        row = session.get(RoleRow, key)
        if row is None:
            last += 1
            row = RoleRow(key=key, position=last)
            session.add(row)
        row.title, row.description = role["title"], role["description"]
    session.flush()
    for key, name in removed:
        session.execute(delete(RolePermission).where(RolePermission.role == key, RolePermission.permission == name))
    for key, name in added:
        if session.get(PermissionRow, name) is None:
            session.add(PermissionRow(name=name, owner=owners[name]))
        session.add(RolePermission(role=key, permission=name, owner=owners[name]))
    session.flush()
    keep_a_keeper(session, keys_before)
    uow.record(actor, "role.import", "site", "roles", given=[" ".join(pair) for pair in added], taken=[" ".join(pair) for pair in removed])
