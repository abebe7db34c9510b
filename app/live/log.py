"""The append-only log of live writing: what is here is on disk. One interface, and its SQLite form in a file of its own, read by every worker."""

import logging
import queue
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pycrdt import Doc

from app.live.structs import reaches

log = logging.getLogger("recits.live")

WRITE, SUGGEST, SERVER, SEED = "write", "suggest", "server", "seed"
DISK_FULL, AWAY = "disk_full", "restart"

LINGER_SECONDS = 0.005
POLL_SECONDS = 0.01
IDLE_SECONDS = 0.5
BUSY_SECONDS = 10
MOST_IN_ONE_COMMIT = 2000
SIGNAL_SECONDS = 30
# A room with fewer rows is read as fast as its snapshot would be.
ROWS_WORTH_COMPACTING = 50

# (room, account, kind, update, what travels with it to the other screens, whose it is): never built twice on the way of a keystroke.
Append = tuple[str, str | None, str, bytes, bytes, Any]
# (room, update, account, kind) that another connection committed.
Row = tuple[str, bytes, str | None, str]
# (topic, data) that somebody said.
Signal = tuple[str, bytes]


@dataclass(frozen=True)
class Loaded:
    """What the log knows of a room.

    Args:
        updates: in order; the first may be a snapshot.
        upto: the last id among them; `folded_upto` that of the snapshot.
        rows: how many are not in the snapshot.
        revision: with which the text agreed when it was sealed up to `sealed_upto`.
    """

    updates: tuple[bytes, ...]
    upto: int
    folded_upto: int = 0
    rows: int = 0
    sealed_upto: int = 0
    revision: str | None = None

    @property
    def exists(self) -> bool:
        return bool(self.updates)

    def document(self) -> Doc[Any]:
        """Returns the room's document; one by one, since merging a long log is quadratic."""
        document: Doc[Any] = Doc()
        for update in self.updates:
            document.apply_update(update)
        return document


class Listener(Protocol):
    """Who is told, in the log's own thread, what became of what was appended and what others wrote."""

    def committed(self, batch: Sequence[Append]) -> None: ...

    def failed(self, batch: Sequence[Append], reason: str) -> None: ...

    def arrived(self, rows: Sequence[Row], signals: Sequence[Signal]) -> None: ...


class UpdateLog(Protocol):
    """Where live writing is kept. `append` and `say` are for the worker that serves rooms, all else for any thread of any process."""

    busy: bool

    def start(self, listener: Listener) -> None:
        """Starts the thread that commits and listens; called once, by a worker that serves rooms."""

    def stop(self) -> None:
        """Commits what is queued and ends the thread."""

    def append(self, entries: list[Append]) -> None:
        """Queues updates that belong into one commit; the listener is told when they are on disk, or that they will not be."""

    def say(self, topic: str, data: bytes) -> None:
        """Queues a signal to the other workers; nobody waits for it."""

    def write(self, room: str, account: str | None, kind: str, data: bytes) -> int:
        """Commits an update now; returns its id. Every worker hears of it as of another's."""

    def signal(self, topic: str, data: bytes) -> None:
        """Commits a signal now, to every worker."""

    def seed(self, room: str, make: Callable[[], tuple[bytes, str | None]]) -> Loaded:
        """Returns a room; where it has no rows yet, the first one is what `make` returns: an update, and the revision that it agrees with."""

    def load(self, room: str) -> Loaded:
        """Returns all of a room."""

    def compact(self, room: str) -> int:
        """Folds the rows of a room into one update; returns how many were folded. None is while one of them waits for another that is missing."""

    def authors_since(self, room: str, upto: int) -> list[str]:
        """Returns the accounts that wrote after a row, who wrote most first."""

    def mark_sealed(self, room: str, upto: int, revision: str | None) -> None:
        """Notes that a room's text agrees with a revision, up to a row."""

    def open_rooms(self, quiet: float = 0.0) -> list[str]:
        """Returns the rooms in which something was written after they were last sealed, and nothing in the last `quiet` seconds."""

    def forget(self, room: str) -> None:
        """Takes all of a room away."""


