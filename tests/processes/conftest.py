"""Real servers and real processes: started on a free port, ended by their own id."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.databases import database_settings, drop_database

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
LISTENING = re.compile(r"Récits croisés : (http://\S+)")


@dataclass
class Server:
    """A running site."""

    process: subprocess.Popen[str]
    address: str
    home: Path
    output: Path

    def get(self, path: str, seconds: float = 30) -> tuple[int, str]:
        """Returns status and body of a page; raises TimeoutError when it does not answer in time."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=seconds) as answer:
                return answer.status, answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode("utf-8")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Returns the environment of a command of a site, without what the developer's own says of one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECITS_")}
    database = {f"RECITS_{name.upper()}": value for name, value in database_settings(home).items()}
    return {**kept, "RECITS_HOME": str(home), **database, **more}


def command(*arguments: str, home: Path, python: str = sys.executable, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a `recits` command to its end."""
    return subprocess.run(
        [python, "-m", "app", *arguments], cwd=cwd, env=environment(home, **more), capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def serving(home: Path, *arguments: str, executable: list[str] | None = None, cwd: Path = ROOT, **more: str) -> Iterator[Server]:
    """Serves a site until the block ends, on a port that the system gives it: one chosen here could be taken before it starts."""
    output = home.parent / f"serve-{time.monotonic_ns()}.log"
    start = executable or [sys.executable, "-m", "app"]
    with output.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*start, "serve", "--port", "0", *arguments],
            cwd=cwd,
            env=environment(home, **more),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        server = Server(process, "", home, output)
        try:
            _wait(server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended: {server.output.read_text(encoding='utf-8')}")
        listening = LISTENING.search(server.output.read_text(encoding="utf-8"))
        if listening:
            server.address = listening[1]
            server.get("/", max(1, deadline - time.monotonic()))  # waits for a worker, which starts after the supervisor listens
            return
        time.sleep(0.05)
    raise AssertionError(f"the server did not answer: {server.output.read_text(encoding='utf-8')}")


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    home.mkdir()
    yield home
    drop_database(home)
