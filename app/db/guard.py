"""Keeps whoever is lent a session from ending its transaction, takes back connections that plugins keep, and refuses them engines of their own."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import URL, Connection, Dialect, Engine, event
from sqlalchemy.orm import Session

from app.hooks.calls import CALLS, Call

_LENT = "recits_lent"
# What would end the transaction, leave it, or change how it may write; savepoints are fine.
_NOT_FOR_BORROWERS = (
    "BEGIN",
    "COMMIT",
    "END",
    "ABORT",
    "ROLLBACK",
    "PREPARE",
    "SET",
    "RESET",
    "DISCARD",
    "PRAGMA",
    "ATTACH",
    "DETACH",
    "VACUUM",
)
# Comments, before which a statement may hide; and what is quoted, which is none.
_HIDES = re.compile(r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$).*?\1""", re.DOTALL)


class Lent(RuntimeError):
    """Somebody tried to end, or leave, a transaction that was only lent to them."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: the transaction is not its own")


class _Lendable(Session):
    """A session that can be lent."""

    def commit(self) -> None:
        self._refuse("commit")
        super().commit()

    def rollback(self) -> None:
        self._refuse("rollback")
        super().rollback()

    def close(self) -> None:
        self._refuse("close")
        super().close()

    def reset(self) -> None:
        self._refuse("reset")
        super().reset()

    def invalidate(self) -> None:
        self._refuse("invalidate")
        super().invalidate()

    def _refuse(self, what: str) -> None:
        if self.info.get(_LENT):
            raise Lent(what)


class WritingSession(_Lendable):
    """The session of a unit of work."""


class ReadingSession(_Lendable, FlaskSession):
    """The session that a request reads with."""


@contextmanager
def lent(session: Session) -> Iterator[None]:
    """Lends a session: until the block ends, its transaction cannot be ended, neither through it nor through its connection.

    Raises:
        Lent: at the end, if the transaction is another all the same.
    """
    connection = session.connection()
    info = connection.info  # a connection that somebody closed has none any more, and the mark must come off
    before = session.info.get(_LENT), info.get(_LENT)
    session.info[_LENT] = info[_LENT] = True
    try:
        yield
    finally:
        session.info[_LENT], info[_LENT] = before
    if not connection.in_transaction():  # nor is it where the connection was closed, or the session took another
        raise Lent("ended")


@contextmanager
def lent_connection(connection: Connection) -> Iterator[None]:
    """Lends a connection without a session: until the block ends, its transaction cannot be ended."""
    info = connection.info
    before = info.get(_LENT)
    info[_LENT] = True
    try:
        yield
    finally:
        info[_LENT] = before


def guard_connections(engine: Engine) -> None:
    """Installs the guard on an engine that has no connection yet."""
    _sites[engine.dialect] = engine.url
    event.listen(engine, "checkout", _note_taken)
    event.listen(engine, "commit", _refuse_commit)
    event.listen(engine, "before_cursor_execute", _check_statement)


def _refuse_commit(connection: Connection) -> None:
    if connection.info.get(_LENT):
        raise Lent("commit")


def _check_statement(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if not connection.info.get(_LENT):
        return
    for part in _HIDES.sub(" ", statement).split(";"):  # PostgreSQL takes several at once
        words = part.lstrip(" \t\r\n(").upper()
        if words.startswith(_NOT_FOR_BORROWERS) and not words.startswith("ROLLBACK TO"):
            raise Lent(words.split(maxsplit=1)[0])


# — connections that plugins take for themselves —

_sites: WeakKeyDictionary[Dialect, URL] = WeakKeyDictionary()
_taken: dict[int, dict[Any, tuple[Any, Call]]] = {}  # thread → record of the pool → what holds it, and the call that took it


def take_back() -> int:
    """Takes back what plugins' calls of this thread took from the site's connections and keep, for the end of a request or job: a transaction that stays open would
    hold its lock for ever. What they had written is undone, and they are named. Returns how many there were.
    """
    kept = _taken.pop(threading.get_ident(), {})
    for holder, call in list(kept.values()):
        if holder.dbapi_connection is not None:  # else it was given back
            holder.invalidate()
            CALLS.fault(
                call.owner, call.hook, call.name, "it kept a connection to the database, which was taken back and its transaction undone"
            )
    return len(kept)


def _note_taken(_driver: Any, record: Any, holder: Any) -> None:
    call = CALLS.innermost()
    if call is not None:
        _taken.setdefault(threading.get_ident(), {})[record] = holder, call


def _refuse_other_engines(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """An engine that a plugin makes has none of the site's rules: it could write where the site only reads, and nobody would know of its transactions."""
    call = CALLS.innermost()
    if call is None or dialect in _sites:
        return
    if any(_same_database(url, dialect, arguments, options) for url in list(_sites.values())):
        CALLS.fault(call.owner, call.hook, call.name, "it asked for a connection of its own to the site's database, and was refused")
        raise Lent("a connection of its own to the site's database")


def _same_database(url: URL, dialect: Any, arguments: list[Any], options: dict[str, Any]) -> bool:
    if url.get_backend_name() != dialect.name:
        return False
    if dialect.name == "sqlite":
        return bool(arguments and url.database and os.path.realpath(_file_of(str(arguments[0]))) == os.path.realpath(url.database))
    return (options.get("host"), options.get("port"), options.get("dbname")) == (url.host, url.port, url.database)


def _file_of(name: str) -> str:
    return name.removeprefix("file:").partition("?")[0]


event.listen(Engine, "do_connect", _refuse_other_engines)
