"""Whether newer code is installed than the one this process runs; reads files' dates and sizes, imports nothing."""

import hashlib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.hooks.manager import Candidate, PluginManager, is_name

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
        plugins: those that this process loaded, or could not load, each with its stamp.
        core: what names the core's files as they were.
    """

    find: Callable[[], Iterable[Candidate]]
    plugins: PluginManager
    core: str

    def newer(self) -> NewCode:
        """Compares; a few hundred files are looked at, so it is for pages of administrators alone."""
        importlib.invalidate_caches()  # a distribution that was installed since must be seen
        now = {candidate.name: candidate.stamp for candidate in self.find()}
        loaded = {name: stamp for name, stamp in self.plugins.stamps.items() if is_name(name)}
        return NewCode(
            core=seal_of(_PACKAGE) != self.core,
            changed=tuple(sorted(name for name in loaded.keys() & now.keys() if loaded[name] != now[name])),
            appeared=tuple(sorted(now.keys() - loaded.keys())),
            gone=tuple(sorted(loaded.keys() - now.keys())),
        )


def note_installed(find: Callable[[], Iterable[Candidate]], plugins: PluginManager) -> InstalledCode:
    """Remembers what is installed, at boot."""
    return InstalledCode(find, plugins, _first_seal(_PACKAGE))


@cache
def _first_seal(folder: Path) -> str:
    """Returns a folder's seal as it was when this process first asked: what is imported is imported once."""
    return seal_of(folder)


def seal_of(folder: Path) -> str:
    """Returns a short text that changes when a file of a folder does: by name, size and date, without reading it."""
    seal = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _KINDS and path.is_file():
            state = path.stat()
            seal.update(f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return seal.hexdigest()[:16]
