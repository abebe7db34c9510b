"""Finds a real Chromium for the browser tests, or gets one; fails and says so where none can be had, never skips in silence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def installed() -> str | None:
    """Returns the path of an installed Chromium: the system's, or Playwright's own."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    if MAC.exists():
        return str(MAC)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def _from_debian() -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        if subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL).returncode:
            return False
    return True


def ensure() -> str:
    """Returns the path of a Chromium, installing one if it must.

    Raises:
        SystemExit: if none can be had.
    """
    found = installed() or (_from_debian() and installed())
    if not found:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        found = installed()
    if not found:
        raise SystemExit(
            "No Chromium was found and none could be installed: the browser tests cannot run. Install chromium, then try again."
        )
    return str(found)


if __name__ == "__main__":
    print("Chromium:", ensure())
