"""Watches over plugins' code in a served worker: a call that does not answer is suspended and the worker gives its place to another."""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.hooks.calls import CALLS, VIEW, Call
from app.hooks.run_files import Condemned, Journal, any_dead, condemn, condemned_calls
from app.services.plugins import absorb
from app.services.site import Site

log = logging.getLogger("recits.plugins")


@dataclass(frozen=True)
class Limits:
    """How long a plugin's code may take, in seconds; `grace` is what the other requests of its worker get to finish."""

    hook: float = 5
    view: float = 20
    job: float = 60
    grace: float = 5
    tick: float = 0.25

    def of(self, call: Call) -> float:
        """Returns the limit of a call."""
        if call.hook == VIEW:
            return self.view
        return self.job if call.hook in ("register_jobs", "migration") else self.hook


LIMITS = Limits()


class Watch:
    """The thread that watches, and the one that writes down what was condemned.

    Args:
        site: where suspensions are written.
        folder: of the small files (`RECITS_HOME/run`).
        leave: tells the server that this worker leaves: no new request, the others may finish.
        limits: how long is too long.
        end: ends the process; a test hands in its own.
    """

    def __init__(
        self,
        site: Site,
        folder: Path,
        leave: Callable[[], None],
        limits: Limits = LIMITS,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._site = site
        self._folder = folder
        self._leave = leave
        self._limits = limits
        self._end = end
        self._now = 0.0
        self._seen: dict[tuple[int, int, float], float] = {}
        self._leaves_at: float | None = None
        self._writing = threading.Lock()
        self.journal = Journal(folder)
        self._stop = threading.Event()

    def start(self) -> None:
        """Writes down what dead workers left, then starts to watch."""
        CALLS.keep_in(self.journal)
        self._absorb()
        threading.Thread(target=self._run, name="recits-watch", daemon=True).start()

    def stop(self) -> None:
        """Ends the watch; the end of the process is no call's fault from here on."""
        self._stop.set()
        CALLS.keep_in(None)
        self.journal.forget()

    def _run(self) -> None:
        while not self._stop.wait(self._limits.tick):
            try:
                self.look()
            except Exception:  # the watch must go on
                log.exception("the watch stumbled")

    def look(self) -> None:
        """One round. Time is counted in rounds: a machine that stood still, or had no time for this process, makes no call too long."""
        self._now += self._limits.tick
        if self._leaves_at is not None:
            if self._now >= self._leaves_at:
                self.journal.forget()
                self._end(1)
            return
        under_way = CALLS.threads()
        present = {(thread, depth, call.started): call for thread, stack in under_way.items() for depth, call in enumerate(stack)}
        self._seen = {key: self._seen.get(key, self._now) for key in present}
        for thread, stack in under_way.items():
            if CALLS.is_waiting(thread):
                for depth, call in enumerate(stack):  # for the database's lock: others' time, not its own
                    self._seen[thread, depth, call.started] += self._limits.tick
                continue
            for depth, call in reversed(list(enumerate(stack))):
                if self._now - self._seen[thread, depth, call.started] > self._limits.of(call):
                    self._condemn(call)
                    return
        self._look_at_files()

    def _condemn(self, call: Call) -> None:
        """Suspends a call and leaves. The file comes first: the call may hold the database's lock, and would keep every writer waiting."""
        condemn(self._folder, Condemned(call.full_name, call.owner, "hang"))
        CALLS.refuse(frozenset({call.full_name}))
        CALLS.fault(call.owner, call.hook, call.name, f"no answer within {self._limits.of(call):g} s; suspended")
        self._leaves_at = self._now + self._limits.grace
        self._leave()

    def _look_at_files(self) -> None:
        condemned = condemned_calls(self._folder)
        CALLS.refuse(frozenset(entry.call for entry in condemned.values()))
        if (condemned or any_dead(self._folder)) and self._writing.acquire(blocking=False):
            # In a thread of its own: the writer's lock may be held by the very call that is to be suspended.
            threading.Thread(target=self._absorb_and_release, name="recits-suspend", daemon=True).start()

    def _absorb_and_release(self) -> None:
        try:
            self._absorb()
        finally:
            self._writing.release()

    def _absorb(self) -> None:
        try:
            absorb(self._site.writer, self._folder)
        except Exception:  # the database is busy or away: the files wait
            log.warning("what is to be suspended waits for the database")
