"""`make bench-live`: how fast a key reaches the other screens, here and on two peers; by hand, on a quiet machine with at least two cores.

Each server runs on one core, the writers on another, several times; the table shows medians beside the targets. The client's own lag is printed too: a run in
which it is not small says nothing.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.db.migrate import migrate
from app.factory import create_app
from app.services.accounts import open_session
from app.services.passages import add_passage
from app.services.site import Site
from app.services.stories import create_story
from tests.conftest import settings_for
from tests.factories import actor, build_world

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGETS = {400: 15, 800: 50, 1200: 200}
MOST_MEMORY = 90
NAMES = ("helene", "karim", "maud", "philippe")


def make_rooms(home: Path, number: int, port: int) -> list[dict[str, object]]:
    """Makes a site with as many stories, each with one shared passage; returns how its four writers come in."""
    app = create_app(settings_for(home))
    site: Site = app.extensions["recits"]
    migrate(site.engine)
    world = build_world(site)
    serializer = app.session_interface.get_signing_serializer(app)
    rooms = []
    with site.writer.begin() as uow:
        tokens = [open_session(uow, world.accounts[name], "bench", 1) for name in NAMES]
        cookies = [f"recits={serializer.dumps({'sid': token})}" for token in tokens]
        someone = actor(site, world, "helene")
        for index in range(number):
            story = create_story(uow, None, world.delegations["brumeval"], f"Récit {index}", "").id
            passage = add_passage(uow, someone, story, world.moments["vote"], None).id
            address = f"ws://127.0.0.1:{port}/vivant/{story}"
            rooms.append({"address": address, "passage": passage, "cookies": cookies, "voices": [world.voices[name] for name in NAMES]})
    return rooms


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """Returns a process and all that it started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid, *(deeper for child in found for deeper in descendants(int(child)))]


@contextlib.contextmanager
def running(command: list[str], port: int, core: int, **environment: str) -> Iterator[list[int]]:
    """Runs a server on one core until the block ends; yields its processes."""
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *command], cwd=HERE, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{command[0]} did not start")
            time.sleep(0.1)
        time.sleep(3)  # workers load the site after the supervisor listens
        yield descendants(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measure(name: str, writers: int, cores: tuple[int, int], seconds: int, workers: int) -> dict[str, object]:
    """Runs one server with so many writers; returns what the client measured."""
    port = free_port()
    number = writers // 4
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        command, environment, protocol = _server(name, port, home, workers)
        rooms: list[dict[str, object]]
        if protocol == "recits":
            rooms = make_rooms(home, number, port)
        else:
            path = "" if protocol == "hocuspocus" else "room-{}"
            rooms = [{"address": f"ws://127.0.0.1:{port}/{path.format(index)}", "passage": f"room-{index}"} for index in range(number)]
        with running(command, port, cores[0], **environment) as pids:
            plan = Path(folder) / "plan.json"
            origin = f"http://127.0.0.1:{port}"
            plan.write_text(json.dumps({"protocol": protocol, "name": name, "rooms": rooms, "origin": origin, "pids": pids}))
            client = subprocess.run(
                ["taskset", "-c", str(cores[1]), "node", "load.mjs"],
                cwd=HERE,
                env=os.environ | {"PLAN": str(plan), "SECONDS": str(seconds)},
                capture_output=True,
                text=True,
                timeout=seconds + 240,
                check=False,
            )
    if client.returncode:
        return {"name": name, "writers": writers, "failed": client.stderr.strip().splitlines()[-1:]}
    return dict(json.loads(client.stdout.splitlines()[-1]))


def _server(name: str, port: int, home: Path, workers: int) -> tuple[list[str], dict[str, str], str]:
    if name == "recits":
        command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--workers", str(workers)]
        return command, {"RECITS_HOME": str(home), "PYTHONPATH": str(ROOT)}, "recits"
    if name == "hocuspocus":
        return ["node", "peer_hocuspocus.mjs"], {"PORT": str(port), "DB": str(home / "hocuspocus.sqlite")}, "hocuspocus"
    environment = {"HOST": "127.0.0.1", "PORT": str(port)}
    if name == "y-websocket + LevelDB":
        environment["YPERSISTENCE"] = str(home / "level")
    return ["node", "node_modules/y-websocket/bin/server.cjs"], environment, "yws"


def median(runs: list[dict[str, object]]) -> dict[str, object]:
    """Returns the median of each number over some runs; of all else, the last."""
    good = [run for run in runs if "failed" not in run]
    if not good:
        return runs[-1]
    numbers = {key for key, value in good[-1].items() if isinstance(value, int | float)}
    return {key: statistics.median([run[key] or 0 for run in good]) if key in numbers else value for key, value in good[-1].items()}  # type: ignore[type-var]


def show(results: list[dict[str, object]]) -> None:
    """Prints the table, each target beside what it is about."""
    columns = ("name", "writers", "p50", "p95", "p99", "ack95", "cpu", "rss", "rss_over_idle", "client_lag99", "converged", "closed")
    print(" | ".join((*columns, "target")))
    for row in results:
        target = ""
        if row["name"] == "recits" and row["writers"] in TARGETS:
            target = f"p95 ≤ {TARGETS[int(str(row['writers']))]} ms" + (
                f", rss_over_idle ≤ {MOST_MEMORY} MB" if row["writers"] == 800 else ""
            )
        print(" | ".join([*(str(row.get(column, "")) for column in columns), target, str(row.get("failed", ""))]))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--servers", default="recits,hocuspocus,y-websocket,y-websocket + LevelDB")
    asked.add_argument("--writers", default="400,800,1200")
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--seconds", type=int, default=15)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--cores", default="0,1", help="core of the server, core of the writers")
    chosen = asked.parse_args()
    if shutil.which("taskset") is None or shutil.which("node") is None or not (HERE / "node_modules").is_dir():
        raise SystemExit("needs taskset, node, and `npm ci` in tests/benchmarks/live")
    server, writers = (int(core) for core in chosen.cores.split(","))
    results = []
    for name in chosen.servers.split(","):
        for number in (int(number) for number in chosen.writers.split(",")):
            runs = [measure(name, number, (server, writers), chosen.seconds, chosen.workers) for _ in range(chosen.repeats)]
            results.append(median(runs))
            print(json.dumps(results[-1], ensure_ascii=False), flush=True)
    show(results)


if __name__ == "__main__":
    main()
