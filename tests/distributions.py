"""A plugin as a third party ships it: written by `recits plugin new`, built and installed into a folder of its own, outside this environment."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from app.cli.author.scaffold import Written, write_plugin

INSTALL_SECONDS = 120


@dataclass(frozen=True)
class Distribution:
    """An installed distribution: what was written, and the folder to put on PYTHONPATH."""

    name: str
    written: Written
    installed: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that has it installed."""
        return {**os.environ, "PYTHONPATH": str(self.installed), "PYTHONDONTWRITEBYTECODE": "1"}


def make_distribution(name: str, folder: Path, title: str = "") -> Distribution:
    """Writes, builds and installs a plugin without any network."""
    written = write_plugin(name, folder, title=title)
    return Distribution(name, written, install(written.folder, folder / "installed"))


def install(project: Path, target: Path) -> Path:
    """Installs a project of this machine into a folder; its requirements are this environment's."""
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation", "--upgrade"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(project)], check=True, timeout=INSTALL_SECONDS
    )
    return target
