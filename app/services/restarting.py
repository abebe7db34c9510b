"""The rolling restart of the workers, which brings new code from the disk; touches no database."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

from app.hooks.run_files import forget_the_dead, servers
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.services.access import require

Outcome = Literal["done", "under_way", "failed", "none"]


def restart(actor: Actor, folder: Path) -> bool:
    """Asks the servers of this site to replace their workers, from a page.

    Raises:
        NotAllowed: unless the person manages plugins.
    """
    require(actor, PLUGIN_MANAGE)
    return request_restart(folder)


def request_restart(folder: Path) -> bool:
    """Asks the servers of this site to replace their workers; returns whether there is one. Returns at once: `restart_outcome` says how it goes."""
    found = servers(folder)
    for server in found:
        with suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGHUP)
    return bool(found)


def restart_outcome(folder: Path, since: float = 0.0) -> Outcome:
    """Returns how the last restart went: `done`, `under_way`, `failed` (the new code does not start, the old goes on) or `none` (no server runs).

    Args:
        since: what was said before this time (seconds since the epoch) counts as under way.
    """
    found = servers(folder)
    if not found:
        return "none"
    if any(server.restart == "under_way" or server.at < since for server in found):
        return "under_way"
    return "failed" if any(server.restart == "failed" for server in found) else "done"


def wait_for_restart(folder: Path, seconds: float) -> Outcome:
    """Waits for a restart that was asked for a moment ago."""
    since, deadline = time.time() - 1, time.monotonic() + seconds
    time.sleep(0.5)
    while (outcome := restart_outcome(folder, since)) == "under_way" and time.monotonic() < deadline:
        time.sleep(0.1)
    return outcome


def begin_anew(folder: Path) -> None:
    """Called before a server starts: what ended together with its server was ended by no plugin."""
    if not servers(folder):
        forget_the_dead(folder)
