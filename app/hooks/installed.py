"""Which code stands on the disk: versions and a stamp that changes with any file; loads nothing of it."""

import hashlib
import importlib.machinery
import importlib.metadata
from collections.abc import Iterable
from pathlib import Path

_COUNTED = frozenset({".py", ".html", ".mo", ".css", ".js", ".yaml", ".txt", ".svg"})


def stamp_of(folders: Iterable[Path], *more: str) -> str:
    """Returns ten letters that change when a file of the folders does: its name, size or time."""
    seal = hashlib.sha256("\0".join(more).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _COUNTED and "__pycache__" not in path.parts:
                facts = path.stat()
                seal.update(f"{path.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return seal.hexdigest()[:10]


def folders_of(package: str) -> list[Path]:
    """Returns where a top-level package stands, without importing it; nothing where it cannot be found."""
    spec = importlib.machinery.PathFinder.find_spec(package.split(".", maxsplit=1)[0])
    if spec is None:
        return []
    return [Path(folder) for folder in spec.submodule_search_locations or [] if Path(folder).is_dir()]


def stamp_of_entry_point(point: importlib.metadata.EntryPoint) -> str:
    """Returns the stamp of a distribution's code; the version counts too, since an installer may keep the files' times."""
    version = point.dist.version if point.dist is not None else ""
    return stamp_of(folders_of(point.module), point.module, version)
