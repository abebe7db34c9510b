"""Switches plugins on and off, upgrades and migrates them; each in one transaction, repeatable, one administrator at a time."""

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.db.guard import lent
from app.db.migrate import MigrationRefused, migrate
from app.db.models import PluginState, SiteState
from app.hooks.calls import CALLS, said
from app.hooks.manager import Plugin, PluginManager, is_name
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.kernel.errors import NotFound, Refused
from app.kernel.events import PluginToggled
from app.services.access import require, reread
from app.services.plugins.status import needed_by
from app.services.plugins.suspensions import lift
from app.services.plugins.tables import migrations_folder, tables_status
from app.services.roles import learn_from_plugin
from app.services.site import Site
from app.services.snapshots import SITE_ROW
from app.services.unit_of_work import UnitOfWork

MIGRATION = "migration"


def prepare_tables(site: Site, actor: Actor | None, name: str) -> None:
    """Migrates a plugin's tables, alone or before it is switched on or upgraded; repeatable, and recorded where there was something to do.

    It runs in a unit of work of its own, before the one that switches: a process that dies between the two leaves newer tables and a plugin that is as it was.
    Who asks is read again under its lock, and its record stands or falls with the tables.

    Raises:
        NotAllowed: if the actor may not, or may no longer.
        Refused: with the migration's own words if it cannot be done.
    """
    if actor is not None:
        require(actor, PLUGIN_MANAGE)
    plugin = installed(site.plugins, name)
    if plugin.failure is not None:
        raise Refused("plugin_failed", plugin=name, message=plugin.failure.message)
    folder = migrations_folder(plugin)
    if folder is None:
        return
    try:
        with CALLS.call(name, MIGRATION, "upgrade"):
            migrate(site.engine, name, folder, first=lambda connection: _record_migration(site, connection, actor, plugin))
    except MigrationRefused as error:
        CALLS.fault(name, MIGRATION, "upgrade", str(error))
        raise Refused("plugin_migration", plugin=name, message=str(error)) from error


def _record_migration(site: Site, connection: Connection, actor: Actor | None, plugin: Plugin) -> None:
    """Reads who asks again, and says in the audit chain which revision becomes which; in the migration's transaction."""
    with Session(connection) as session:
        uow = UnitOfWork(session, site.clock, site.snapshots, site.live)
        if actor is not None:
            actor = reread(uow, actor, uow.snapshot)
            require(actor, PLUGIN_MANAGE)
        status = tables_status(connection, plugin)
        if status is not None and status.state == "behind":
            uow.record(actor, "plugin.migrate", "plugin", plugin.name, before=status.revision, after=status.head)


def set_enabled(uow: UnitOfWork, actor: Actor | None, manager: PluginManager, name: str, enabled: bool) -> None:
    """Switches a plugin on or off for every worker's next request; switching on what is on already finishes an upgrade.

    Args:
        actor: who does it; None only on the command line and when the starter site is made.

    Raises:
        NotFound: if no plugin of that name is installed, or ever was.
        Refused: if it failed its checks, its tables are not those of its code, what it requires is off, another that is on requires it, or its own `on_enable`
            raises; nothing is switched then.
    """
    if actor is not None:
        require(actor, PLUGIN_MANAGE)
    if enabled:
        _switch_on(uow, actor, manager, name)
    else:
        _switch_off(uow, actor, manager, name)


def _switch_on(uow: UnitOfWork, actor: Actor | None, manager: PluginManager, name: str) -> None:
    plugin = installed(manager, name)
    if plugin.failure is not None or plugin.manifest is None:
        raise Refused("plugin_failed", plugin=name, message=plugin.failure.message if plugin.failure else "")
    _check_tables(uow.session, plugin)
    _check_requirements(uow, plugin)
    state = uow.session.get(PluginState, name)
    if state is None:
        state = PluginState(name=name, enabled=False, version="", changed_at=uow.now)
        uow.session.add(state)
    version = plugin.manifest.version
    lift(uow, actor, name)
    if state.enabled and state.version == version:
        return
    learn_from_plugin(uow, actor, plugin)
    _run_on_enable(uow, manager, name)
    verb, before = "plugin.upgrade" if state.enabled else "plugin.enable", state.version
    state.enabled, state.version, state.changed_at = True, version, uow.now
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(actor, verb, "plugin", name, version=version, before=before)
    uow.emit(PluginToggled(name, True))


def _switch_off(uow: UnitOfWork, actor: Actor | None, manager: PluginManager, name: str) -> None:
    """Switching off must always be possible, also for a plugin that failed or whose code is gone."""
    state = uow.session.get(PluginState, name) if is_name(name) else None
    if state is None:
        installed(manager, name)
    if state is None or not state.enabled:
        return
    if dependants := needed_by(manager, switched_on(uow.session), name):
        raise Refused("plugin_needed", plugin=name, others=", ".join(dependants))
    _run_on_disable(uow, manager, name)
    state.enabled, state.changed_at = False, uow.now
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(actor, "plugin.disable", "plugin", name)
    uow.emit(PluginToggled(name, False))


def switched_on(session: Session) -> frozenset[str]:
    """Returns the plugins that somebody switched on, usable or not."""
    return frozenset(session.scalars(select(PluginState.name).where(PluginState.enabled.is_(True))))


def installed(manager: PluginManager, name: str) -> Plugin:
    """Returns an installed plugin.

    Raises:
        NotFound: if there is none of that name.
    """
    plugin = manager.plugins.get(name)
    if plugin is None:
        raise NotFound("plugin")
    return plugin


def _check_tables(session: Session, plugin: Plugin) -> None:
    """Two administrators, or a crash, may stand between the migration and this transaction: it looks again."""
    status = tables_status(session.connection(), plugin)
    if status is not None and status.state != "current":
        raise Refused(f"plugin_tables_{status.state}", plugin=plugin.name)


def _check_requirements(uow: UnitOfWork, plugin: Plugin) -> None:
    unmet = sorted((plugin.manifest.requires if plugin.manifest else frozenset()) - uow.snapshot.enabled)
    if unmet:
        raise Refused("plugin_requires", plugin=plugin.name, others=", ".join(unmet))


def _run_on_enable(uow: UnitOfWork, manager: PluginManager, name: str) -> None:
    try:
        with lent(uow.session):
            manager.call_one(name, "on_enable", session=uow.session)
    except (Exception, SystemExit) as error:  # a plugin's failure is told, and undone with the transaction
        CALLS.fault(name, "on_enable", "on_enable", error)
        raise Refused("plugin_failed", plugin=name, message=said(error)) from error


def _run_on_disable(uow: UnitOfWork, manager: PluginManager, name: str) -> None:
    """What the hook wrote is undone if it raises."""
    try:
        with lent(uow.session), uow.session.begin_nested():
            manager.call_one(name, "on_disable", session=uow.session)
    except (Exception, SystemExit) as error:
        CALLS.fault(name, "on_disable", "on_disable", error)
