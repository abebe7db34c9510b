"""Asks a plugin's code one thing, alone: its failure, exit or broken query stays its own; never decides what a failure means to the caller."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from app.db.guard import lent
from app.hooks.calls import CALLS, Suspended
from app.hooks.contracts import Owned
from app.hooks.specs import HOOK_OF

Answer = TypeVar("Answer")


class Failed(Exception):
    """A plugin's code failed; it is named on the health page already. For callers that fail closed."""


def ask(session: Session, owned: Owned[Any], question: Callable[[], Answer]) -> Answer | None:
    """Returns a plugin's answer, or None if it raises, exits or breaks its query (fails soft)."""
    try:
        return insist(session, owned, question)
    except Failed:
        return None


def insist(session: Session, owned: Owned[Any], question: Callable[[], Answer]) -> Answer:
    """Returns a plugin's answer (fails closed).

    A query that fails ends the whole transaction on PostgreSQL: the savepoint keeps the request's own queries, or the unit of work's writes, out of it.

    Args:
        session: the session that the question reads or writes with.
        owned: the declared object that is asked.
        question: asks it.

    Raises:
        Failed: if it raises, exits, or tries to end a transaction that is not its own.
    """
    hook, name = HOOK_OF[type(owned.item)], owned.item.name
    try:
        with CALLS.call(owned.owner, hook, name), lent(session), session.begin_nested():
            return question()
    except BaseException as error:
        _note(owned, error)
        raise Failed(owned.full_name) from error


def ask_all(session: Session, asked: Sequence[tuple[Owned[Any], Callable[[], Answer]]]) -> list[Answer | Failed]:
    """Returns the answers of several plugins' objects, each still alone; in the place of one that failed stands its failure (fails soft).

    For reading: one savepoint serves all, and a new one follows each failure, since twenty savepoints are felt on a page. What an answer wrote may be undone
    by the failure of a later one.

    Args:
        session: the session that the questions read with.
        asked: the declared objects, with the question to each.
    """
    answers: list[Answer | Failed] = []
    savepoint: SessionTransaction | None = None
    for owned, question in asked:
        hook, name = HOOK_OF[type(owned.item)], owned.item.name
        savepoint = savepoint or session.begin_nested()
        try:
            with CALLS.call(owned.owner, hook, name), lent(session):
                answer = question()
            if session.get_nested_transaction() is not savepoint:
                raise RuntimeError("it ended a transaction that is not its own")
        except BaseException as error:
            _note(owned, error)
            _undo(session, savepoint)
            savepoint = None
            answers.append(Failed(owned.full_name))
        else:
            answers.append(answer)
    if savepoint is not None:
        try:
            savepoint.commit()
        except SQLAlchemyError as error:  # what somebody left in the session cannot be written: nothing of it is
            owned = asked[-1][0]
            CALLS.fault(owned.owner, HOOK_OF[type(owned.item)], owned.item.name, error)
            _undo(session, savepoint)
    return answers


def _undo(session: Session, savepoint: SessionTransaction) -> None:
    """Rolls a savepoint back; where a plugin has ended it already, the whole reading transaction ends with it and the next query begins another."""
    try:
        savepoint.rollback()
    except SQLAlchemyError:
        session.rollback()


def _note(owned: Owned[Any], error: BaseException) -> None:
    """Keeps a fault; whatever was raised stays here, but for somebody's own hand on the command line."""
    if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
        raise error
    if not isinstance(error, Suspended):  # that is known already
        CALLS.fault(owned.owner, HOOK_OF[type(owned.item)], owned.item.name, error)
