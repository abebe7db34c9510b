"""Where the sites of the tests keep their tables: an SQLite file in the site's folder, or a PostgreSQL database of its own.

RECITS_TEST_POSTGRESQL names a server on which the person may make databases. Without it everything runs on SQLite.
Run as a command, this module finds that server and prints its address; it fails where none answers, never skips in silence.
"""

import itertools
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, String, Table, create_engine, event, make_url
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.sql.compiler import SQLCompiler

from app.db.engine import LOOSE_OPTION, writing_engine

VARIABLE = "RECITS_TEST_POSTGRESQL"
SERVER = os.environ.get(VARIABLE, "")
USUAL_SERVER = "postgresql+psycopg://127.0.0.1:5432/postgres"
FILE = "recits.sqlite3"

_run = secrets.token_hex(4)
_numbers = itertools.count(1)
_names: dict[Path, str] = {}


def sqlite_only(reason: str) -> pytest.MarkDecorator:
    """Marks a test that is about SQLite itself, and says why."""
    return pytest.mark.skipif(bool(SERVER), reason=reason)


def refuse_what_postgresql_refuses() -> None:
    """Makes SQLite refuse what PostgreSQL cannot store: a NUL byte in a text, a text longer than its column."""
    if not SERVER:
        event.listen(Engine, "before_cursor_execute", _check_parameters)


def _check_parameters(_connection: object, _cursor: object, statement: str, _parameters: object, context: Any, _many: bool) -> None:
    if context is None or not isinstance(context.compiled, SQLCompiler):
        return
    stores = context.isinsert or context.isupdate
    for row in context.compiled_parameters:
        for name, value in row.items():
            bind = context.compiled.binds.get(name)
            limit = bind.type.length if stores and bind is not None and isinstance(bind.type, String) else None
            if isinstance(value, str) and ("\0" in value or len(value) > (limit or len(value))):
                raise DataError(statement, None, ValueError(f"{name}: a NUL byte, or longer than {limit} characters"))


def database_settings(home: Path) -> dict[str, str]:
    """Returns the settings that name a site's database; an empty one is made where the site has none yet."""
    if not SERVER:
        return {}
    if home not in _names:
        _make(home, "template0")
    return {"database_url": make_url(SERVER).set(database=_names[home]).render_as_string(hide_password=False)}


def loose(engine: Engine) -> Engine:
    """Returns a view of a site's engine on which a test may write past the units of work; those that the site reads with cannot."""
    return engine.execution_options(**{LOOSE_OPTION: True})


def copy_site(source: Path, home: Path) -> None:
    """Copies the database and the secret of a site whose connections are closed."""
    shutil.copy(source / "secret", home)
    if SERVER:
        _make(home, _names[source])
    else:
        with closing(sqlite3.connect(source / FILE)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(source / FILE, home)


class KeptRows:
    """Every row of a site as it is now, to come back to: a copy of SQLite's pages in memory, which costs a fifth of what statements do; else tables beside."""

    def __init__(self, engine: Engine, tables: list[Table]) -> None:
        self._engine, self._names = engine, [table.name for table in tables]
        if SERVER:
            with loose(engine).begin() as connection:
                for name in self._names:
                    connection.exec_driver_sql(f"DROP TABLE IF EXISTS kept_{name}")
                    connection.exec_driver_sql(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}")
        else:
            self._pages = sqlite3.connect(":memory:")
            self._copy(to_site=False)

    def put_back(self) -> None:
        if SERVER:
            with writing_engine(self._engine).begin() as connection:
                for name in reversed(self._names):
                    connection.exec_driver_sql(f"DELETE FROM {name}")
                for name in self._names:
                    connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM kept_{name}")
        else:
            self._copy(to_site=True)

    def _copy(self, *, to_site: bool) -> None:
        with closing(sqlite3.connect(str(self._engine.url.database))) as site:
            if to_site:
                self._pages.backup(site)
            else:
                site.backup(self._pages)

    def close(self) -> None:
        if not SERVER:
            self._pages.close()


def drop_database(home: Path) -> None:
    """Takes a site's database away, whoever is connected; an SQLite file goes with its folder."""
    name = _names.pop(home, None)
    if name:
        _tell_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def scratch_database() -> Iterator[str]:
    """Makes an empty database on the server that is there, for tests that are about PostgreSQL; yields its address."""
    server = find_server()
    name = f"recits_test_{_run}_{next(_numbers)}"
    _tell_server(f'CREATE DATABASE "{name}" TEMPLATE template0', server)
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _tell_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', server)


def drop_all_databases() -> None:
    """Takes away every database that this run made."""
    for home in list(_names):
        drop_database(home)


def _make(home: Path, template: str) -> None:
    _names[home] = f"recits_test_{_run}_{next(_numbers)}"
    _tell_server(f'CREATE DATABASE "{_names[home]}" TEMPLATE "{template}"')


def _tell_server(statement: str, server: str = SERVER) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def find_server() -> str:
    """Returns the address of a PostgreSQL server that answers.

    Raises:
        SystemExit: if there is none; says what to do.
    """
    server = SERVER or USUAL_SERVER
    try:
        _tell_server("SELECT 1", server)
    except OperationalError as error:
        raise SystemExit(
            f"No PostgreSQL answers at {make_url(server)}: {error.orig}\n"
            f"Start one (Debian: apt install postgresql, then sudo -u postgres createuser --createdb $USER), or set {VARIABLE}, "
            "for example to postgresql+psycopg://user:password@host:5432/postgres. The user must have the right to make databases."
        ) from error
    return server


if __name__ == "__main__":
    print(find_server())
