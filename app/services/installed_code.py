"""Whether newer code is installed than the one this process runs; reads files' dates and sizes, imports nothing."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app.hooks.manager import Candidate, PluginManager

CORE = ""
_KINDS = frozenset({".py", ".html", ".mo", ".yaml", ".css", ".js"})
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class NewCode:
    """What a restart of the workers would bring: whether the core's own code changed, which plugins changed, appeared or went away."""

    core: bool = False
    changed: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether there is anything to restart for."""
        return bool(self.core or self.changed or self.appeared or self.gone)


@dataclass(frozen=True)
class InstalledCode:
    """What was installed when this process began, to compare with what is installed now.

    Args:
        find: returns the plugins that are installed now.
        plugins: those that this process loaded.
        seals: what names each one's files as they were, the core's under the empty name.
    """

    find: Callable[[], Iterable[Candidate]]
    plugins: PluginManager
    seals: Mapping[str, str] = field(default_factory=dict)

    def newer(self) -> NewCode:
        """Compares; a few hundred files are looked at, so it is for pages of administrators alone."""
        now = {candidate.name for candidate in self.find()}
        loaded = set(self.plugins.plugins)
        return NewCode(
            core=seal_of(_PACKAGE) != self.seals.get(CORE),
            changed=tuple(sorted(name for name in loaded & now if seal_of(_folder(self.plugins, name)) != self.seals.get(name))),
            appeared=tuple(sorted(now - loaded)),
            gone=tuple(sorted(name for name in loaded - now if self.plugins.plugins[name].module is not None)),
        )


def note_installed(find: Callable[[], Iterable[Candidate]], plugins: PluginManager) -> InstalledCode:
    """Remembers what is installed, at boot."""
    seals = {name: _first_seal(_folder(plugins, name)) for name in plugins.plugins}
    return InstalledCode(find, plugins, {**seals, CORE: _first_seal(_PACKAGE)})


@cache
def _first_seal(folder: Path | None) -> str:
    """Returns a folder's seal as it was when this process first asked: what is imported is imported once."""
    return seal_of(folder)


def seal_of(folder: Path | None) -> str:
    """Returns a short text that changes when a file of a folder does: by name, size and date, without reading it."""
    if folder is None:
        return ""
    seal = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _KINDS and path.is_file():
            state = path.stat()
            seal.update(f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return seal.hexdigest()[:16]


def _folder(plugins: PluginManager, name: str) -> Path | None:
    """Returns where a plugin's code stands; none for one that is a single file among others, or made in memory."""
    file = getattr(plugins.plugins[name].module, "__file__", None)
    folder = Path(file).parent if file else None
    return folder if folder is not None and (folder / "__init__.py").is_file() else None
