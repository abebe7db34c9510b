"""Small files of the site folder that outlive a process: which calls of plugins were under way when it died, what is to be suspended, what was refused, faults.

A process holds a lock on its own file as long as it lives, so that the others can tell the dead from the living, across containers too.
"""

import fcntl
import json
import logging
import mmap
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("recits.plugins")

SLOTS = 64
WIDTH = 200
MOST_FAULT_BYTES = 256 * 1024
SAME_FAULT_SECONDS = 60
_CALLS, _LOADING, _SUSPEND, _REFUSED, _SERVER, _FAULTS = "calls-", "loading-", "suspend-", "refused-", "server-", "faults.jsonl"

_own: set[str] = set()


@dataclass(frozen=True)
class Condemned:
    """A call that is to be made no more: `<hook> <plugin>:<name>`, whose it is, and why (`hang` or `exit`)."""

    call: str
    owner: str
    reason: str


def owner_of_call(call: str) -> str:
    """Returns the plugin of a call's full name."""
    return call.partition(" ")[2].partition(":")[0]


class Journal:
    """The calls under way in this process, in a mapped file: what is written there is kept by the system when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path, self._file = _locked(folder, _CALLS)
        os.ftruncate(self._file, SLOTS * WIDTH)
        self._map = mmap.mmap(self._file, SLOTS * WIDTH)
        self._free = list(range(SLOTS))
        self._slots: dict[int, int] = {}

    def write(self, thread: int, call: str) -> None:
        """Keeps the innermost call of a thread."""
        slot = self._slots.get(thread)
        if slot is None:
            if not self._free:
                return
            slot = self._slots[thread] = self._free.pop()
        text = call.encode("utf-8", "replace")[: WIDTH - 1]
        start = slot * WIDTH
        self._map[start : start + len(text) + 1] = bytes((len(text),)) + text

    def clear(self, thread: int) -> None:
        """Notes that a thread is in no plugin's code any more."""
        slot = self._slots.pop(thread, None)
        if slot is not None:
            self._map[slot * WIDTH] = 0
            self._free.append(slot)

    def forget(self) -> None:
        """Takes the file away: from here on the end of the process is nobody's fault."""
        with suppress(FileNotFoundError):
            self._path.unlink()


def any_dead(folder: Path) -> bool:
    """Tells whether a process has died and left its file behind."""
    return next(_dead(folder, _CALLS), None) is not None


def condemn_what_the_dead_did(folder: Path) -> None:
    """Writes that the calls which were under way in processes that died are to be suspended, and takes their files away."""
    for path, content in _dead(folder, _CALLS):
        for call in _slots(content):
            condemn(folder, Condemned(call, owner_of_call(call), "exit"))
        _take(path)


def condemn(folder: Path, condemned: Condemned) -> None:
    """Writes that a call is to be suspended; for whoever may write to the database next, since the call itself may hold its lock."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    draft = folder / f".{name}"
    draft.write_text(json.dumps(asdict(condemned)), encoding="utf-8")
    draft.rename(folder / f"{_SUSPEND}{name}")


def condemned_calls(folder: Path) -> Mapping[Path, Condemned]:
    """Returns what is to be suspended, by its file."""
    found = {}
    for path in _listed(folder, _SUSPEND):
        with suppress(OSError, ValueError, TypeError):
            found[path] = Condemned(**json.loads(path.read_text(encoding="utf-8")))
    return found


# — loading —


@contextmanager
def loading(folder: Path | None) -> Iterator[Callable[[str], None]]:
    """Gives a function that notes which plugin's code is being loaded; a process that dies of it leaves the name behind. Nothing is noted without a folder."""
    if folder is None:
        yield lambda _name: None
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, file = _locked(folder, _LOADING)

    def note(mark: str) -> None:
        os.ftruncate(file, 0)
        os.pwrite(file, mark.encode("utf-8"), 0)

    try:
        yield note
    except KeyboardInterrupt:  # somebody's own hand, no plugin's
        path.unlink(missing_ok=True)
        raise
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
        os.close(file)


