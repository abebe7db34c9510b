"""`make bench-live`: how fast a key reaches the other screens and what a killed server loses, here and on three peers; by hand, on a quiet machine.

Each server runs on one core, the writers on another. A run in which the writers themselves lag says nothing: it is discarded and made again, a few times. The
table shows medians, the verdicts stand below it beside the targets. `--short` makes each run that a target needs once (under ten minutes); `--check` only shows
that every server runs, with twenty writers.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.db.migrate import migrate
from app.factory import create_app
from app.kernel.editor.nodes import EditorDocument, Words, element
from app.live.log_sqlite import SqliteLog
from app.live.ydoc import new_doc, root
from app.services.accounts import open_session
from app.services.passages import add_passage
from app.services.site import Site
from app.services.stories import create_story
from tests.conftest import settings_for
from tests.factories import actor, build_world

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OURS, HOCUSPOCUS, MEMORY, LEVEL = "recits", "hocuspocus", "y-websocket", "y-websocket + LevelDB"
P95 = {400: 15, 800: 50, 1200: 200}
MOST_MEMORY, MOST_CPU, MOST_DELAY, MORE_WRITERS, FAST, TWO_WORKERS, MOST_JOIN, MOST_BACK = 90, 1.1, 1.2, 2, 200, 30, 50, 3000
# The writers' own loop may be late by so much in one turn of a hundred.
MOST_LAG = 25
TRIES = 3
# How Hocuspocus is given more writers.
STEP, MOST_WRITERS = 200, 1600
KEYS_TO_FOLD = 20_000
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


def play(script: str, plan: dict[str, object], core: int, seconds: int) -> dict[str, object]:
    """Runs one of the clients on a core; returns the line that it prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        try:
            client = subprocess.run(
                ["taskset", "-c", str(core), "node", script],
                cwd=HERE,
                env=os.environ | {"PLAN": file.name, "SECONDS": str(seconds)},
                capture_output=True,
                text=True,
                timeout=seconds + 150,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"name": plan["name"], "failed": "out of time"}
    if client.returncode:
        return {"name": plan["name"], "failed": (client.stderr.strip() or "no word").splitlines()[-1][:120]}
    return dict(json.loads(client.stdout.splitlines()[-1]))


def rooms_for(name: str, home: Path, number: int, port: int) -> list[dict[str, object]]:
    """Returns where the writers of a server go, four to a room."""
    if name == OURS:
        return make_rooms(home, number, port)
    path = "" if name == HOCUSPOCUS else "room-{}"
    return [{"address": f"ws://127.0.0.1:{port}/{path.format(index)}", "passage": f"room-{index}"} for index in range(number)]


def measure(name: str, writers: int, cores: tuple[int, int], seconds: int, workers: int) -> dict[str, object]:
    """Runs one server with so many writers; returns what the client measured."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        command, environment, protocol = _server(name, port, Path(home), workers)
        plan = {"protocol": protocol, "name": name, "origin": f"http://127.0.0.1:{port}"}
        rooms = rooms_for(name, Path(home), writers // 4, port)
        with running(command, port, cores[0], **environment) as pids:
            found = play("load.mjs", plan | {"rooms": rooms, "pids": pids}, cores[1], seconds)
    return {"writers": writers} | found | {"name": name + (f" × {workers} workers" if workers > 1 else "")}


def measured_quietly(asked: argparse.Namespace, name: str, writers: int, workers: int = 1) -> dict[str, object]:
    """Returns the medians of as many runs as were asked for, those in which the writers lagged left out."""
    good: list[dict[str, object]] = []
    discarded = 0
    while len(good) < asked.repeats and discarded < TRIES:
        run = measure(name, writers, asked.cores, asked.seconds, workers)
        if "failed" in run and name != OURS:
            return run  # peers fail when they are asked for too much
        if "failed" in run or (not asked.check and float(str(run["lag99"])) > MOST_LAG):
            print("discarded:", json.dumps(run, ensure_ascii=False), flush=True)
            discarded += 1
        else:
            good.append(run)
            print(json.dumps(run, ensure_ascii=False), flush=True)
    if not good:
        return {"name": name, "writers": writers, "failed": f"no quiet run in {discarded}", "noisy": True}
    return median(good) | {"runs": len(good), "discarded": discarded}


def crash(name: str, cores: tuple[int, int], seconds: int) -> dict[str, object]:
    """Kills a server while eight people type; returns what was lost."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        command, environment, protocol = _server(name, port, Path(home), 1)
        command = ["env", *(f"{key}={value}" for key, value in environment.items()), "taskset", "-c", str(cores[0]), *command]
        plan = {"protocol": protocol, "name": name, "origin": f"http://127.0.0.1:{port}", "port": port, "command": command}
        return play("crash.mjs", plan | {"rooms": rooms_for(name, Path(home), 2, port)}, cores[1], seconds)


