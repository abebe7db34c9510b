"""Learns of permissions: what the site has not heard of yet is given to its default roles, once; afterwards the site decides."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, insert, select

from app.db.models.access import PermissionRow, RolePermission, RoleRow
from app.kernel.access import CORE_PERMISSIONS

CORE_OWNER = "core"


def learn_core_permissions(connection: Connection) -> None:
    """Learns of the core's permissions; run after each migration, so that a newer version's new right reaches its roles."""
    learn_permissions(connection, CORE_OWNER, CORE_PERMISSIONS)


def learn_permissions(connection: Connection, owner: str, declared: Mapping[str, Iterable[str]]) -> list[str]:
    """Gives each permission that the site does not know to those of its default roles that exist; returns the names that were new.

    Args:
        declared: permission → keys of its default roles.
    """
    known = set(connection.scalars(select(PermissionRow.name).where(PermissionRow.name.in_(list(declared)))))
    roles = set(connection.scalars(select(RoleRow.key)))
    new = [name for name in declared if name not in known]
    for name in new:
        connection.execute(insert(PermissionRow).values(name=name, owner=owner))
        carriers = sorted({str(role) for role in declared[name]} & roles)
        held = set(connection.scalars(select(RolePermission.role).where(RolePermission.permission == name)))
        for role in carriers:
            if role not in held:
                connection.execute(insert(RolePermission).values(role=role, permission=name, owner=owner))
    return new
