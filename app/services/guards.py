"""Asks plugins whether a step of a story's workflow may be taken; what cannot be asked refuses."""

from functools import partial

from sqlalchemy.orm import Session

from app.hooks.contracts import Guard, GuardContext, Objection, Owned
from app.hooks.snapshot import Snapshot
from app.services.asking import Failed, insist


def objections(session: Session, snapshot: Snapshot, context: GuardContext) -> tuple[list[Objection], list[str]]:
    """Returns what the guards of a step object to, and the names of the plugins whose guard could not be asked."""
    found: list[Objection] = []
    silent = [owned.owner for owned in snapshot.suspended_of(Guard) if context.transition in owned.item.transitions]
    for owned in snapshot.of(Guard):
        if context.transition not in owned.item.transitions:
            continue
        try:
            found += insist(session, owned, partial(_checked, session, context, owned))
        except Failed:
            silent.append(owned.owner)
    return found, silent


def _checked(session: Session, context: GuardContext, owned: Owned[Guard]) -> list[Objection]:
    answer = list(owned.item.check(session, context))
    if wrong := next((entry for entry in answer if not isinstance(entry, Objection)), None):
        raise TypeError(f"a guard returned {type(wrong).__name__} instead of Objection")
    return answer
