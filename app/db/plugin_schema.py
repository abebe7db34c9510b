"""Which tables are whose, and the fence around a plugin's migration: it changes its own tables or nothing at all."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text

from app.db.base import metadata
from app.db.guard import lent_connection

CORE = "core"
_OWNER = "owner"
_VERSIONS = "_alembic_version"
_REBUILT = "_alembic_tmp_"

# What SQLite asks about while it prepares a statement, and which of its two arguments names the table.
_TABLE_FIRST = frozenset(
    {
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_CREATE_TEMP_VIEW,
        sqlite3.SQLITE_CREATE_VTABLE,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_DROP_VTABLE,
    }
)
_TABLE_SECOND = frozenset(
    {
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_ALTER_TABLE,
    }
)
_NEVER = frozenset({sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH})


class OutsideFence(Exception):
    """A migration changed what is not the plugin's."""


@dataclass(frozen=True)
class Owners:
    """Whose a table is: its models say so; of a table without a model, its name and the version tables of the database do."""

    names: frozenset[str]

    def of(self, table: str) -> str:
        """Returns the owner of a table, `core` where no plugin is."""
        table = table.removeprefix(_REBUILT)
        known = metadata.tables.get(table)
        if known is not None:
            return str(known.info.get(_OWNER, CORE))
        owners = [name for name in self.names if table.startswith(f"{name}_")]
        return max(owners, key=len, default=CORE)


def owners_in(connection: Connection, *more: str) -> Owners:
    """Returns the owners that a database knows of (each has a version table), and those named."""
    tables = inspect(connection).get_table_names()
    return Owners(frozenset(name.removesuffix(_VERSIONS) for name in tables if name.endswith(_VERSIONS)) | set(more))


def tables_of(connection: Connection, owner: str) -> list[str]:
    """Returns a plugin's tables that are in the database, its version table included."""
    owners = owners_in(connection, owner)
    return [name for name in sorted(inspect(connection).get_table_names()) if owners.of(name) == owner]


@contextmanager
def fenced(connection: Connection, owner: str) -> Iterator[None]:
    """Lets what runs inside change the tables of one plugin only, in a transaction that it can neither end nor leave.

    SQLite is asked before each statement runs. PostgreSQL says afterwards which tables the transaction wrote to and what their definitions are.

    Raises:
        OutsideFence: if anything else was changed; the caller rolls back.
    """
    owners = owners_in(connection, owner)
    before, written = _foreign_schema(connection, owners, owner), _written(connection)
    with _asked(connection, owners, owner):
        yield
    if _foreign_schema(connection, owners, owner) != before:
        raise OutsideFence("it changed tables that are not its own")
    touched = [name for name, count in _written(connection).items() if owners.of(name) != owner and count != written.get(name, 0)]
    if touched:
        raise OutsideFence(f"it wrote to {', '.join(sorted(touched))}")


@contextmanager
def _asked(connection: Connection, owners: Owners, owner: str) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        with lent_connection(connection):
            yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.set_authorizer(_authorizer(owners, owner))
    try:
        yield
    finally:
        driver.set_authorizer(None)


def _authorizer(owners: Owners, owner: str) -> Callable[..., int]:
    def may(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
        if action in _NEVER:
            return sqlite3.SQLITE_DENY
        table = first if action in _TABLE_FIRST else second if action in _TABLE_SECOND else None
        if table is None or table.startswith("sqlite_"):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_OK if owners.of(table) == owner else sqlite3.SQLITE_DENY

    return may


_POSTGRES_SCHEMA = """
SELECT c.relname, c.relkind::text, coalesce(c.relfilenode, 0)::text,
       coalesce((SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull, ',' ORDER BY a.attnum)
                 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), ''),
       coalesce((SELECT string_agg(pg_get_constraintdef(k.oid), ',' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid), ''),
       coalesce((SELECT string_agg(pg_get_indexdef(i.indexrelid), ',' ORDER BY i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid), ''),
       coalesce((SELECT string_agg(pg_get_triggerdef(t.oid), ',' ORDER BY t.tgname)
                 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal), '')
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
"""


def _foreign_schema(connection: Connection, owners: Owners, owner: str) -> set[tuple[Any, ...]]:
    """Returns the definitions of everything that is not the plugin's."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT tbl_name, type, name, sql FROM sqlite_master"))
    else:
        rows = connection.execute(text(_POSTGRES_SCHEMA))
    return {tuple(row) for row in rows if owners.of(row[0]) != owner and not row[0].startswith("sqlite_")}


def _written(connection: Connection) -> dict[str, int]:
    """Returns how often each table was written to, on PostgreSQL; its count may hold transactions before this one."""
    if connection.dialect.name != "postgresql":
        return {}
    statement = text("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
    return {row[0]: row[1] for row in connection.execute(statement)}
