"""Takes away what a plugin owns, once it is off: first an export that anybody can read, then its tables, settings, rights and state; no content of the core's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, select
from sqlalchemy.orm import Session

from app.db.migrate import MigrationRefused, drop_tables, migrate
from app.db.models import JobRun, PluginSetting, PluginState, PluginSuspension, Restriction, RolePermission, RoleRow, SiteState
from app.hooks.calls import CALLS
from app.hooks.manager import PluginManager, is_name
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.kernel.errors import NotFound, Refused
from app.services.access import require
from app.services.plugins.dormant import Dormant, what_goes_dormant
from app.services.plugins.tables import count_rows, migrations_folder
from app.services.roles import Rights, forget_rights, rights_of
from app.services.site import Site
from app.services.snapshots import SITE_ROW

EXPORTS = "exports"


@dataclass(frozen=True)
class Purge:
    """What purging a plugin deletes, and what stays.

    Args:
        tables: its tables, with the number of rows of each.
        settings: its pages of settings that somebody saved.
        rights: its permissions, taken from every role; its roles that nobody has; those that somebody has stay, as the site's own.
        restrictions: what it has hidden stays hidden until somebody lifts it: what was taken from the public must not come back unasked.
        stays: what stands in the core's tables and is read as before: passages and pages of its kinds keep the words that the public reads.
    """

    name: str
    tables: Mapping[str, int]
    settings: tuple[str, ...]
    rights: Rights
    restrictions: int
    stays: Dormant


def what_purge_deletes(session: Session, manager: PluginManager, name: str) -> Purge:
    """Returns what purging would delete; changes nothing.

    Raises:
        NotFound: if no plugin of that name is installed or ever was.
        Refused: if it is on.
    """
    _check_off(session, manager, name)
    pages = session.scalars(select(PluginSetting.page).where(PluginSetting.owner == name).order_by(PluginSetting.page))
    laid = select(func.count()).select_from(Restriction).where(Restriction.owner == name, Restriction.lifted_at.is_(None))
    return Purge(
        name,
        tables=count_rows(session.connection(), name),
        settings=tuple(pages),
        rights=rights_of(session, name),
        restrictions=session.scalar(laid) or 0,
        stays=what_goes_dormant(session, name),
    )


def purge(site: Site, actor: Actor | None, name: str) -> Path:
    """Exports what a plugin owns, then deletes it; repeatable. Returns the file of the export.

    The tables go first and in a transaction of their own: a process that dies between the two leaves a plugin without tables that is off, and can be purged again.

    Raises:
        NotFound: if no plugin of that name is installed or ever was.
        Refused: if it is on.
    """
    if actor is not None:
        require(actor, PLUGIN_MANAGE)
    file = export(site, name)
    _drop(site, name)
    with site.writer.begin() as uow:
        if actor is not None:
            require(actor, PLUGIN_MANAGE)
        _check_off(uow.session, site.plugins, name)
        uow.session.execute(delete(PluginSetting).where(PluginSetting.owner == name))
        uow.session.execute(delete(PluginSuspension).where(PluginSuspension.owner == name))
        uow.session.execute(delete(JobRun).where(JobRun.name.startswith(f"{name}:", autoescape=True)))
        rights = forget_rights(uow, name, _titles(site.plugins, name))
        uow.session.execute(delete(PluginState).where(PluginState.name == name))
        uow.session.get_one(SiteState, SITE_ROW).generation += 1
        uow.record(actor, "plugin.purge", "plugin", name, export=file.name, roles=list(rights.roles), permissions=list(rights.permissions))
    return file


def export(site: Site, name: str) -> Path:
    """Writes what a plugin owns to a file of the site folder: its version, its settings, every row of its tables, with counts.

    Raises:
        NotFound: if no plugin of that name is installed or ever was.
        Refused: if it is on.
    """
    with Session(site.engine) as session:
        _check_off(session, site.plugins, name)
        state = session.get(PluginState, name)
        connection = session.connection()
        tables = {table: _rows(connection, table) for table in count_rows(connection, name)}
        settings = session.scalars(select(PluginSetting).where(PluginSetting.owner == name))
        content = {
            "plugin": name,
            "version": state.version if state is not None else "",
            "exported_at": site.clock().isoformat(timespec="seconds"),
            "counts": {table: len(rows) for table, rows in tables.items()},
            "settings": {row.page: row.data for row in settings},
            "rights": _given(session, name),
            "tables": tables,
        }
    folder = site.settings.home / EXPORTS
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{name}-{site.clock():%Y%m%dT%H%M%S%f}.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=_plain), encoding="utf-8")
    return file


def _given(session: Session, name: str) -> dict[str, list[str]]:
    """Returns the permissions of each role that a plugin offered, and its own permissions of each other."""
    roles = select(RoleRow.key).where(RoleRow.owner == name)
    query = select(RolePermission).where((RolePermission.owner == name) | RolePermission.role.in_(roles))
    found: dict[str, list[str]] = {key: [] for key in session.scalars(roles.order_by(RoleRow.key))}
    for row in session.scalars(query.order_by(RolePermission.role, RolePermission.permission)):
        found.setdefault(row.role, []).append(row.permission)
    return found


def _titles(manager: PluginManager, name: str) -> dict[str, str]:
    """Returns what a plugin calls its roles; nothing where its code is gone."""
    plugin = manager.plugins.get(name)
    return {owned.item.name: str(owned.item.title) for owned in plugin.declared.get("register_roles", ())} if plugin is not None else {}


def _check_off(session: Session, manager: PluginManager, name: str) -> None:
    state = session.get(PluginState, name) if is_name(name) else None
    if not is_name(name) or (state is None and name not in manager.plugins):
        raise NotFound("plugin")
    if state is not None and state.enabled:
        raise Refused("plugin_is_on", plugin=name)


def _drop(site: Site, name: str) -> None:
    """Lets the plugin's own migrations take its tables away; drops what they leave, or all of it where they cannot be used.

    Whether it is off is asked again under the write lock: somebody may have switched it on since.
    """

    def check(connection: Connection) -> None:
        with Session(connection) as session:
            _check_off(session, site.plugins, name)

    plugin = site.plugins.plugins.get(name)
    folder = migrations_folder(plugin) if plugin is not None and plugin.usable else None
    if folder is not None:
        try:
            with CALLS.call(name, "migration", "downgrade"):
                migrate(site.engine, name, folder, target="base", first=check)
        except MigrationRefused as error:
            CALLS.fault(name, "migration", "downgrade", str(error))
    drop_tables(site.engine, name, first=check)


def _rows(connection: Connection, table: str) -> list[dict[str, Any]]:
    """Reads a table as it stands in the database: the plugin's code may be gone."""
    found = Table(table, MetaData(), autoload_with=connection, resolve_fks=False)
    return [dict(row) for row in connection.execute(select(found)).mappings()]


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be exported")