SCHEMA = (
    """CREATE TABLE IF NOT EXISTS live_update (id INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, worker TEXT NOT NULL,
        account TEXT, kind TEXT NOT NULL, at REAL NOT NULL, data BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS live_update_room ON live_update (room, id)",
    "CREATE TABLE IF NOT EXISTS live_snapshot (room TEXT PRIMARY KEY, upto INTEGER NOT NULL, at REAL NOT NULL, data BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS live_room (room TEXT PRIMARY KEY, sealed_upto INTEGER NOT NULL, revision_id TEXT)",
    """CREATE TABLE IF NOT EXISTS live_author (room TEXT NOT NULL, account TEXT NOT NULL, last INTEGER NOT NULL, size INTEGER NOT NULL,
        at REAL NOT NULL, PRIMARY KEY (room, account))""",
    """CREATE TABLE IF NOT EXISTS live_signal (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, worker TEXT NOT NULL,
        at REAL NOT NULL, data BLOB NOT NULL)""",
)
_ADD = "INSERT INTO live_update (room, worker, account, kind, at, data) VALUES (?, ?, ?, ?, ?, ?)"
_SAY = "INSERT INTO live_signal (topic, worker, at, data) VALUES (?, ?, ?, ?)"
_SEAL = """INSERT INTO live_room (room, sealed_upto, revision_id) VALUES (?, ?, ?)
    ON CONFLICT (room) DO UPDATE SET sealed_upto = max(sealed_upto, excluded.sealed_upto), revision_id = excluded.revision_id"""
_FOLD = """INSERT INTO live_author (room, account, last, size, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (room, account)
    DO UPDATE SET last = max(last, excluded.last), size = size + excluded.size, at = excluded.at"""
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class SqliteLog:
    """The log in an SQLite file; one thread owns the connection that commits, so that many updates share one commit.

    Args:
        path: the file; made where it does not exist.
        prepare: called with each new connection (tests fill the disk with it).
    """

    def __init__(self, path: Path, prepare: Callable[[sqlite3.Connection], object] | None = None) -> None:
        self.busy = False
        self._path = path
        self._prepare = prepare
        self._worker = uuid.uuid4().hex[:12]
        self._queue: queue.SimpleQueue[list[Append] | Signal | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ready = threading.Lock()
        self._made = False

    # — the thread —

    def start(self, listener: Listener) -> None:
        self._thread = threading.Thread(target=self._run, args=(listener,), name="recits-live", daemon=True)
        connection = self._connect()
        self._thread_connection = connection
        self._last = connection.execute("SELECT coalesce(max(id), 0) FROM live_update").fetchone()[0]
        self._last_signal = connection.execute("SELECT coalesce(max(id), 0) FROM live_signal").fetchone()[0]
        self._version = -1
        self._trimmed = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(BUSY_SECONDS)

    def append(self, entries: list[Append]) -> None:
        self._queue.put(entries)

    def say(self, topic: str, data: bytes) -> None:
        self._queue.put((topic, data))

    def _run(self, listener: Listener) -> None:
        connection = self._thread_connection
        going = True
        while going:
            batch: list[Append] = []
            said: list[Signal] = []
            going = self._gather(batch, said)
            try:
                self._listen(connection, listener)
                if batch or said:
                    self._commit(connection, listener, batch, said)
            except sqlite3.Error as error:
                _roll_back(connection)
                log.error("live writing was not kept: %s", error)
                if batch:
                    listener.failed(batch, DISK_FULL if _code(error) in _FULL else AWAY)
                time.sleep(POLL_SECONDS)
        connection.close()

    def _gather(self, batch: list[Append], said: list[Signal]) -> bool:
        """Waits for the first item and a little longer for those that come with it; returns False when the thread is to end."""
        try:
            item = self._queue.get(timeout=POLL_SECONDS if self.busy else IDLE_SECONDS)
            time.sleep(LINGER_SECONDS)
            while True:
                if item is None:
                    return False
                if isinstance(item, tuple):
                    said.append(item)
                else:
                    batch.extend(item)
                if len(batch) >= MOST_IN_ONE_COMMIT:
                    return True
                item = self._queue.get_nowait()
        except queue.Empty:
            return True

    def _listen(self, connection: sqlite3.Connection, listener: Listener) -> None:
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._tail(connection, listener)

    def _commit(self, connection: sqlite3.Connection, listener: Listener, batch: Sequence[Append], said: Sequence[Signal]) -> None:
        now, worker = time.time(), self._worker
        connection.execute("BEGIN IMMEDIATE")
        self._tail(connection, listener)  # nothing of another may slip between our ids
        if batch:
            connection.executemany(_ADD, [(room, worker, account, kind, now, data) for room, account, kind, data, _extra, _token in batch])
        if said:
            connection.executemany(_SAY, [(topic, worker, now, data) for topic, data in said])
        if time.monotonic() - self._trimmed > SIGNAL_SECONDS / 3:
            self._trimmed = time.monotonic()
            connection.execute("DELETE FROM live_signal WHERE at < ?", (now - SIGNAL_SECONDS,))
        # Read while the write lock is held: after the commit another process may already have added rows.
        last = connection.execute("SELECT coalesce(max(id), 0) FROM live_update").fetchone()[0]
        last_signal = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'live_signal'").fetchone()
        connection.execute("COMMIT")
        self._last = max(self._last, last)
        self._last_signal = last_signal[0] if last_signal else 0
        if batch:
            listener.committed(batch)

    def _tail(self, connection: sqlite3.Connection, listener: Listener) -> None:
        """Hands on what other connections committed since the last look."""
        rows = connection.execute(
            "SELECT id, room, data, account, kind FROM live_update WHERE id > ? ORDER BY id", (self._last,)
        ).fetchall()
        signals = connection.execute("SELECT id, topic, data FROM live_signal WHERE id > ? ORDER BY id", (self._last_signal,)).fetchall()
        if rows:
            self._last = rows[-1][0]
        if signals:
            self._last_signal = signals[-1][0]
        if rows or signals:
            listener.arrived([row[1:] for row in rows], [row[1:] for row in signals])

    # — any thread —

    def write(self, room: str, account: str | None, kind: str, data: bytes) -> int:
        with self._writing() as connection:
            return int(connection.execute(_ADD, (room, "", account, kind, time.time(), data)).lastrowid or 0)

    def signal(self, topic: str, data: bytes) -> None:
        with self._writing() as connection:
            connection.execute(_SAY, (topic, "", time.time(), data))

    def seed(self, room: str, make: Callable[[], tuple[bytes, str | None]]) -> Loaded:
        loaded = self.load(room)
        if loaded.exists:
            return loaded
        data, revision = make()
        with self._writing() as connection:
            if not _read(connection, room).exists:
                seeded = connection.execute(_ADD, (room, "", None, SEED, time.time(), data)).lastrowid
                connection.execute(_SEAL, (room, seeded, revision))
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
        with self._writing() as connection:
            if not _is_still(connection, room, loaded):
                return 0
            _fold_authors(connection, room, loaded.upto)
            connection.execute("INSERT OR REPLACE INTO live_snapshot VALUES (?, ?, ?, ?)", (room, loaded.upto, time.time(), data))
            return connection.execute("DELETE FROM live_update WHERE room = ? AND id <= ?", (room, loaded.upto)).rowcount

    def authors_since(self, room: str, upto: int) -> list[str]:
        wrote: dict[str, tuple[int, int]] = {}
        with self._reading() as connection:
            query = """SELECT account, max(id), sum(length(data)) FROM live_update
                WHERE room = ? AND id > ? AND account IS NOT NULL GROUP BY account
                UNION ALL SELECT account, last, size FROM live_author WHERE room = ? AND last > ?"""
            for account, last, size in connection.execute(query, (room, upto, room, upto)):
                before = wrote.get(account, (0, 0))
                wrote[account] = (before[0] + size, max(before[1], last))
        return sorted(wrote, key=lambda account: wrote[account], reverse=True)

    def mark_sealed(self, room: str, upto: int, revision: str | None) -> None:
        with self._writing() as connection:
            connection.execute(_SEAL, (room, upto, revision))
            connection.execute("DELETE FROM live_author WHERE room = ? AND last <= ?", (room, upto))

    def open_rooms(self, quiet: float = 0.0) -> list[str]:
        query = """SELECT room FROM (SELECT room, max(id) AS last, max(at) AS at FROM live_update GROUP BY room
            UNION ALL SELECT room, upto, at FROM live_snapshot) LEFT JOIN live_room USING (room)
            WHERE last > coalesce(sealed_upto, 0) GROUP BY room HAVING max(at) <= ? ORDER BY max(last)"""
        with self._reading() as connection:
            return [room for (room,) in connection.execute(query, (time.time() - quiet,))]

    def forget(self, room: str) -> None:
        with self._writing() as connection:
            for table in ("live_update", "live_snapshot", "live_room", "live_author"):
                connection.execute(f"DELETE FROM {table} WHERE room = ?", (room,))  # noqa: S608  # the names stand above

    # — connections —

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        with self._ready:
            if not self._made:
                connection.execute("BEGIN IMMEDIATE")
                for statement in SCHEMA:
                    connection.execute(statement)
                connection.execute("COMMIT")
                self._path.chmod(0o600)
                self._made = True
        if self._prepare is not None:
            self._prepare(connection)
        return connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()  # without a COMMIT nothing was written


def _read(connection: sqlite3.Connection, room: str) -> Loaded:
    snapshot = connection.execute("SELECT upto, data FROM live_snapshot WHERE room = ?", (room,)).fetchone()
    upto = snapshot[0] if snapshot else 0
    rows = connection.execute("SELECT id, data FROM live_update WHERE room = ? AND id > ? ORDER BY id", (room, upto)).fetchall()
    sealed = connection.execute("SELECT sealed_upto, revision_id FROM live_room WHERE room = ?", (room,)).fetchone()
    updates = tuple([snapshot[1]] if snapshot else []) + tuple(data for _id, data in rows)
    return Loaded(updates, rows[-1][0] if rows else upto, upto, len(rows), *(sealed or (0, None)))


def _is_still(connection: sqlite3.Connection, room: str, loaded: Loaded) -> bool:
    """Tells whether nobody folded or forgot a room since it was loaded; what was added does not matter."""
    folded = connection.execute("SELECT upto FROM live_snapshot WHERE room = ?", (room,)).fetchone()
    rows = connection.execute("SELECT count(*) FROM live_update WHERE room = ? AND id <= ?", (room, loaded.upto)).fetchone()
    return (folded[0] if folded else 0) == loaded.folded_upto and rows[0] == loaded.rows


def _fold_authors(connection: sqlite3.Connection, room: str, upto: int) -> None:
    """Keeps who wrote the rows up to one that are about to go, unless they were sealed."""
    query = """SELECT account, max(id), sum(length(data)), max(at) FROM live_update WHERE room = ? AND id <= ? AND account IS NOT NULL
        AND id > coalesce((SELECT sealed_upto FROM live_room WHERE room = ?), 0) GROUP BY account"""
    found: Iterable[tuple[str, int, int, float]] = connection.execute(query, (room, upto, room)).fetchall()
    connection.executemany(_FOLD, [(room, account, last, size, at) for account, last, size, at in found])


def _roll_back(connection: sqlite3.Connection) -> None:
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except sqlite3.Error:
        log.exception("a transaction of live writing could not be undone")


def _code(error: sqlite3.Error) -> int:
    """Returns the primary code of an error; extended ones hold it in their lowest byte."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
