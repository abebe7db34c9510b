"""How each plugin stands, for the extensions page and the command line; asks no plugin anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import PluginState
from app.hooks.contracts import Failure, Words
from app.hooks.manager import Plugin, PluginManager
from app.services.plugins.suspensions import SuspendedCall, suspended_calls
from app.services.plugins.tables import tables_status

State = Literal["on", "off", "failed", "missing"]
Tables = Literal["none", "current", "behind", "ahead"]


@dataclass(frozen=True)
class PluginStatus:
    """How one plugin stands.

    Args:
        title: what people read; its name where it does not say.
        state: `on` and `off` are what somebody chose; `failed`: its code cannot be used, `failure` says why; `missing`: it was switched on or off once and its code
            is gone.
        switched_on: what somebody chose last, whatever its code is worth now.
        version: of the code that this process runs; empty where there is none.
        enabled_version: of the code that was last switched on; empty where it never was.
        tables: `behind`: there is a migration to run; `ahead`: newer code made them.
        unmet: plugins that it requires and that are not on.
        needed_by: plugins that are on and require it.
        suspended: its calls that are made no more.
    """

    name: str
    title: Words
    description: Words
    state: State
    switched_on: bool
    version: str
    enabled_version: str
    tables: Tables
    failure: Failure | None
    requires: frozenset[str]
    unmet: tuple[str, ...]
    needed_by: tuple[str, ...]
    suspended: tuple[SuspendedCall, ...]
    changed_at: datetime | None

    @property
    def needs_migration(self) -> bool:
        """Whether its tables are not those of its code: `recits plugin migrate`, or switching on again, brings them there."""
        return self.tables in ("behind", "ahead")

    @property
    def needs_upgrade(self) -> bool:
        """Whether other code is installed than the one that was switched on: switching on again finishes the upgrade."""
        return self.state == "on" and self.version != self.enabled_version


def read_statuses(session: Session, manager: PluginManager) -> list[PluginStatus]:
    """Returns how every plugin stands that is installed or ever was switched, by name."""
    rows = {row.name: row for row in session.scalars(select(PluginState))}
    on = frozenset(name for name, row in rows.items() if row.enabled)
    suspended: dict[str, list[SuspendedCall]] = {}
    for call in suspended_calls(session):
        suspended.setdefault(call.owner, []).append(call)
    return [
        _status(session, manager, name, rows.get(name), on, tuple(suspended.get(name, ()))) for name in sorted({*manager.plugins, *rows})
    ]


def read_status(session: Session, manager: PluginManager, name: str) -> PluginStatus | None:
    """Returns how one plugin stands, None where nobody knows the name."""
    return next((status for status in read_statuses(session, manager) if status.name == name), None)


def requirements(manager: PluginManager) -> Mapping[str, frozenset[str]]:
    """Returns which plugins each plugin requires."""
    return {name: plugin.manifest.requires for name, plugin in manager.plugins.items() if plugin.manifest is not None}


def needed_by(manager: PluginManager, on: frozenset[str], name: str) -> tuple[str, ...]:
    """Returns the plugins that are on and require another."""
    return tuple(sorted(other for other, needs in requirements(manager).items() if name in needs and other in on))


def _status(
    session: Session, manager: PluginManager, name: str, row: PluginState | None, on: frozenset[str], suspended: tuple[SuspendedCall, ...]
) -> PluginStatus:
    plugin = manager.plugins.get(name)
    manifest = plugin.manifest if plugin is not None else None
    requires = manifest.requires if manifest is not None else frozenset()
    usable = frozenset(found.name for found in manager.usable())
    return PluginStatus(
        name=name,
        title=manifest.title if manifest is not None else name,
        description=manifest.description if manifest is not None else "",
        state=_state(plugin, name in on),
        switched_on=name in on,
        version=manifest.version if manifest is not None else "",
        enabled_version=row.version if row is not None else "",
        tables=_tables(session, plugin, name in on),
        failure=plugin.failure if plugin is not None else None,
        requires=requires,
        unmet=tuple(sorted(requires - (on & usable))),
        needed_by=needed_by(manager, on, name),
        suspended=suspended,
        changed_at=row.changed_at if row is not None else None,
    )


def _state(plugin: Plugin | None, on: bool) -> State:
    if plugin is None:
        return "missing"
    if plugin.failure is not None:
        return "failed"
    return "on" if on else "off"


def _tables(session: Session, plugin: Plugin | None, on: bool) -> Tables:
    status = tables_status(session.connection(), plugin) if plugin is not None else None
    if status is None or (status.revision is None and not on):  # a plugin that was never switched on has no tables yet: nothing to announce
        return "none"
    return status.state
