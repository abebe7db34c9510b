"""Distributions that bring plugins: what an installer would leave in site-packages, in a folder of the test's own."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.hostile.making import write_plugin


def install(folder: Path, name: str, code: str, *, version: str = "1.0", migrations: Mapping[str, str] | None = None) -> None:
    """Installs, or upgrades, a distribution with one plugin; the folder is for `PYTHONPATH`."""
    for old in folder.glob(f"{name}-*.dist-info"):
        shutil.rmtree(old)
    write_plugin(folder, name, code, version=version, migrations=migrations)
    facts = folder / f"{name}-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (facts / "entry_points.txt").write_text(f"[recits.plugins]\n{name} = {name}.plugin\n", encoding="utf-8")
