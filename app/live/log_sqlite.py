"""The log in an SQLite file of its own, beside the site's database, read by every worker of one machine."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.live import log_rows
from app.live.log import AWAY, DISK_FULL, Append, Listener, Loaded, Row, Signal
from app.live.log_rows import Connection, RowLog, add_all

log = logging.getLogger("recits.live")

# Asking an SQLite file whether it changed costs two microseconds.
POLL_SECONDS = 0.01
IDLE_SECONDS = 0.5
# Another worker holds the file for the few milliseconds that its disk takes; SQLite's own patience grows to a tenth of a second between two looks.
TURN_SECONDS = 0.0005

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
_LAST = "SELECT coalesce(max(id), 0) FROM live_update"
# The table may be empty again: signals are swept.
_LAST_SIGNAL = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'live_signal'"
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class SqliteLog(RowLog):
    """The log in an SQLite file.

    Args:
        path: the file; made where it does not exist.
        prepare: called with each new connection (tests fill the disk with it).
    """

    BEGIN_WRITING = "BEGIN IMMEDIATE"
    ERRORS = (sqlite3.Error,)

    def __init__(self, path: Path, prepare: Callable[[sqlite3.Connection], object] | None = None) -> None:
        super().__init__()
        self._path = path
        self._prepare = prepare
        self._ready = threading.Lock()
        self._made = False
        self._own: sqlite3.Connection | None = None

    # — the thread —

    def _open(self) -> None:
        self._own = self._connect()
        self._own.execute("PRAGMA busy_timeout = 0")  # `_take_turn` waits; all else of this thread only reads
        self._last = self._own.execute(_LAST).fetchone()[0]
        self._last_signal = self._own.execute(_LAST_SIGNAL).fetchone()[0]
        self._version = -1

    def _close(self) -> None:
        if self._own is not None:
            self._own.close()

    def _pause(self) -> float:
        return POLL_SECONDS if self.busy else IDLE_SECONDS

    def _news(self) -> tuple[list[Row], list[Signal]]:
        """Returns what other connections committed since the last look, which costs next to nothing where none did."""
        connection = self._own_connection()
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return [], []
        self._version = version
        return self._tail(connection)

    def _commit(self, batch: Sequence[Append], said: Sequence[Signal], listener: Listener) -> None:
        connection = self._own_connection()
        self._take_turn(connection)
        rows, signals = self._news()  # nothing of another may slip between our ids
        if rows or signals:
            listener.arrived(rows, signals)
        add_all(connection, self._worker, batch, said)
        # Read while the write lock is held: after the commit another process may already have added rows.
        last = connection.execute(_LAST).fetchone()[0] if batch else self._last
        last_signal = connection.execute(_LAST_SIGNAL).fetchone()[0] if said else self._last_signal
        connection.execute("COMMIT")
        self._last, self._last_signal = last, last_signal

    def _take_turn(self, connection: sqlite3.Connection) -> None:
        """Begins a transaction as soon as nobody else writes."""
        deadline = time.monotonic() + log_rows.BUSY_SECONDS
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(TURN_SECONDS)

    def _failed(self, error: Exception) -> str:
        connection = self._own_connection()
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            log.exception("a transaction of live writing could not be undone")
        return DISK_FULL if _code(error) in _FULL else AWAY

    def _tail(self, connection: sqlite3.Connection) -> tuple[list[Row], list[Signal]]:
        """Returns what other connections committed since the last look."""
        rows = connection.execute(
            "SELECT id, room, data, account, kind FROM live_update WHERE id > ? ORDER BY id", (self._last,)
        ).fetchall()
        signals = connection.execute("SELECT id, topic, data FROM live_signal WHERE id > ? ORDER BY id", (self._last_signal,)).fetchall()
        if rows:
            self._last = rows[-1][0]
        if signals:
            self._last_signal = signals[-1][0]
        return [row[1:] for row in rows], [signal[1:] for signal in signals]

    def _told(self, worker: str, written: bool, said: Sequence[Signal]) -> None:
        """Nothing to do: the others look at the file."""

    # — any thread: a site on which nobody has written live has no file, and reading makes none —

    def load(self, room: str) -> Loaded:
        return super().load(room) if self._path.exists() else Loaded((), 0, 0, 0, 0, None)

    def ahead(self, rooms: Sequence[str]) -> list[str]:
        return super().ahead(rooms) if self._path.exists() else []

    def open_rooms(self, quiet: float = 0.0) -> list[str]:
        return super().open_rooms(quiet) if self._path.exists() else []

    # — connections —

    def _own_connection(self) -> sqlite3.Connection:
        if self._own is None:
            raise RuntimeError("the log was not started")
        return self._own

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=log_rows.BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.create_function("clock_now", 0, time.time)
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
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _lock(self, connection: Connection, names: Sequence[str]) -> None:
        """Nothing to do: whoever began to write holds the whole file."""


def _code(error: Exception) -> int:
    """Returns the primary code of an error; extended ones hold it in their lowest byte."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
