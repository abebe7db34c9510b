"""Asks a plugin's code one thing, alone: its failure, exit or broken query stays its own; never decides what a failure means to the caller."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.hooks.calls import CALLS
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
        Failed: if it raises, exits, or ends a transaction that is not its own.
    """
    hook, name = HOOK_OF[type(owned.item)], owned.item.name
    transaction = session.get_transaction()
    try:
        with CALLS.call(owned.owner, hook, name), session.begin_nested():
            answer = question()
        if session.get_transaction() is not transaction and transaction is not None:
            raise RuntimeError("it ended a transaction that is not its own")
    except (Exception, SystemExit) as error:
        CALLS.fault(owned.owner, hook, name, error)
        raise Failed(owned.full_name) from error
    return answer
