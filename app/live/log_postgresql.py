"""The log in a PostgreSQL database, for workers on several machines: the same tables in a schema of their own, and a bell that wakes the others."""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from sqlalchemy import Connection as Driven
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.config import UnsafeSettings
from app.live.bells import FIRST_WAIT, LONGEST_WAIT, NotifyBell, RedisBell
from app.live.log import AWAY, DISK_FULL, Append, Listener, Row, Signal
from app.live.log_rows import BUSY_SECONDS, WOKEN, Connection, RowLog, add_all, new_worker, said_by

log = logging.getLogger("recits.live")

# Where nobody rings the bell, others' words come this late.
IDLE_SECONDS = 0.5
CONNECT_SECONDS = 5
SCHEMA_NAME = "recits_live"
SCHEMA = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA_NAME}",
    """CREATE TABLE live_update (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        room text NOT NULL, worker text NOT NULL, account text, kind text NOT NULL, at double precision NOT NULL, data bytea NOT NULL)""",
    "CREATE INDEX live_update_room ON live_update (room, id)",
    "CREATE INDEX live_update_tx ON live_update (tx)",
    "CREATE TABLE live_snapshot (room text PRIMARY KEY, upto bigint NOT NULL, at double precision NOT NULL, data bytea NOT NULL)",
    "CREATE TABLE live_room (room text PRIMARY KEY, sealed_upto bigint NOT NULL, revision_id text)",
    """CREATE TABLE live_author (room text NOT NULL, account text NOT NULL, last bigint NOT NULL, size bigint NOT NULL,
        at double precision NOT NULL, PRIMARY KEY (room, account))""",
    """CREATE TABLE live_signal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        topic text NOT NULL, worker text NOT NULL, at double precision NOT NULL, data bytea NOT NULL)""",
    "CREATE INDEX live_signal_tx ON live_signal (tx)",
)
# What no session of the log may lack, whatever the server's configuration says: a commit is on disk, and nobody who froze holds up the others.
_OPTIONS = (
    f"-c search_path={SCHEMA_NAME} -c synchronous_commit=on -c lock_timeout={BUSY_SECONDS}s "
    f"-c idle_in_transaction_session_timeout={BUSY_SECONDS}s"
)
_CONNECT = {
    "options": _OPTIONS,
    "application_name": "recits-live",
    "connect_timeout": CONNECT_SECONDS,
    # A server that vanished is noticed while people still look at the page.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * BUSY_SECONDS,
}
_FULL = ("53100", "58030")  # disk_full, io_error
# The same for all who look at one database and at no other, also not at a copy of it.
_PLACE = """SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || oid FROM pg_database
    WHERE datname = current_database()"""
# Asked of the catalogue as a table: names that were looked up before the wait for the lock are remembered until the transaction ends.
_THERE = f"SELECT 1 FROM pg_tables WHERE schemaname = '{SCHEMA_NAME}' AND tablename = 'live_signal'"  # noqa: S608  # the name above
# Restored into another server, rows would claim transactions that have not been yet.
_PAST = "UPDATE {} SET tx = '1' WHERE tx >= pg_snapshot_xmax(pg_current_snapshot())"
_NOBODY = "-"


class _Away(Exception):
    """The server did not answer a moment ago, and it is not time to ask again."""


