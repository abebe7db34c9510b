"""Keeps whoever is lent a session from ending its transaction: plugins read or write in a transaction that is the core's to end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

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

    def prepare(self) -> None:
        self._refuse("prepare")
        super().prepare()

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
    transaction = session.get_transaction()
    info = connection.info  # a connection that somebody closed has none any more, and the mark must come off
    before = session.info.get(_LENT), info.get(_LENT)
    session.info[_LENT] = info[_LENT] = True
    try:
        yield
    finally:
        session.info[_LENT], info[_LENT] = before
    if session.get_transaction() is not transaction or connection.closed or not connection.in_transaction():
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
    event.listen(engine, "commit", lambda connection: _refuse(connection, "commit"))
    event.listen(engine, "rollback", lambda connection: _refuse(connection, "rollback"))
    event.listen(engine, "before_cursor_execute", _check_statement)


def _refuse(connection: Connection, what: str) -> None:
    if connection.info.get(_LENT):
        raise Lent(what)


def _check_statement(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if not connection.info.get(_LENT):
        return
    words = statement.lstrip(" \t\r\n;(").upper()
    if (words.startswith(_NOT_FOR_BORROWERS) and not words.startswith("ROLLBACK TO")) or words.startswith(("--", "/*")):
        raise Lent(words.split(maxsplit=1)[0])
