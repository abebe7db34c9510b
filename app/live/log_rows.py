"""What the forms of the log have in common: the tables, the thread that commits and listens, and what any thread asks."""

import logging
import queue
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Protocol

from app.live.log import SEED, SERVER, Append, Listener, Loaded, Row, Signal
from app.live.structs import reaches

log = logging.getLogger("recits.live")

# Updates that come within so long of the first share a commit: as long as commits leave the core to the rest, and never so long that it is felt.
LEAST_LINGER_SECONDS, MOST_LINGER_SECONDS = 0.001, 0.005
LINGER_OF_A_COMMIT = 16
BUSY_SECONDS = 10
AFTER_ERROR_SECONDS = 0.01
MOST_IN_ONE_COMMIT = 2000
# Signals, and rows that a snapshot holds, stay this long: no worker that listens lags more behind.
KEPT_SECONDS = 30.0
SWEEP_SECONDS = 10.0
# Beyond what clocks and commits may be late.
MARGIN_SECONDS = 5.0

# `?` and `clock_now()` are written for both databases; each form says what they are there.
_ADD = "INSERT INTO live_update (room, worker, account, kind, at, data) VALUES (?, ?, ?, ?, clock_now(), ?)"
_SAY = "INSERT INTO live_signal (topic, worker, at, data) VALUES (?, ?, clock_now(), ?)"
_SEAL = """INSERT INTO live_room (room, sealed_upto, revision_id) VALUES (?, ?, ?) ON CONFLICT (room) DO UPDATE SET
    sealed_upto = CASE WHEN excluded.sealed_upto > live_room.sealed_upto THEN excluded.sealed_upto ELSE live_room.sealed_upto END,
    revision_id = excluded.revision_id"""
_SNAPSHOT = """INSERT INTO live_snapshot (room, upto, at, data) VALUES (?, ?, clock_now(), ?)
    ON CONFLICT (room) DO UPDATE SET upto = excluded.upto, at = excluded.at, data = excluded.data"""
_FOLD = """INSERT INTO live_author (room, account, last, size, at)
    SELECT room, account, max(id), sum(length(data)), max(at) FROM live_update WHERE room = ? AND id > ? AND id <= ? AND account IS NOT NULL
        AND kind <> 'suggest'
        AND id > coalesce((SELECT sealed_upto FROM live_room WHERE room = ?), 0) GROUP BY room, account
    ON CONFLICT (room, account) DO UPDATE SET last = excluded.last, size = live_author.size + excluded.size, at = excluded.at"""
_AUTHORS = """SELECT account, max(id), sum(length(data)) FROM live_update
    WHERE room = ? AND id > ? AND id > coalesce((SELECT upto FROM live_snapshot WHERE room = ?), 0) AND account IS NOT NULL AND kind <> 'suggest'
    GROUP BY account
    UNION ALL SELECT account, last, size FROM live_author WHERE room = ? AND last > ?"""
_OPEN = """SELECT room FROM (SELECT room, max(id) AS last, max(at) AS at FROM live_update GROUP BY room
    UNION ALL SELECT room, upto, at FROM live_snapshot) AS written LEFT JOIN live_room USING (room)
    WHERE last > coalesce(sealed_upto, 0) GROUP BY room HAVING max(at) <= clock_now() - ? ORDER BY max(last)"""
_AHEAD = """SELECT 1 FROM live_update WHERE room = ? AND id > coalesce((SELECT sealed_upto FROM live_room WHERE room = ?), 0)
    UNION ALL SELECT 1 FROM live_snapshot WHERE room = ? AND upto > coalesce((SELECT sealed_upto FROM live_room WHERE room = ?), 0) LIMIT 1"""
_SWEEP = (
    "DELETE FROM live_signal WHERE at < clock_now() - ?",
    """DELETE FROM live_update WHERE id IN (SELECT old.id FROM live_snapshot AS fold CROSS JOIN live_update AS old
        WHERE old.room = fold.room AND old.id <= fold.upto AND old.at < clock_now() - ?)""",
)
_FOLDED_SINCE = "SELECT room, data FROM live_snapshot WHERE at >= clock_now() - ?"
# The name of the lock under which rows are taken away; no passage is called so.
SWEEPING = "sweep"


class _Woken:
    """Queued to make the thread look."""


WOKEN = _Woken()


class Connection(Protocol):
    """What both drivers offer."""

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> Any: ...

    def executemany(self, statement: str, parameters: Sequence[Sequence[Any]], /) -> Any: ...


