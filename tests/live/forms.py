"""The forms of the log, each in a place of its own: an SQLite file, and a PostgreSQL database whose workers are woken by itself or by Redis."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from app.live.log_postgresql import PostgresqlLog
from app.live.log_rows import RowLog
from app.live.log_sqlite import SqliteLog
from tests.databases import scratch_database

REDIS = os.environ.get("RECITS_TEST_REDIS", "redis://127.0.0.1:6379/0")
NAMES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.long), pytest.param("redis", marks=pytest.mark.long))


class Form:
    """One place, and the logs that were opened on it."""

    def __init__(self) -> None:
        self.logs: list[RowLog] = []

    def log(self) -> RowLog:
        """Returns a log as another worker, or a command, has it."""
        self.logs.append(self._make())
        return self.logs[-1]

    def _make(self) -> RowLog:
        raise NotImplementedError

    def ask(self, statement: str) -> list[Any]:
        """Returns rows of the tables themselves."""
        raise NotImplementedError

    def end(self) -> None:
        for log in self.logs:
            log.stop()


class SqliteForm(Form):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def _make(self) -> RowLog:
        return SqliteLog(self.path)

    def ask(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            return connection.execute(statement).fetchall()


class PostgresqlForm(Form):
    def __init__(self, url: str, redis_url: str = "") -> None:
        super().__init__()
        self.url, self.redis_url = url, redis_url
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def _make(self) -> RowLog:
        return PostgresqlLog(self.url, self.redis_url)

    def ask(self, statement: str) -> list[Any]:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("SET search_path TO recits_live")
            found = connection.exec_driver_sql(statement)
            return [tuple(row) for row in found] if found.returns_rows else []


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Form]:
    """Opens a form's place, and takes it away afterwards."""
    if name == "sqlite":
        form: Form = SqliteForm(folder / "live.sqlite3")
        try:
            yield form
        finally:
            form.end()
        return
    with scratch_database() as url:
        form = PostgresqlForm(url, REDIS if name == "redis" else "")
        try:
            yield form
        finally:
            form.end()
