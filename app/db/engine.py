"""How connections behave: SQLite's pragmas and explicit transactions, PostgreSQL's one-writer lock, the order of names; no query of the domain."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Engine, event
from sqlalchemy.orm import InstrumentedAttribute

from app.db.guard import guard_connections

WRITE_OPTION = "recits_write"
# Begins as a reader and may write all the same: for tools and tests that look at what units of work do.
LOOSE_OPTION = "recits_loose"
BUSY_SECONDS = 30
# Any constant of our own: every writer of one database takes the same advisory lock (docs/decisions.md, 1).
_POSTGRES_WRITE_LOCK = 0x5245434954
# PostgreSQL's own name for the French order; SQLite's connections are taught one of that name.
_FRENCH = "fr-x-icu"
_READ_ONLY = "recits_read_only"


def engine_options(url: str) -> dict[str, Any]:
    """Returns SQLAlchemy engine options for a database URL."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}, "pool_size": 12, "max_overflow": 20}
    # One view of the database for the whole of a reading transaction, as SQLite gives.
    return {
        "pool_pre_ping": True,
        "pool_size": 12,
        "max_overflow": 20,
        "isolation_level": "REPEATABLE READ",
        "execution_options": {"postgresql_readonly": True},
    }


def configure_engine(engine: Engine) -> None:
    """Installs the transaction rules on an engine that has no connection yet: who reads cannot write, who is lent a transaction cannot end it."""
    guard_connections(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _begin_postgres)


def writing_engine(engine: Engine) -> Engine:
    """Returns a view of the engine whose transactions are writing ones from their first statement.

    On PostgreSQL each statement of theirs sees what is committed: one view for all would date from before the wait for the lock.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False, **{WRITE_OPTION: True})
    return engine.execution_options(**{WRITE_OPTION: True})


def by_name(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Returns what to order by so that people find a name where they look for it: Évry after Brest, before Zuydcoote, on both databases."""
    return column.collate(_FRENCH)


def _compare_names(one: str, other: str) -> int:
    first, second = (_bare(one), one), (_bare(other), other)
    return (first > second) - (first < second)


def _bare(name: str) -> str:
    """Returns a name without accents and capitals."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver emits no BEGIN of its own; _begin_sqlite does
    connection.create_collation(_FRENCH, _compare_names)
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "trusted_schema = OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    writes = options.get(WRITE_OPTION, False)
    reads_only = not writes and not options.get(LOOSE_OPTION, False)
    if connection.info.get(_READ_ONLY) is not reads_only:
        # Past SQLAlchemy and only where it changes: every request passes here.
        connection.connection.dbapi_connection.execute(f"PRAGMA query_only = {int(reads_only)}")
        connection.info[_READ_ONLY] = reads_only
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Any) -> None:
    if connection.get_execution_options().get(WRITE_OPTION, False):
        # Waiting ends as it does on SQLite: with an OperationalError, which people are told about.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(BUSY_SECONDS * 1000)}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_WRITE_LOCK})")