def refused_marks(folder: Path) -> frozenset[str]:
    """Returns the marks of what ended, or blocked, a process that loaded it; marks left by the dead are made lasting here."""
    for path, content in _dead(folder, _LOADING):
        mark = content.decode("utf-8", "replace").strip()
        if mark:
            (folder / f"{_REFUSED}{mark}").touch()
        _take(path)
    return frozenset(path.name.removeprefix(_REFUSED) for path in _listed(folder, _REFUSED))


def forgive(folder: Path, name: str) -> int:
    """Lets a plugin be loaded again that was refused; returns how many marks there were."""
    marks = [path for path in _listed(folder, _REFUSED) if path.name.removeprefix(_REFUSED).split("@")[0] == name]
    return sum(_take(path) for path in marks)


def forget_the_dead(folder: Path) -> None:
    """Takes away the calls of processes that ended together with their server (power, a container that was stopped): no call is to blame."""
    for path, _content in _dead(folder, _CALLS):
        _take(path)


# — servers —


@dataclass(frozen=True)
class Server:
    """A server of this site that runs: its process, how its last restart went (`done`, `under_way` or `failed`), and since when that holds."""

    pid: int
    restart: str
    at: float


def servers(folder: Path) -> list[Server]:
    """Returns the servers of this site that run on this machine."""
    found = []
    for path in _listed(folder, _SERVER):
        with suppress(OSError, ValueError, TypeError):
            if not _is_dead(path):
                found.append(Server(**json.loads(path.read_text(encoding="utf-8"))))
            else:
                _take(path)
    return found


def _is_dead(path: Path) -> bool:
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(file)
    return True


# — faults —


class FaultFile:
    """The latest faults of all processes of a site, one line each; the same fault of one process is written once a minute."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FAULTS
        self._written: dict[tuple[str, ...], float] = {}

    def add(self, facts: Mapping[str, Any]) -> None:
        """Adds a fault; a folder that cannot be written to must not make things worse."""
        key = tuple(str(facts[name]) for name in ("owner", "hook", "name", "message"))
        now = time.monotonic()
        if now - self._written.get(key, -SAME_FAULT_SECONDS) < SAME_FAULT_SECONDS:
            return
        if len(self._written) > 1000:
            self._written.clear()
        self._written[key] = now
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > MOST_FAULT_BYTES:
                self._path.replace(self._path.with_suffix(".old"))
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, (json.dumps(facts, ensure_ascii=False) + "\n").encode("utf-8"))
            finally:
                os.close(file)
        except OSError:
            log.exception("a fault could not be written down")

    def read(self) -> list[dict[str, Any]]:
        """Returns the faults that are kept, oldest first."""
        found = []
        for path in (self._path.with_suffix(".old"), self._path):
            with suppress(OSError):
                for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                    with suppress(ValueError):
                        found.append(json.loads(line))
        return found


# — files —


def _locked(folder: Path, prefix: str) -> tuple[Path, int]:
    """Makes a file that is locked before anybody can see it under its name."""
    name = f"{os.getpid()}-{secrets.token_hex(6)}"
    draft = folder / f".{prefix}{name}"
    file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    path = folder / f"{prefix}{name}"
    draft.rename(path)
    _own.add(path.name)
    return path, file


def _dead(folder: Path, prefix: str) -> Iterator[tuple[Path, bytes]]:
    """Yields the files whose process is gone, with what they say; this process's own are the living's."""
    for path in _listed(folder, prefix):
        if path.name in _own:  # a process may always lock what it has locked itself
            continue
        with suppress(OSError):
            file = os.open(path, os.O_RDWR)
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.exists():  # else another reader has taken it
                    yield path, os.read(file, SLOTS * WIDTH)
            finally:
                os.close(file)


def _slots(content: bytes) -> list[str]:
    parts = (content[start : start + WIDTH] for start in range(0, len(content), WIDTH))
    return [part[1 : 1 + part[0]].decode("utf-8", "replace") for part in parts if part and part[0]]


def _listed(folder: Path, prefix: str) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.name.startswith(prefix))
    except OSError:
        return []


def _take(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