class PostgresqlLog(RowLog):
    """The log in a PostgreSQL database.

    Args:
        url: of the database; the tables are made where there are none.
        redis_url: of the Redis through which workers wake each other; empty: PostgreSQL's notifications.
    """

    BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    ERRORS = (SQLAlchemyError, _Away)

    def __init__(self, url: str, redis_url: str = "") -> None:
        super().__init__()
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",  # transactions are begun and ended by RowLog
            pool_size=4,
            max_overflow=12,
            pool_pre_ping=True,
            connect_args=_CONNECT,
            hide_parameters=True,  # what people write is in no message
        )
        self._bell = RedisBell(redis_url, self._channel) if redis_url else NotifyBell(self._engine)
        self._ready = threading.Lock()
        self._place = ""
        self._own: _Lent | None = None
        self._rows = _Window("live_update", "room, data, account, kind")
        self._signals = _Window("live_signal", "topic, data")
        self._wait, self._retry_at = FIRST_WAIT, 0.0

    def check(self) -> None:
        try:
            super().check()
        except SQLAlchemyError as error:
            said = f"RECITS_LIVE_URL : la base de l’écriture à plusieurs ne répond pas. / Its database does not answer: {said_by(error)}"
            raise UnsafeSettings([said]) from error
        self._bell.check()

    # — the thread —

    def _open(self) -> None:
        try:
            connection = self._own_connection()
            for window in (self._rows, self._signals):
                connection.execute(_PAST.format(window.table))
                window.news(connection, _NOBODY, _horizon(connection))
        except SQLAlchemyError:
            self._let_go()
            raise
        self._bell.hear(self._heard)

    def _close(self) -> None:
        self._bell.stop()
        self._let_go()
        self._engine.dispose()

    def _pause(self) -> float:
        return IDLE_SECONDS

    def _news(self) -> tuple[list[Row], list[Signal]]:
        connection = self._own_connection()
        horizon = _horizon(connection)  # before the rows: what is committed in between is found now, and once more
        rows = self._rows.news(connection, self._worker, horizon)
        signals = self._signals.news(connection, self._worker, horizon)
        self._wait = FIRST_WAIT
        return rows, signals

    def _commit(self, batch: Sequence[Append], said: Sequence[Signal], listener: Listener) -> None:  # noqa: ARG002  # the others' rows are told from ours
        said = () if self._bell.carries else said
        if not batch and not said:
            return
        connection = self._own_connection()
        connection.execute(self.BEGIN_WRITING)
        self._lock(connection, [entry[0] for entry in batch])
        add_all(connection, self._worker, batch, said)
        connection.execute("COMMIT")

    def _failed(self, error: Exception) -> str:
        self._let_go()
        # What the lost connection may have committed all the same is heard from now on as another's.
        self._worker = new_worker()
        if isinstance(error, _Away):
            return AWAY
        self._retry_at = time.monotonic() + self._wait
        log.error("the database of live writing failed, asked again in %.1f s: %s", self._wait, said_by(error))
        self._wait = min(2 * self._wait, LONGEST_WAIT)
        return DISK_FULL if getattr(getattr(error, "orig", None), "sqlstate", None) in _FULL else AWAY

    def _told(self, worker: str, written: bool, said: Sequence[Signal]) -> None:
        carried = said if self._bell.carries else ()
        self._bell.ring(worker, written or len(said) > len(carried), carried)

    def _heard(self, worker: str, written: bool, said: Sequence[Signal]) -> None:
        if worker == self._worker:
            return
        if said:
            self._listener.arrived([], said)
        if written:
            self._queue.put(WOKEN)

    # — connections —

    def _own_connection(self) -> "_Lent":
        if self._own is None:
            if time.monotonic() < self._retry_at:
                raise _Away("the database did not answer a moment ago")
            driven = self._engine.connect()
            self._make(driven)
            self._own = _Lent(driven)
        return self._own

    def _let_go(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            with suppress(SQLAlchemyError):
                own.end()

    @contextmanager
    def _connected(self) -> Iterator["_Lent"]:
        with self._engine.connect() as driven:
            self._make(driven)
            yield _Lent(driven)

    def _make(self, connection: Driven) -> None:
        """Makes the tables, once, whoever else begins at the same time."""
        with self._ready:
            if self._place:
                return
            if connection.exec_driver_sql(_THERE).scalar() is None:
                connection.exec_driver_sql("BEGIN")
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_key("tables"),))
                if connection.exec_driver_sql(_THERE).scalar() is None:
                    for statement in SCHEMA:
                        connection.exec_driver_sql(statement)
                connection.exec_driver_sql("COMMIT")
            self._place = str(connection.exec_driver_sql(_PLACE).scalar())

    def _channel(self) -> str:
        """Returns on which of Redis's channels the workers of this database speak; several sites may share a Redis."""
        if not self._place:
            with self._connected():
                pass
        return f"recits:live:{hashlib.sha256(self._place.encode()).hexdigest()[:16]}"

    def _lock(self, connection: Connection, names: Sequence[str]) -> None:
        """Ids are drawn when a row is added and seen when it is committed: two writers of one room would be read in another order than counted.

        What was loaded up to an id, to be folded or sealed, would then lack a row before it. Taken in one order by all.
        """
        if names:
            keys = sorted({_key(name) for name in names})
            connection.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(?::bigint[]) AS key", (keys,))


class _Lent:
    """A connection that takes statements as RowLog writes them."""

    def __init__(self, driven: Driven) -> None:
        self._driven = driven

    def execute(self, statement: str, parameters: Sequence[Any] = (), /) -> Any:
        return self._driven.exec_driver_sql(_spoken(statement), tuple(parameters) or None)

    def executemany(self, statement: str, parameters: Sequence[Sequence[Any]], /) -> Any:
        return self._driven.exec_driver_sql(_spoken(statement), [tuple(row) for row in parameters])

    def end(self) -> None:
        """Closes it; what it began is undone by the server."""
        self._driven.invalidate()
        self._driven.close()


class _Window:
    """What of a table was handed on.

    Rows become visible in another order than their ids. Every transaction before the horizon had ended when it was read: its rows were seen.
    Those of later ones that were handed on already are remembered until the horizon has passed them.
    """

    def __init__(self, table: str, columns: str) -> None:
        self.table = table
        self._query = f"""SELECT id, tx::text, {columns} FROM {table}
            WHERE tx >= ?::text::xid8 AND worker <> ? AND id <> ALL(?::bigint[]) ORDER BY id"""  # noqa: S608  # the two names above
        self._horizon = 0
        self._handed: dict[int, int] = {}

    def news(self, connection: Connection, worker: str, horizon: int) -> list[Any]:
        """Returns the rows of others that were not handed on yet; `horizon` was read just before."""
        rows = connection.execute(self._query, (str(self._horizon), worker, list(self._handed))).fetchall()
        self._handed.update((row[0], int(row[1])) for row in rows)
        self._handed = {found: tx for found, tx in self._handed.items() if tx >= horizon}
        self._horizon = horizon
        return [tuple(row[2:]) for row in rows]


def _horizon(connection: Connection) -> int:
    """Returns the first transaction that may still be going on."""
    return int(connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text").fetchone()[0])


@cache
def _spoken(statement: str) -> str:
    return statement.replace("?", "%s").replace("clock_now()", "extract(epoch FROM clock_timestamp())::double precision")


def _key(name: str) -> int:
    """Returns the number of a lock."""
    return int.from_bytes(hashlib.sha256(f"{SCHEMA_NAME}:{name}".encode()).digest()[:8], signed=True)
