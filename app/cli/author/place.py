"""Finds the plugin that an author names: one that is installed, or a folder; loads nothing."""

import importlib
import importlib.util
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.hooks.manager import ENTRY_POINT_GROUP, Candidate


class NoPlugin(Exception):
    """Nothing of that name or path is a plugin; the message says what was looked for."""


@dataclass(frozen=True)
class Place:
    """Where a plugin stands.

    Args:
        name: its name.
        module: dotted name of its `plugin.py`.
        package: folder of its package.
        project: folder with its `pyproject.toml`, if it is a distribution in a folder.
    """

    name: str
    module: str
    package: Path
    project: Path | None = None

    @property
    def candidate(self) -> Candidate:
        """The plugin, ready to be loaded."""
        return Candidate(self.name, lambda: importlib.import_module(self.module), self.module)


def find_place(target: str, installed: Sequence[Candidate]) -> Place:
    """Returns where a plugin stands.

    Args:
        target: its name, the folder of its distribution, or the folder of its package.
        installed: the plugins that this environment knows.

    Raises:
        NoPlugin: if there is none.
    """
    named = next((candidate for candidate in installed if candidate.name == target), None)
    if named is not None:
        return _installed(named)
    folder = Path(target).resolve()
    if not folder.is_dir():
        known = ", ".join(sorted(candidate.name for candidate in installed))
        raise NoPlugin(f"no plugin is named {target!r} (installed: {known}), and there is no such folder")
    for candidate in installed:  # a folder that is installed as well, editable or as part of a checkout
        place = _installed(candidate)
        if folder in (place.package, place.project):
            return place
    if (folder / "plugin.py").is_file():
        folder = next((parent for parent in folder.parents if (parent / "pyproject.toml").is_file()), folder)
    return _distribution(folder)


def _installed(candidate: Candidate) -> Place:
    spec = importlib.util.find_spec(candidate.module.rpartition(".")[0])
    if spec is None or spec.origin is None:
        raise NoPlugin(f"the package of {candidate.module!r} cannot be found")
    package = Path(spec.origin).resolve().parent
    project = next((parent for parent in package.parents if (parent / "pyproject.toml").is_file()), None)
    return Place(candidate.name, candidate.module, package, project)


def _distribution(folder: Path) -> Place:
    file = folder / "pyproject.toml"
    if not file.is_file():
        raise NoPlugin(f"{folder} has no pyproject.toml and no plugin.py")
    try:
        points = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}).get("entry-points", {}).get(ENTRY_POINT_GROUP, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoPlugin(f"{file} cannot be read: {error}") from error
    if len(points) != 1:
        raise NoPlugin(f'{file} must name one plugin under [project.entry-points."{ENTRY_POINT_GROUP}"]')
    ((name, module),) = points.items()
    for root in (folder / "src", folder):
        package = root.joinpath(*module.split(".")[:-1])
        if (package / "plugin.py").is_file():
            if str(root) not in sys.path:
                sys.path.insert(0, str(root))
            return Place(name, module, package, folder)
    raise NoPlugin(f"{file} names {module!r}, and no such module stands beside it")