def join(cores: tuple[int, int]) -> dict[str, object]:
    """Opens rooms in which 20,000 keys were typed and folded, none of them in memory."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        command, environment, protocol = _server(OURS, port, Path(home), 1)
        first, *rooms = make_rooms(Path(home), 11, port)  # a worker's very first socket starts the log
        written = typed_long(KEYS_TO_FOLD)
        log = SqliteLog(Path(home) / "live.sqlite3")
        for room in rooms:
            passage = str(room["passage"])
            log.seed(passage, lambda: (written[0], None))
            with sqlite3.connect(Path(home) / "live.sqlite3") as connection:
                row = "INSERT INTO live_update (room, worker, account, kind, at, data) VALUES (?, '', NULL, 'server', ?, ?)"
                connection.executemany(row, [(passage, time.time(), update) for update in written[1:]])
            if log.compact(passage) != KEYS_TO_FOLD + 1:
                raise SystemExit("the rooms were not folded")
        with running(command, port, cores[0], **environment):
            plan = {"protocol": protocol, "name": OURS, "origin": f"http://127.0.0.1:{port}", "first": first, "rooms": rooms}
            return play("join.mjs", plan, cores[1], 0)


def typed_long(keys: int) -> list[bytes]:
    """Returns the updates of a text of 8 kB, and of so many keys typed into it."""
    document = new_doc(EditorDocument((element("paragraph", Words("lorem ipsum " * 667)),)))
    updates = [document.get_update()]
    subscription = document.observe(lambda event: updates.append(bytes(event.update)))
    text = root(document).children[0].children[0]
    for index in range(keys):
        text.insert(index % 8000, "abcdefghij klmnop"[index % 17])
    document.unobserve(subscription)
    return updates


def _server(name: str, port: int, home: Path, workers: int) -> tuple[list[str], dict[str, str], str]:
    if name == OURS:
        command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--workers", str(workers)]
        return command, {"RECITS_HOME": str(home), "PYTHONPATH": str(ROOT)}, OURS
    if name == HOCUSPOCUS:
        return ["node", "peer_hocuspocus.mjs"], {"PORT": str(port), "DB": str(home / "hocuspocus.sqlite")}, HOCUSPOCUS
    environment = {"HOST": "127.0.0.1", "PORT": str(port)}
    if name == LEVEL:
        environment["YPERSISTENCE"] = str(home / "level")
    return ["node", "node_modules/y-websocket/bin/server.cjs"], environment, "yws"


def serves(row: dict[str, object]) -> bool:
    """Tells whether a server had all its writers in time in a run, and dropped none."""
    return "failed" not in row and row["p95"] is not None and float(str(row["p95"])) < FAST and not row["closed"] and not row["apart"]


def find_limit(asked: argparse.Namespace, rows: list[dict[str, object]]) -> None:
    """Gives Hocuspocus more writers until it is late, then us the multiple of them that was promised; adds the rows."""
    tried = {int(str(row["writers"])): row for row in rows if row["name"] == HOCUSPOCUS}
    while (writers := max(tried)) < MOST_WRITERS and serves(tried[writers]):
        tried[writers + STEP] = measured_quietly(asked, HOCUSPOCUS, writers + STEP)
        rows.append(tried[writers + STEP])
    late = [writers for writers, row in tried.items() if not serves(row) and "noisy" not in row]
    if late and all((row["name"], row["writers"]) != (OURS, MORE_WRITERS * min(late)) for row in rows):
        rows.append(measured_quietly(asked, OURS, MORE_WRITERS * min(late)))


def median(runs: list[dict[str, object]]) -> dict[str, object]:
    """Returns the median of each number over some runs; of all else, the last. What went wrong in one is not made better by the others."""
    worst = {"apart", "closed", "writers"}
    numbers = {key for key, value in runs[-1].items() if isinstance(value, int | float)}
    found: dict[str, object] = dict(runs[-1])
    for key in numbers:
        values = [float(str(run[key] or 0)) for run in runs]
        value = max(values) if key in worst else statistics.median(values)
        found[key] = int(value) if value.is_integer() else value
    return found


def table(rows: list[dict[str, object]], columns: tuple[str, ...]) -> None:
    """Prints some results, one a line."""
    print("\n" + " | ".join(columns))
    for row in rows:
        print(" | ".join([*(str(row.get(column, "")) for column in columns), str(row.get("failed", ""))]))


class Verdicts:
    """What was measured beside what was promised; what is missing is no pass.

    Args:
        rows: one for each server and number of writers.
        lost: one for each server that was killed.
        joined: what opening folded rooms took.
    """

    def __init__(self, rows: list[dict[str, object]], lost: list[dict[str, object]], joined: dict[str, object]) -> None:
        self._rows = {(row["name"], row["writers"]): row for row in rows if "failed" not in row}
        self._tried = {(str(row["name"]), int(str(row["writers"]))) for row in rows if "noisy" not in row}
        self._lost = {row["name"]: row for row in lost}
        self._joined = joined
        self.missed = 0

    def _say(self, what: str, value: float | None, target: float, *, least: bool = False) -> None:
        good = value is not None and (value >= target if least else value <= target)
        self.missed += not good
        sign = "≥" if least else "≤"
        print(f"{'pass' if good else 'MISS'}  {what}: {'not measured' if value is None else round(value, 2)} ({sign} {target})")

    def _number(self, name: str, writers: int, key: str) -> float | None:
        row = self._rows.get((name, writers))
        return None if row is None or row.get(key) is None else float(str(row[key]))

    def _ratio(self, key: str) -> float | None:
        ours, theirs = self._number(OURS, 800, key), self._number(MEMORY, 800, key)
        return ours / theirs if ours is not None and theirs else None

    def _serves(self, name: str) -> int:
        """Returns the largest number of writers that a server was seen to serve in time, all of them and none dropped."""
        fast = [writers for (server, writers), row in self._rows.items() if server == name and serves(row)]
        return max((int(str(writers)) for writers in fast), default=0)

    def say(self) -> None:
        """Prints all of them."""
        print()
        for writers, most in P95.items():
            self._say(f"p95 at {writers} writers, ms", self._number(OURS, writers, "p95"), most)
        self._say("CPU of y-websocket's at 800", self._ratio("cpu"), MOST_CPU)
        self._say("p95 of y-websocket's at 800", self._ratio("p95"), MOST_DELAY)
        self._say("memory over idle at 800, MB", self._number(OURS, 800, "over_idle"), MOST_MEMORY)
        self._say_more_writers()
        pair = f"{OURS} × 2 workers"
        self._say("two workers at 400: p95, ms", self._number(pair, 400, "p95"), TWO_WORKERS)
        self._say("two workers at 400: rooms that did not converge", self._number(pair, 400, "apart"), 0)
        self._say("join of a folded room, slowest, ms", _number(self._joined, "join_most"), MOST_JOIN)
        killed = self._lost.get(OURS, {})
        self._say("acknowledged keys lost in a kill", _number(killed, "acknowledged_lost"), 0)
        self._say("shown keys lost in a kill", _number(killed, "shown_lost"), 0)
        self._say("back after a kill, ms", _number(killed, "back_ms"), MOST_BACK)

    def _say_more_writers(self) -> None:
        """Compares with the smallest number that Hocuspocus was seen to fail at, so that nothing between two sizes is given to us."""
        theirs = self._serves(HOCUSPOCUS)
        failed = sorted(writers for name, writers in self._tried if name == HOCUSPOCUS and writers > theirs)
        print(
            f"      in time: {OURS} {self._serves(OURS)} writers, {HOCUSPOCUS} + SQLite {theirs}, and it failed at {failed[:1] or 'none tried'}"
        )
        ratio = self._serves(OURS) / failed[0] if failed else None
        self._say("writers in time, of those that Hocuspocus + SQLite failed at", ratio, MORE_WRITERS, least=True)


def _number(row: dict[str, object], key: str) -> float | None:
    return None if row.get(key) is None else float(str(row[key]))


def sizes(asked: argparse.Namespace) -> list[tuple[str, int, int]]:
    """Returns which runs are made: (server, writers, workers)."""
    if asked.check:
        return [(name, 20, workers) for name, workers in ((OURS, 1), (OURS, 2), (HOCUSPOCUS, 1), (MEMORY, 1), (LEVEL, 1))]
    needed = [(OURS, 400, 1), (OURS, 800, 1), (OURS, 1200, 1), (OURS, 400, 2), (HOCUSPOCUS, 400, 1), (MEMORY, 800, 1)]
    if asked.short:
        return needed
    return [*needed, (MEMORY, 400, 1), (MEMORY, 1200, 1), (LEVEL, 400, 1), (LEVEL, 800, 1)]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="each run that a target needs, once")
    asked.add_argument(
        "--check", action="store_true", help="every server with twenty writers, whatever the machine does; no verdict on times"
    )
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--seconds", type=int, default=15)
    asked.add_argument(
        "--cores", default=(0, 1), type=lambda text: tuple(map(int, text.split(","))), help="core of the server, core of the writers"
    )
    chosen = asked.parse_args()
    if chosen.short or chosen.check:
        chosen.repeats, chosen.seconds = 1, 4 if chosen.check else 12
    if shutil.which("taskset") is None or shutil.which("node") is None or not (HERE / "node_modules").is_dir():
        raise SystemExit("needs taskset, node, and `npm ci` in tests/benchmarks/live")
    load = os.getloadavg()[0]
    print(f"load of the machine: {load:.1f}" + (", too much: what follows is no result" if load > 1 else ""), flush=True)
    began = time.monotonic()
    rows = [measured_quietly(chosen, *run) for run in sizes(chosen)]
    if not chosen.check:
        find_limit(chosen, rows)
    lost = [crash(name, chosen.cores, 5) for name in (OURS, HOCUSPOCUS, MEMORY, LEVEL)]
    joined = join(chosen.cores)
    table(
        rows,
        (
            "name",
            "writers",
            "p50",
            "p95",
            "p99",
            "ack95",
            "cpu",
            "cpu_key",
            "rss",
            "over_idle",
            "lag99",
            "apart",
            "closed",
            "runs",
            "discarded",
        ),
    )
    table(lost, ("name", "acknowledged", "acknowledged_lost", "shown", "shown_lost", "missing_after_return", "back_ms"))
    table([joined], ("joined", "characters", "join50", "join_most"))
    print(f"\n{time.monotonic() - began:.0f} s")
    if chosen.check:
        return int(any("failed" in row or row.get("apart") or row.get("closed") for row in (*rows, *lost, joined)))
    verdicts = Verdicts(rows, lost, joined)
    verdicts.say()
    return int(verdicts.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
