"""Finds plugins, tries each alone, and keeps those that hold; a plugin that fails is named and never stops the core."""

import importlib
import importlib.metadata
import logging
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from app.hooks import specs
from app.hooks.calls import CALLS, said
from app.hooks.checking import checked, limited
from app.hooks.contracts import SDK_OLDEST, SDK_VERSION, SLOTS, Declared, Failure, Manifest, Owned, Permission, RoleOffer, SlotItem
from app.hooks.deprecation import uses_in
from app.hooks.installed import stamp_of, stamp_of_entry_point
from app.hooks.process_state import changed_since, put_back, read_state
from app.hooks.run_files import loading, refused_marks
from app.kernel.access import CORE_PERMISSIONS, Role

log = logging.getLogger("recits.plugins")

ENTRY_POINT_GROUP = "recits.plugins"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
# What was found when a module was imported: Python imports it once, and its second trial in this process would find nothing.
_misdeeds: dict[str, str] = {}

# Tables and templates of the core: a plugin of such a name would stand in their way. Routes and blueprints are checked in the trial.
RESERVED_NAMES = frozenset(
    {"account", "alembic", "app", "core", "desk", "errors", "macros", "messages", "plugin", "plugins", "reading", "review", "set_up"}
    | {"local", "permission", "restriction", "role"}
    | {"content", "menu", "page", "shared", "site", "sqlite", "static", "stories", "story", "voice", "writing"}
)


@dataclass
class Plugin:
    """An installed plugin; `failure` says why it cannot be used, None if it can; `revisions` are those of its migrations, newest first."""

    name: str
    module: ModuleType | None
    manifest: Manifest | None = None
    failure: Failure | None = None
    declared: dict[str, list[Owned[Any]]] = field(default_factory=dict)
    blueprints: list[Any] = field(default_factory=list)
    revisions: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return self.failure is None

    def fail(self, stage: str, message: str) -> None:
        """Marks the plugin failed; nothing that it declared is used."""
        self.failure = Failure(stage, message)
        self.declared, self.blueprints = {}, []
        log.error("plugin %s failed at %s: %s", self.name, stage, message)

    @property
    def package(self) -> str:
        """The Python package that the plugin's modules stand in."""
        return self.module.__name__.rpartition(".")[0] if self.module is not None else ""

    @property
    def deprecations(self) -> list[str]:
        """What its author should change before a later SDK refuses it, with file and line; for the health page."""
        old = []
        if self.manifest is not None and self.manifest.sdk < SDK_VERSION:
            old = [f"written for SDK {self.manifest.sdk}, which still runs here; this site has SDK {SDK_VERSION}"]
        return [*old, *(str(use) for use in uses_in(self.package) if self.package)]


class TrialFailed(Exception):
    """A plugin did not pass its trial; `stage` says where."""

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(message)
        self.stage = stage
        self.message = message


@dataclass(frozen=True)
class Candidate:
    """A plugin that was found but not loaded yet; `stamp` changes with its code."""

    name: str
    load: Callable[[], ModuleType]
    module: str = ""  # its dotted name, where it is known before it is loaded
    stamp: str = ""

    @property
    def mark(self) -> str:
        """What is noted while it is loaded: other code of the same name is tried again."""
        return f"{self.name}@{self.stamp}"


def find_in_package(package: ModuleType) -> list[Candidate]:
    """Returns the plugins that stand as folders in a package, by name."""

    def loader(name: str) -> Callable[[], ModuleType]:
        return lambda: importlib.import_module(f"{package.__name__}.{name}.plugin")

    return [
        Candidate(
            info.name,
            loader(info.name),
            f"{package.__name__}.{info.name}.plugin",
            stamp_of(Path(folder) / info.name for folder in package.__path__ if (Path(folder) / info.name).is_dir()),
        )
        for info in pkgutil.iter_modules(package.__path__)
        if info.ispkg
    ]


def find_entry_points() -> list[Candidate]:
    """Returns the plugins that other distributions bring through the entry-point group `recits.plugins`."""
    points = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    return [Candidate(point.name, point.load, point.module, stamp_of_entry_point(point)) for point in points]


