"""What of the process itself a plugin's code must leave as it was while it is loaded: signal handlers, alarms, the working directory and its like."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

_TIMERS = {"ITIMER_REAL": signal.ITIMER_REAL, "ITIMER_VIRTUAL": signal.ITIMER_VIRTUAL, "ITIMER_PROF": signal.ITIMER_PROF}
_CAUGHT = [number for number in signal.Signals if number not in (signal.SIGKILL, signal.SIGSTOP)]

State = Mapping[str, Any]


def read_state() -> State:
    """Returns how the process stands, by what people would call it."""
    state: dict[str, Any] = {f"the handler of {number.name}": signal.getsignal(number) for number in _CAUGHT}
    state |= {f"the timer {name}": any(signal.getitimer(which)) for name, which in _TIMERS.items()}
    return state | {name: read() for name, (read, _write) in _PARTS.items()}


def changed_since(before: State) -> list[str]:
    """Returns what stands otherwise than before."""
    return [name for name, value in read_state().items() if value != before[name]]


def put_back(before: State) -> None:
    """Makes the process stand as before; handlers only in the main thread, since Python allows it nowhere else (and lets nobody change them elsewhere either)."""
    for name, which in _TIMERS.items():
        if not before[f"the timer {name}"]:
            signal.setitimer(which, 0)
    for number in _CAUGHT:
        handler = before[f"the handler of {number.name}"]
        if handler is not None and signal.getsignal(number) != handler and threading.current_thread() is threading.main_thread():
            signal.signal(number, handler)
    for name, (read, write) in _PARTS.items():
        if read() != before[name]:
            with suppress(OSError):
                write(before[name])


def _set(module: Any, name: str) -> Callable[[Any], None]:
    return lambda value: setattr(module, name, value)


_PARTS: Mapping[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {
    "the working directory": (os.getcwd, os.chdir),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "the time limit of sockets": (socket.getdefaulttimeout, socket.setdefaulttimeout),
    "sys.excepthook": (lambda: sys.excepthook, _set(sys, "excepthook")),
    "threading.excepthook": (lambda: threading.excepthook, _set(threading, "excepthook")),
}
