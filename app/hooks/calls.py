"""What plugins' code is doing in this process: calls under way, faults, and the time of each call while somebody traces; never asks a plugin itself."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass

from app.hooks.run_files import FaultFile, Journal

log = logging.getLogger("recits.plugins")

MOST_FAULTS = 200
VIEW = "view"


class Suspended(Exception):
    """A call that is made no more until somebody resumes it."""


@dataclass(frozen=True)
class Call:
    """One call of a plugin's code; `name` is the declared object's, or the view's."""

    owner: str
    hook: str
    name: str
    started: float

    @property
    def full_name(self) -> str:
        return f"{self.hook} {self.owner}:{self.name}"


@dataclass(frozen=True)
class Answered:
    """A call that ended, as a trace shows it; `milliseconds` of wall time, `fault` empty where it went well."""

    owner: str
    hook: str
    name: str
    milliseconds: float
    fault: str
    started: float = 0.0  # by the monotonic clock: what began first stands first in a trace


@dataclass(frozen=True)
class Fault:
    """What a plugin's code did wrong: `at` is seconds since the epoch."""

    owner: str
    hook: str
    name: str
    message: str
    at: float


class CallLog:
    """The calls of one process; its methods may be called from every thread."""

    def __init__(self) -> None:
        self._under_way: dict[int, list[Call]] = {}
        self._waiting: set[int] = set()
        self._refused: frozenset[str] = frozenset()
        self._journal: Journal | None = None
        self._fault_file: FaultFile | None = None
        self._faults: deque[Fault] = deque(maxlen=MOST_FAULTS)
        self._trace: ContextVar[list[Answered] | None] = ContextVar("recits_trace", default=None)

    @contextmanager
    def call(self, owner: str, hook: str, name: str) -> Iterator[None]:
        """Keeps a call while it is under way; what it raises passes through.

        Raises:
            Suspended: if it hung or ended a worker; the database may not say so yet.
        """
        started = time.monotonic()
        call = Call(owner, hook, name, started)
        if self._refused and call.full_name in self._refused:
            raise Suspended(call.full_name)
        thread, journal = threading.get_ident(), self._journal
        stack = self._under_way.setdefault(thread, [])
        stack.append(call)
        if journal is not None:
            journal.write(thread, call.full_name)
        fault = ""
        try:
            yield
        except BaseException as error:
            fault = said(error)
            raise
        finally:
            stack.pop()
            if not stack:
                self._under_way.pop(thread, None)
            if journal is not None:
                if stack:
                    journal.write(thread, stack[-1].full_name)
                else:
                    journal.clear(thread)
            trace = self._trace.get()
            if trace is not None:
                trace.append(Answered(owner, hook, name, (time.monotonic() - started) * 1000, fault, started))

    def under_way(self) -> list[Call]:
        """Returns the calls under way in all threads, outermost first."""
        return [call for stack in list(self._under_way.values()) for call in list(stack)]

    def innermost(self) -> Call | None:
        """Returns the call that the present thread is in, the innermost; None where it is in no plugin's code."""
        stack = self._under_way.get(threading.get_ident())
        return stack[-1] if stack else None

    def threads(self) -> dict[int, list[Call]]:
        """Returns the calls under way by thread, outermost first."""
        return {thread: list(stack) for thread, stack in list(self._under_way.items()) if stack}

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Marks the present thread as waiting for the database's writer, which is no plugin's fault."""
        thread = threading.get_ident()
        self._waiting.add(thread)
        try:
            yield
        finally:
            self._waiting.discard(thread)

    def is_waiting(self, thread: int) -> bool:
        """Tells whether a thread waits for the database's writer."""
        return thread in self._waiting

    def refuse(self, calls: frozenset[str]) -> None:
        """Makes these calls no more in this process, and those of before again; what stands in the database is the snapshot's to say."""
        self._refused = calls

    def keep_in(self, journal: Journal | None) -> None:
        """Writes calls from here on into a file that outlives the process."""
        self._journal = journal

    def keep_faults_in(self, file: FaultFile | None) -> None:
        """Writes faults from here on into a file that all workers of the site share."""
        self._fault_file = file

    def fault(self, owner: str, hook: str, name: str, error: BaseException | str) -> None:
        """Keeps a fault for the health page and writes it to the log; the log has no traceback of ours in it, the plugin's own only."""
        message = error if isinstance(error, str) else said(error)
        fault = Fault(owner, hook, name, message, time.time())
        self._faults.append(fault)
        if self._fault_file is not None:
            self._fault_file.add(asdict(fault))
        log.error("%s of %s:%s failed: %s", hook, owner, name, message, exc_info=error if isinstance(error, BaseException) else None)

    def faults(self) -> list[Fault]:
        """Returns the latest faults, newest first: of all processes of the site where they share a file, else of this one."""
        if self._fault_file is not None:
            return [Fault(**facts) for facts in self._fault_file.read()[-MOST_FAULTS:]][::-1]
        return list(self._faults)[::-1]

    @contextmanager
    def traced(self) -> Iterator[list[Answered]]:
        """Collects every call of this context, in the order in which they ended."""
        found: list[Answered] = []
        token = self._trace.set(found)
        try:
            yield found
        finally:
            self._trace.reset(token)


def said(error: BaseException) -> str:
    """Returns what an error says, in one line of at most 300 signs."""
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException:  # a plugin's exception may itself be faulty
        text = f"{type(error).__name__} (which says nothing that can be read)"
    return text.replace("\n", " ").replace("\0", " ")[:300]


CALLS = CallLog()
"""The process's own; one for all, since a worker has one watch over all that runs in it."""
