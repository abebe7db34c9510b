"""The supervisor of a site's workers: a script of its own, which knows nothing of the code that it serves.

Each worker loads the site anew after it was forked. So a restart of the workers brings new code, of plugins and of the core, and no plugin's code ever runs here:
one that ends the process at import ends a worker. `recits serve` starts it (docs/decisions.md, "Restart without a failed request").
"""

import asyncio
import contextlib
import fcntl
import importlib
import json
import mmap
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

GRACE_SECONDS = 15
# A worker whose loop has not moved for this long is replaced; also one that does not come up.
HUNG_SECONDS = 45
# Requests that were on their way when a worker began to leave are still read.
LINGER_SECONDS = 1.0
# So many new workers in a row may end before they answer; then a restart is given up, or the first start.
MOST_FAILED_STARTS = 6
# An update of a megabyte, and what travels with it.
MOST_FRAME = 1024 * 1024 + 64 * 1024
BOOTING, READY, LEAVING = 0, 1, 2


class GentleServer(Server):
    """Leaves without a failed request: answers what is on its way in connections that it has accepted, and asks clients not to use them again."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        self.config.app.leave()  # type: ignore[union-attr]  # the site's own worker (app/worker.py)
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        if not self.force_exit:
            await asyncio.sleep(LINGER_SECONDS)
        await super().shutdown(sockets)
        self.config.app.stop()  # type: ignore[union-attr]  # the site's own worker (app/worker.py)


class SiteWorker(UvicornWorker):
    """A worker that says nothing of the software it runs on, and tells the supervisor how it stands."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012  # the library's own attribute
        "loop": "uvloop",
        "http": "auto",
        # Named, not imported: code of the site is loaded in the workers alone.
        "ws": "app.direct_socket:DirectSocket",
        # Frames of a few bytes gain nothing by it and cost each browser a window of memory.
        "ws_per_message_deflate": False,
        "ws_max_size": MOST_FRAME,
        "lifespan": "off",
        "server_header": False,
        "access_log": False,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.stand = mmap.mmap(-1, 1)  # shared with the supervisor

    def leave(self) -> None:
        """Called by the site's watch, in a thread: no new request; the supervisor starts another worker at once."""
        self.stand[0] = LEAVING
        os.kill(os.getpid(), signal.SIGTERM)

    def load_wsgi(self) -> None:
        self.wsgi = self.app.load_site(self.leave)

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = GentleServer(config=self.config)
        self._install_sigquit_handler()
        self.stand[0] = READY
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)


class SiteServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """What the supervisor serves; loaded in the workers alone."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        raise NotImplementedError("a worker loads the site itself")

    def load_site(self, leave: Any) -> Any:
        """Loads the site; its code is named, not imported, so that this process never holds an old copy of it."""
        importlib.invalidate_caches()
        return importlib.import_module("app.worker").create_worker(leave)


class RollingArbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Replaces workers by new ones without a gap: the old are told to leave when as many new ones answer."""

    def __init__(self, app: SiteServer, run_folder: Path) -> None:
        super().__init__(app)
        # Locked as long as this process lives, so that nobody sends a signal to a process that was given its number.
        self._state_path = run_folder / f"server-{os.getpid()}.json"
        self._state_file = os.open(self._state_path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.lockf(self._state_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._retired = 0  # workers up to this age are old
        self._told: set[int] = set()
        self._failed_starts = 0
        self._not_before = 0.0
        self._ever_ready = False
        self._restart = "done"

    def start(self) -> None:
        super().start()
        self._say("done")

    def reload(self) -> None:
        """SIGHUP: starts new workers; `manage_workers` tells the old ones to leave."""
        self._retired = self.worker_age
        self._failed_starts, self._not_before = 0, 0.0
        self._say("under_way")
        self.manage_workers()

    def wait_for_signals(self, timeout: float = 0.2) -> Any:  # noqa: ARG002  # gunicorn asks once a second: too slow to see that a worker is ready
        return super().wait_for_signals(0.2)

    def manage_workers(self) -> None:
        fresh = [worker for worker in self.WORKERS.values() if worker.age > self._retired and worker.stand[0] != LEAVING]
        ready = sum(worker.stand[0] == READY for worker in fresh)
        old = [worker for worker in self.WORKERS.values() if worker.age <= self._retired]
        self._ever_ready = self._ever_ready or ready > 0
        if ready:
            self._failed_starts = 0
        if len(fresh) < self.num_workers and time.monotonic() >= self._not_before:
            for _ in range(self.num_workers - len(fresh)):
                self.spawn_worker()
        elif ready >= self.num_workers:
            surplus = sorted(fresh, key=lambda worker: worker.age)[: len(fresh) - self.num_workers]
            for worker in [*old, *surplus]:
                if worker.pid not in self._told:
                    self._told.add(worker.pid)
                    self.kill_worker(worker.pid, signal.SIGTERM)
            if not old and self._restart == "under_way":
                self._say("done")

    def reap_workers(self) -> None:
        """A worker that ends before it answers is no reason to end the others: it is tried again, more and more slowly."""
        present = dict(self.WORKERS)
        while True:
            try:
                super().reap_workers()
                break
            except HaltServer:
                continue
        for pid, worker in present.items():
            if pid in self.WORKERS:
                continue
            self._told.discard(pid)
            if worker.stand[0] == BOOTING:
                self._note_failed_start()
            worker.stand.close()

    def _note_failed_start(self) -> None:
        self._failed_starts += 1
        self._not_before = time.monotonic() + min(2 ** (self._failed_starts - 1) * 0.2, 10)
        if self._failed_starts < MOST_FAILED_STARTS:
            return
        if not self._ever_ready:
            raise HaltServer("Worker failed to boot.", self.WORKER_BOOT_ERROR)
        if self._restart == "under_way":
            # The new code does not start: the old workers go on, and what began to start is told to leave.
            for worker in self.WORKERS.values():
                if worker.age > self._retired:
                    self.kill_worker(worker.pid, signal.SIGTERM)
            self._retired = 0
            self._say("failed")

    def _say(self, restart: str) -> None:
        """Writes how the last restart went, for the extensions page and `recits restart`."""
        self._restart = restart
        state = json.dumps({"pid": self.pid, "restart": restart, "at": time.time()}).encode()
        os.pwrite(self._state_file, state.ljust(200), 0)

    def take_state_away(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._state_path.unlink()


def main(options: dict[str, Any]) -> None:
    """Serves until it is told to end.

    Args:
        options: `listener` (a file descriptor), `workers`, `run_folder` and `ready` (what to print).
    """
    run_folder = Path(options["run_folder"])
    run_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = SiteServer(
        {
            "bind": f"fd://{options['listener']}",
            "workers": options["workers"],
            "worker_class": SiteWorker,
            "timeout": HUNG_SECONDS,
            "graceful_timeout": GRACE_SECONDS + 2,
            "loglevel": "error",
            "when_ready": lambda _server: print(options["ready"], flush=True),
            "on_exit": lambda arbiter: arbiter.take_state_away(),
            "control_socket_disable": True,
        }
    )
    RollingArbiter(server, run_folder).run()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
