"""Switches plugins on and off, in one transaction each."""

from pathlib import Path

from sqlalchemy import Engine

from app.db.migrate import MigrationRefused, migrate
from app.db.models import PluginState, SiteState
from app.hooks.calls import CALLS
from app.hooks.manager import Plugin, PluginManager
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.kernel.errors import NotFound, Refused
from app.kernel.events import PluginToggled
from app.services.access import require
from app.services.roles import learn_from_plugin
from app.services.snapshots import SITE_ROW
from app.services.unit_of_work import UnitOfWork


def migrations_folder(plugin: Plugin) -> Path | None:
    """Returns where a plugin's migrations stand, or None if it has no tables."""
    file = getattr(plugin.module, "__file__", None)
    folder = Path(file).parent / "migrations" if file else None
    return folder if folder is not None and folder.is_dir() else None


def prepare_tables(engine: Engine, manager: PluginManager, name: str) -> None:
    """Migrates a plugin's tables before it is switched on; repeatable.

    Raises:
        Refused: with the migration's own words if it cannot be done.
    """
    plugin = _find(manager, name)
    folder = migrations_folder(plugin)
    if folder is None:
        return
    try:
        migrate(engine, name, folder)
    except MigrationRefused as error:
        raise Refused("plugin_migration", plugin=name, message=str(error)) from error


def set_enabled(uow: UnitOfWork, actor: Actor | None, manager: PluginManager, name: str, enabled: bool) -> None:
    """Switches a plugin on or off for every worker's next request.

    Args:
        actor: who does it; None only on the command line and when the starter site is made.

    Raises:
        Refused: if the plugin failed its checks, or its own `on_enable` raises; nothing is switched then.
    """
    if actor is not None:
        require(actor, PLUGIN_MANAGE)
    plugin = manager.plugins.get(name)
    if plugin is None:
        raise NotFound("plugin")
    if enabled and plugin.failure is not None:
        raise Refused("plugin_failed", plugin=name, message=plugin.failure.message)
    state = uow.session.get(PluginState, name)
    if state is None:
        state = PluginState(name=name, enabled=False, changed_at=uow.now)
        uow.session.add(state)
    if state.enabled == enabled:
        return
    if enabled:
        learn_from_plugin(uow, actor, plugin)
        _run_on_enable(uow, manager, name)
    else:
        _run_on_disable(uow, manager, name)
    state.enabled, state.changed_at = enabled, uow.now
    if enabled and plugin.manifest is not None:
        state.version = plugin.manifest.version
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(actor, "plugin.enable" if enabled else "plugin.disable", "plugin", name)
    uow.emit(PluginToggled(name, enabled))


def _run_on_enable(uow: UnitOfWork, manager: PluginManager, name: str) -> None:
    try:
        manager.call_one(name, "on_enable", session=uow.session)
    except (Exception, SystemExit) as error:  # a plugin's failure is told, and undone with the transaction
        raise Refused("plugin_failed", plugin=name, message=f"{type(error).__name__}: {error}"[:300]) from error


def _run_on_disable(uow: UnitOfWork, manager: PluginManager, name: str) -> None:
    """Switching off must always be possible: what the hook wrote is undone if it raises."""
    try:
        with uow.session.begin_nested():
            manager.call_one(name, "on_disable", session=uow.session)
    except (Exception, SystemExit) as error:
        CALLS.fault(name, "on_disable", "on_disable", error)


def _find(manager: PluginManager, name: str) -> Plugin:
    plugin = manager.plugins.get(name)
    if plugin is None:
        raise NotFound("plugin")
    return plugin