class RowLog(ABC):
    """A log in the tables of a database; one thread owns the connection that commits, so that many updates share one commit."""

    BEGIN_READING = "BEGIN"
    BEGIN_WRITING = "BEGIN"
    ERRORS: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self.busy = False
        self._worker = new_worker()
        self._queue: queue.SimpleQueue[list[Append] | Signal | _Woken | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._looked = self._swept = time.time()
        self._linger = LEAST_LINGER_SECONDS

    # — what each form does its own way —

    @abstractmethod
    def _connected(self) -> AbstractContextManager[Connection]:
        """Lends a connection to the thread that asks; the tables are there."""

    @abstractmethod
    def _lock(self, connection: Connection, names: Sequence[str]) -> None:
        """Waits, in a writing transaction, until nobody else writes to some rooms: ids of a room become visible in their order."""

    @abstractmethod
    def _open(self) -> None:
        """Prepares what `_listen` and `_commit` use; what the log holds already is not handed on."""

    @abstractmethod
    def _pause(self) -> float:
        """Returns how long the thread waits before it looks by itself."""

    @abstractmethod
    def _news(self) -> tuple[list[Row], list[Signal]]:
        """Returns what others committed since the last look."""

    @abstractmethod
    def _commit(self, batch: Sequence[Append], said: Sequence[Signal], listener: Listener) -> None:
        """Puts updates and signals on disk."""

    @abstractmethod
    def _failed(self, error: Exception) -> str:
        """Makes good again what can be, after an error in the thread; returns the reason that browsers are told."""

    @abstractmethod
    def _close(self) -> None:
        """Closes what is open."""

    @abstractmethod
    def _told(self, worker: str, written: bool, said: Sequence[Signal]) -> None:
        """Lets the others know that something was written or said, where they do not see it by themselves."""

    # — the thread —

    def start(self, listener: Listener) -> None:
        self._listener = listener
        self._open()
        self._looked = self._swept = time.time()
        self._thread = threading.Thread(target=self._run, args=(listener,), name="recits-live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(BUSY_SECONDS)
        self._close()

    def append(self, entries: list[Append]) -> None:
        self._queue.put(entries)

    def say(self, topic: str, data: bytes) -> None:
        self._queue.put((topic, data))

    def _run(self, listener: Listener) -> None:
        going = True
        while going:
            batch: list[Append] = []
            said: list[Signal] = []
            going = self._gather(batch, said)
            began = time.thread_time()
            try:
                self._listen(listener)
                if batch or said:
                    self._commit(batch, said, listener)
            except self.ERRORS as error:
                reason = self._failed(error)
                if batch:
                    log.error("live writing was not kept: %s", said_by(error))
                    listener.failed(batch, reason)
                time.sleep(AFTER_ERROR_SECONDS)
                continue
            if batch:
                listener.committed(batch)
                spent = time.thread_time() - began
                self._linger = min(max(LINGER_OF_A_COMMIT * spent, LEAST_LINGER_SECONDS), MOST_LINGER_SECONDS)
            if batch or said:
                self._told(self._worker, bool(batch), said)
            self._sweep_now_and_then()

    def _gather(self, batch: list[Append], said: list[Signal]) -> bool:
        """Waits for the first item and a little longer for those that come with it; returns False when the thread is to end."""
        try:
            item = self._queue.get(timeout=self._pause())
            time.sleep(self._linger)
            while True:
                if item is None:
                    return False
                if isinstance(item, tuple):
                    said.append(item)
                elif isinstance(item, list):
                    batch.extend(item)
                if len(batch) >= MOST_IN_ONE_COMMIT:
                    return True
                item = self._queue.get_nowait()
        except queue.Empty:
            return True

    def _listen(self, listener: Listener) -> None:
        """Hands on what others committed; a worker that was away for long also gets what was folded meanwhile, whose rows may be gone."""
        rows, signals = self._news()
        now = time.time()
        away, self._looked = now - self._looked, now
        if away > KEPT_SECONDS / 2:
            with self._reading() as connection:
                folded = connection.execute(_FOLDED_SINCE, (away + MARGIN_SECONDS,)).fetchall()
            rows = [*((room, data, None, SERVER) for room, data in folded), *rows]
        if rows or signals:
            listener.arrived(rows, signals)

    def _sweep_now_and_then(self) -> None:
        if time.time() - self._swept < min(SWEEP_SECONDS, KEPT_SECONDS):
            return
        self._swept = time.time()
        try:
            with self._writing(SWEEPING) as connection:
                for statement in _SWEEP:
                    connection.execute(statement, (KEPT_SECONDS,))
        except self.ERRORS as error:  # the next round does it
            log.warning("old rows of live writing were not swept: %s", said_by(error))

    # — any thread —

    def check(self) -> None:
        with self._connected():
            pass

    def write(self, room: str, account: str | None, kind: str, data: bytes) -> int:
        with self._writing(room) as connection:
            added = _add(connection, (room, "", account, kind, data))
        self._told("", True, ())
        return added

    def signal(self, topic: str, data: bytes) -> None:
        with self._writing() as connection:
            connection.execute(_SAY, (topic, "", data))
        self._told("", True, ())

    def seed(self, room: str, make: Callable[[], tuple[bytes, str | None]]) -> Loaded:
        loaded = self.load(room)
        if loaded.exists:
            return loaded
        data, revision = make()
        with self._writing(room) as connection:
            if not _read(connection, room).exists:
                connection.execute(_SEAL, (room, _add(connection, (room, "", None, SEED, data)), revision))
            return _read(connection, room)

    def load(self, room: str) -> Loaded:
        with self._reading() as connection:
            return _read(connection, room)

    def compact(self, room: str) -> int:
        loaded = self.load(room)  # replayed before the lock is taken
        if loaded.rows < 2:
            return 0
        document = loaded.document()
        if not reaches(document.get_state(), loaded.updates):
            return 0
        data = document.get_update()
        with self._writing(room) as connection:
            if not _is_still(connection, room, loaded):
                return 0
            connection.execute(_FOLD, (room, loaded.folded_upto, loaded.upto, room))
            connection.execute(_SNAPSHOT, (room, loaded.upto, data))
        return loaded.rows  # they are swept when every worker has read them

    def authors_since(self, room: str, upto: int) -> list[str]:
        wrote: dict[str, tuple[int, int]] = {}
        with self._reading() as connection:
            for account, last, size in connection.execute(_AUTHORS, (room, upto, room, room, upto)).fetchall():
                before = wrote.get(account, (0, 0))
                wrote[account] = (before[0] + size, max(before[1], last))
        return sorted(wrote, key=lambda account: wrote[account], reverse=True)

    def mark_sealed(self, room: str, upto: int, revision: str | None) -> None:
        with self._writing(room) as connection:
            connection.execute(_SEAL, (room, upto, revision))
            connection.execute("DELETE FROM live_author WHERE room = ? AND last <= ?", (room, upto))

    def ahead(self, rooms: Sequence[str]) -> list[str]:
        with self._reading() as connection:
            return [room for room in rooms if connection.execute(_AHEAD, (room, room, room, room)).fetchone()]

    def open_rooms(self, quiet: float = 0.0) -> list[str]:
        with self._reading() as connection:
            return [room for (room,) in connection.execute(_OPEN, (float(quiet),)).fetchall()]

    def forget(self, room: str) -> None:
        with self._writing(room, SWEEPING) as connection:
            for table in ("live_update", "live_snapshot", "live_room", "live_author"):
                connection.execute(f"DELETE FROM {table} WHERE room = ?", (room,))  # noqa: S608  # the names stand above

    # — transactions —

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._connected() as connection, self._transaction(connection, self.BEGIN_READING):
            yield connection

    @contextmanager
    def _writing(self, *names: str) -> Iterator[Connection]:
        with self._connected() as connection, self._transaction(connection, self.BEGIN_WRITING):
            self._lock(connection, names)
            yield connection

    @contextmanager
    def _transaction(self, connection: Connection, begin: str) -> Iterator[None]:
        connection.execute(begin)
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with suppress(*self.ERRORS):  # what could not be undone goes with the connection
                connection.execute("ROLLBACK")
            raise


def new_worker() -> str:
    """Returns a name for whoever commits, so that nobody is told what is their own."""
    return uuid.uuid4().hex[:12]


def add_all(connection: Connection, worker: str, batch: Sequence[Append], said: Sequence[Signal]) -> None:
    """Adds the rows of a batch, and signals."""
    if batch:
        connection.executemany(_ADD, [(room, worker, account, kind, data) for room, account, kind, data, _extra, _token in batch])
    if said:
        connection.executemany(_SAY, [(topic, worker, data) for topic, data in said])


def _add(connection: Connection, row: Sequence[object]) -> int:
    added: int = connection.execute(f"{_ADD} RETURNING id", row).fetchall()[0][0]
    return added


def _read(connection: Connection, room: str) -> Loaded:
    snapshot = connection.execute("SELECT upto, data FROM live_snapshot WHERE room = ?", (room,)).fetchone()
    upto = snapshot[0] if snapshot else 0
    rows = connection.execute("SELECT id, data FROM live_update WHERE room = ? AND id > ? ORDER BY id", (room, upto)).fetchall()
    sealed = connection.execute("SELECT sealed_upto, revision_id FROM live_room WHERE room = ?", (room,)).fetchone()
    updates = tuple([snapshot[1]] if snapshot else []) + tuple(data for _id, data in rows)
    return Loaded(updates, rows[-1][0] if rows else upto, upto, len(rows), *(sealed or (0, None)))


def _is_still(connection: Connection, room: str, loaded: Loaded) -> bool:
    """Tells whether nobody folded or forgot a room since it was loaded; what was added does not matter."""
    folded = connection.execute("SELECT upto FROM live_snapshot WHERE room = ?", (room,)).fetchone()
    between = (room, loaded.folded_upto, loaded.upto)
    rows = connection.execute("SELECT count(*) FROM live_update WHERE room = ? AND id > ? AND id <= ?", between).fetchone()
    return bool((folded[0] if folded else 0) == loaded.folded_upto and rows[0] == loaded.rows)


def said_by(error: Exception) -> str:
    """Returns what a driver said, without the statement and what it was about."""
    return str(getattr(error, "orig", None) or error).strip()
