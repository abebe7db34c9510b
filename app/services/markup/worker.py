"""Asks questions of a child process that the kernel kills when it computes for too long; knows nothing of the question, and writes no part of it anywhere.

A timer in Python is no use here: a handler runs between two byte codes, and a regular expression or a library in C may not come back for minutes. So the child
runs under `ITIMER_PROF` with the default action: the kernel ends it, the parent sees the pipe close and starts another one.

Requests and answers are JSON, each after its length in four bytes. The child ends by itself when its standard input closes.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import app

CPU_SECONDS = 1.5
"""Processor time that one question may take, in seconds."""

WALL_SECONDS = 10.0
"""Time by the clock after which a child is killed even if it computes nothing (a stopped or starved machine), in seconds."""

MEMORY_BYTES = 1 << 30
"""Address space that a child may have."""

_LENGTH = struct.Struct(">I")

# What the child needs to start; the rest of the environment holds secrets of the site, which no parser needs.
_KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PYTHONHOME",
    "PYTHONWARNINGS",
    "PYTHONDONTWRITEBYTECODE",
    "TMPDIR",
)


class TooSlow(Exception):
    """The child was killed because the question took too long."""


class Lost(Exception):
    """The child died of something else (memory, the machine's administrator) twice."""


# The parent's side -----------------------------------------------------------------------------------------------------------------------------------


class Pool:
    """A few children that run the module `module`, started when first needed; safe to share between threads, and to inherit by fork.

    Args:
        module: name of a module that calls `serve` when it is run.
        size: how many questions are answered at once; others wait.
        wall_seconds: see WALL_SECONDS.
    """

    def __init__(self, module: str, size: int, wall_seconds: float = WALL_SECONDS) -> None:
        self._module = module
        self._size = size
        self._wall_seconds = wall_seconds
        self._idle: list[_Child] = []
        self._generation = 0
        self._begin()
        _pools.add(self)

    def ask(self, question: object) -> Any:
        """Returns the child's answer to a question, both JSON values.

        Raises:
            TooSlow: the child was killed.
            Lost: the child died of something else, and so did the one that replaced it.
        """
        request = json.dumps(question).encode()
        with self._seats:
            try:
                return json.loads(self._ask(request))
            except Lost:
                # It may have died while idle, or of the question before.
                return json.loads(self._ask(request))

    def close(self) -> None:
        """Ends the children. A later question starts new ones."""
        with self._lock:
            children, self._idle = self._idle, []
            self._generation += 1
        for child in children:
            child.close()

    def forget(self) -> None:
        """Lets go of children that belong to the process from which this one was forked."""
        for child in self._children:
            child.forget()
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._seats = threading.BoundedSemaphore(self._size)
        self._children: weakref.WeakSet[_Child] = weakref.WeakSet()
        self._idle = []
        self._generation += 1

    def _ask(self, request: bytes) -> bytes:
        with self._lock:
            generation = self._generation
            child = self._idle.pop() if self._idle else None
        if child is None:
            child = _Child(self._module)
            with self._lock:
                self._children.add(child)
        try:
            answer = child.ask(request, self._wall_seconds)
        except BaseException:
            child.close(kill=True)
            raise
        with self._lock:
            keep = generation == self._generation
            if keep:
                self._idle.append(child)
        if not keep:
            child.close()
        return answer


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def _forget_all() -> None:
    for pool in _pools:
        pool.forget()


os.register_at_fork(after_in_child=_forget_all)


class _Child:
    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            # Our own interpreter and our own module, no shell. -P: the current folder must not provide modules.
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A traceback could quote what somebody wrote.
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_environment(),
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the child has no pipes")
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout

    def ask(self, request: bytes, wall_seconds: float) -> bytes:
        killed = threading.Event()
        timer = threading.Timer(wall_seconds, self._kill, (killed,))
        timer.daemon = True
        timer.start()
        try:
            _write(self._to, request)
            answer = _read(self._from)
        except (BrokenPipeError, ConnectionResetError):
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            self._process.wait()
            raise TooSlow if killed.is_set() or self._process.returncode == -signal.SIGPROF else Lost
        return answer

    def close(self, kill: bool = False) -> None:
        if kill:
            self._process.kill()
        self._to.close()
        self._from.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        self._to.close()
        self._from.close()
        # It is nobody's child here: there is nothing to wait for, and nothing to be warned of.
        self._process.returncode = 0

    def _kill(self, killed: threading.Event) -> None:
        killed.set()
        self._process.kill()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    # What is importable here is importable there, whether this is a checkout, a wheel or a zip of either.
    roots = [str(Path(app.__file__ or "").resolve().parent.parent), *(entry for entry in sys.path if entry)]
    return {**kept, "PYTHONPATH": os.pathsep.join(dict.fromkeys(roots)), "PYTHONUTF8": "1"}


# Both sides ------------------------------------------------------------------------------------------------------------------------------------------


def _write(stream: IO[bytes], message: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[stream.write(rest) :]


def _read(stream: IO[bytes]) -> bytes | None:
    """Returns the next message, or None at the end of the stream."""
    head = _exactly(stream, _LENGTH.size)
    return None if head is None else _exactly(stream, _LENGTH.unpack(head)[0])


def _exactly(stream: IO[bytes], length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        part = stream.read(length)
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


# The child's side ------------------------------------------------------------------------------------------------------------------------------------


def serve(answer: Callable[[Any], object], cpu_seconds: float = CPU_SECONDS) -> None:
    """Answers questions from standard input until it closes, each within its processor time; the process dies of the first that takes longer.

    Args:
        answer: from a JSON value to a JSON value.
        cpu_seconds: see CPU_SECONDS.
    """
    _limit()
    questions = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    # Whatever a library prints must not stand between two answers.
    os.dup2(2, 1)
    # Looking for cycles while a tree grows costs a third of the time; between two questions it costs nobody anything.
    gc.freeze()
    gc.disable()
    with questions, answers:
        while (request := _read(questions)) is not None:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            reply = json.dumps(answer(json.loads(request))).encode()
            signal.setitimer(signal.ITIMER_PROF, 0)
            _write(answers, reply)
            gc.collect()


def _limit() -> None:
    # Ignored and blocked signals are inherited: set both as the timer needs them.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    limits: Sequence[tuple[int, int]] = ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MEMORY_BYTES))
    for which, amount in limits:
        try:
            resource.setrlimit(which, (amount, amount))
        except (ValueError, OSError):
            # macOS knows RLIMIT_AS and refuses to set it; the time limit still holds.
            continue