def new_manager() -> pluggy.PluginManager:
    """Returns a manager that knows the core's hooks and no plugin."""
    manager = pluggy.PluginManager("recits")
    manager.add_hookspecs(specs)
    return manager


class PluginManager:
    """All installed plugins of this process, loaded once.

    Args:
        candidates: what was found; a name that comes twice fails the second.
        folder: where it is noted which plugin is being loaded (`RECITS_HOME/run`): one that ended or blocked the process that loaded it is not loaded again until its
            code changes or somebody resumes it. Nothing is noted without a folder.
        trial: called with each plugin before it is accepted; raises `TrialFailed` to refuse it (the composition root mounts its blueprints in a scratch application).
    """

    def __init__(
        self,
        candidates: Iterable[Candidate],
        trial: Callable[[Plugin], None],
        folder: Path | None = None,
    ) -> None:
        self._pluggy = new_manager()
        self._trial = trial
        self.plugins: dict[str, Plugin] = {}
        self.stamps: dict[str, str] = {}
        refused = refused_marks(folder) if folder is not None else frozenset()
        with loading(folder) as note:
            for candidate in sorted(candidates, key=lambda found: found.name):
                note(candidate.mark if is_name(candidate.name) else "")
                plugin = self._second(candidate) if candidate.name in self.plugins else self._load(candidate, refused)
                self.plugins[plugin.name] = plugin
                self.stamps[plugin.name] = candidate.stamp
                if plugin.failure:
                    log.error("plugin %s failed at %s: %s", plugin.name, plugin.failure.stage, plugin.failure.message)
                note("")

    def _second(self, candidate: Candidate) -> Plugin:
        """Returns the failed stand-in of a plugin whose name is taken; it is named on the extensions page, and the first goes on."""
        number = 2
        while f"{candidate.name} ({number})" in self.plugins:
            number += 1
        failure = Failure("import", f"the name {candidate.name!r} was found twice; the first one is used")
        return Plugin(f"{candidate.name} ({number})", None, failure=failure)

    def _load(self, candidate: Candidate, refused: frozenset[str]) -> Plugin:
        plugin = Plugin(candidate.name, None)
        if candidate.mark in refused:
            plugin.failure = Failure(
                "import", "it ended or blocked the process that loaded it; it is tried again when its code changes, or when it is resumed"
            )
            return plugin
        stage, before = "manifest", read_state()
        try:
            check_name(candidate.name)
            stage = "import"
            plugin.module = candidate.load()
            _check_process(plugin.module, before)
            stage = "manifest"
            plugin.manifest = _checked_manifest(candidate.name, plugin.module)
            stage = "hooks"
            self._collect(plugin)
            _check_process(plugin.module, before)
            stage = "blueprints"
            self._trial(plugin)
            self._pluggy.register(plugin.module, name=plugin.name)
        except TrialFailed as failed:
            plugin.failure = Failure(failed.stage, failed.message)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a plugin's code raises must stay with the plugin
            plugin.failure = Failure(stage, said(error))
        put_back(before)
        if plugin.failure is not None:
            plugin.declared, plugin.blueprints = {}, []
        return plugin

    def _collect(self, plugin: Plugin) -> None:
        """Registers the plugin in a scratch manager and keeps what its boot hooks return."""
        scratch = new_manager()
        scratch.register(plugin.module, name=plugin.name)
        scratch.check_pending()
        for hook in specs.BOOT_HOOKS:
            for impl in getattr(scratch.hook, hook).get_hookimpls():
                answer = limited(impl.function())
                if hook == "register_blueprints":
                    plugin.blueprints = answer
                else:
                    plugin.declared[hook] = _owned(plugin.name, specs.DECLARES[hook], answer)
        _check_rights(plugin)

    def call_one(self, name: str, hook: str, **arguments: Any) -> None:
        """Calls one plugin's implementation of a run-time hook, if it has one; what it raises reaches the caller."""
        for impl in getattr(self._pluggy.hook, hook).get_hookimpls():
            if impl.plugin_name == name:
                with CALLS.call(name, hook, hook):
                    impl.function(**{key: arguments[key] for key in impl.argnames})

    def usable(self) -> list[Plugin]:
        """The plugins that loaded and passed their trial, by name."""
        return [plugin for _, plugin in sorted(self.plugins.items()) if plugin.usable]


