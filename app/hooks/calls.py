"""What plugins' code is doing in this process: calls under way, faults, and the time of each call while somebody traces; never asks a plugin itself."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

log = logging.getLogger("recits.plugins")

MOST_FAULTS = 200


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
        self._faults: deque[Fault] = deque(maxlen=MOST_FAULTS)
        self._trace: ContextVar[list[Answered] | None] = ContextVar("recits_trace", default=None)

    @contextmanager
    def call(self, owner: str, hook: str, name: str) -> Iterator[None]:
        """Keeps a call while it is under way; what it raises passes through."""
        started = time.monotonic()
        stack = self._under_way.setdefault(threading.get_ident(), [])
        stack.append(Call(owner, hook, name, started))
        fault = ""
        try:
            yield
        except BaseException as error:
            fault = said(error)
            raise
        finally:
            stack.pop()
            trace = self._trace.get()
            if trace is not None:
                trace.append(Answered(owner, hook, name, (time.monotonic() - started) * 1000, fault, started))

    def under_way(self) -> list[Call]:
        """Returns the calls under way in all threads, outermost first."""
        return [call for stack in list(self._under_way.values()) for call in list(stack)]

    def fault(self, owner: str, hook: str, name: str, error: BaseException | str) -> None:
        """Keeps a fault for the health page and writes it to the log; the log has no traceback of ours in it, the plugin's own only."""
        message = error if isinstance(error, str) else said(error)
        self._faults.append(Fault(owner, hook, name, message, time.time()))
        log.error("%s of %s:%s failed: %s", hook, owner, name, message, exc_info=error if isinstance(error, BaseException) else None)

    def faults(self) -> list[Fault]:
        """Returns the latest faults, newest first."""
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
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


CALLS = CallLog()
"""The process's own; one for all, since a worker has one watch over all that runs in it."""