def is_name(text: str) -> bool:
    """Tells whether a plugin may be called so."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED_NAMES


def check_name(name: str) -> None:
    """Raises ValueError for a name that no plugin may have."""
    if not is_name(name):
        raise ValueError(f"the name {name!r} is reserved or not of the form [a-z][a-z0-9_]*")


def _check_process(module: ModuleType, before: Mapping[str, Any]) -> None:
    """Raises ValueError for code that, as it was imported, changed what belongs to the process."""
    if changed := changed_since(before):
        _misdeeds[module.__name__] = f"its code changes what is the process's own: {', '.join(changed)}"
    if (misdeed := _misdeeds.get(module.__name__)) is not None:
        raise ValueError(misdeed)


def _checked_manifest(name: str, module: ModuleType) -> Manifest:
    manifest = getattr(module, "MANIFEST", None)
    if not isinstance(manifest, Manifest):
        raise TypeError("plugin.py has no MANIFEST of type app.sdk.Manifest")
    if manifest.name != name:
        raise ValueError(f"the manifest is named {manifest.name!r}, its folder or entry point {name!r}")
    _check_sdk(manifest.sdk)
    return checked(name, Manifest, manifest)


def _check_sdk(wanted: int) -> None:
    """Raises ValueError, saying what to do, for a plugin that this site's SDK cannot run."""
    if wanted > SDK_VERSION:
        raise ValueError(
            f"written for SDK {wanted}, newer than this site's SDK {SDK_VERSION}: upgrade recits-croises, or install an older version of the plugin"
        )
    if wanted < SDK_OLDEST:
        raise ValueError(
            f"written for SDK {wanted}, which this site (SDK {SDK_OLDEST} to {SDK_VERSION}) no longer runs: install a newer version of the plugin"
        )


def _check_rights(plugin: Plugin) -> None:
    """Raises ValueError for a permission or role that is not the plugin's own to give, or that its manifest does not name."""
    own = {owned.item.name for owned in plugin.declared.get("register_permissions", ())}
    for owned in plugin.declared.get("register_permissions", ()):
        _check_permission(plugin.name, owned.item)
    grants = plugin.manifest.grants if plugin.manifest else frozenset()
    if unknown := grants - set(CORE_PERMISSIONS):
        raise ValueError(f"the manifest grants unknown permissions: {', '.join(sorted(unknown))}")
    for owned in plugin.declared.get("register_roles", ()):
        _check_role(plugin.name, owned.item, own | grants)


def _check_permission(owner: str, permission: Permission) -> None:
    if not permission.name.startswith(f"{owner}."):
        raise ValueError(f"the permission {permission.name!r} must begin with '{owner}.'")
    unknown = set(permission.roles) - {str(role) for role in Role}
    if unknown:
        raise ValueError(f"the permission {permission.name!r} names unknown roles: {', '.join(sorted(unknown))}")


def _check_role(owner: str, role: RoleOffer, allowed: frozenset[str] | set[str]) -> None:
    if not role.name.startswith(f"{owner}."):
        raise ValueError(f"the role {role.name!r} must begin with '{owner}.'")
    undeclared = role.permissions - allowed
    if undeclared:
        raise ValueError(f"the role {role.name!r} carries rights that the manifest does not declare: {', '.join(sorted(undeclared))}")


def _owned(owner: str, kind: type[Declared], answer: Sequence[Any]) -> list[Owned[Any]]:
    """Returns what a boot hook answered, with its owner.

    Raises:
        TypeError: if something of it is not of the hook's kind.
        ValueError: if a name comes twice, or a place does not exist.
    """
    result: dict[str, Owned[Any]] = {}
    for given in answer:
        item = checked(owner, kind, given)
        if isinstance(item, SlotItem) and item.slot not in SLOTS:
            raise ValueError(f"{item.name!r} is for the place {item.slot!r}, which does not exist")
        template = getattr(item, "template", "")
        if template and not template.startswith(f"{owner}/"):
            raise ValueError(f"the template {template!r} of {item.name!r} does not begin with '{owner}/'")
        if item.name in result:
            raise ValueError(f"{item.name!r} is declared twice")
        result[item.name] = Owned(owner, item)
    return list(result.values())
