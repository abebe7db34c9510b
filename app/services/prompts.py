"""Writing questions: asks the plugins that are on, and keeps the answered question's words with the passage."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.hooks.contracts import Owned, PromptContext, PromptOffer, PromptSource
from app.hooks.snapshot import Snapshot
from app.services.passages import PromptAnswered

log = logging.getLogger("recits.plugins")

MOST_OFFERED = 6


@dataclass(frozen=True)
class Question:
    """A question offered to a writer; `ref` names its source and key."""

    ref: str
    text: str
    status: str


def offer_questions(session: Session, snapshot: Snapshot, context: PromptContext) -> list[Question]:
    """Returns the questions for what somebody is about to write; a source that fails is left out and logged."""
    questions: list[Question] = []
    for owned in snapshot.prompt_sources:
        questions += _guarded(session, owned, partial(_offers, session, context)) or []
    return questions[:MOST_OFFERED]


def answer_question(session: Session, snapshot: Snapshot, ref: str, kept: PromptAnswered | None) -> PromptAnswered | None:
    """Returns the question that a reference names, with its words; what a passage kept before stays when its source is off."""
    if not ref:
        return None
    if kept is not None and kept.ref == ref:
        return kept
    for owned in snapshot.prompt_sources:
        key = ref.removeprefix(f"{owned.full_name}:")
        found = _guarded(session, owned, partial(_find, session, key)) if key != ref else None
        if found is not None:
            return PromptAnswered(ref, found.text)
    return None


def _offers(session: Session, context: PromptContext, owned: Owned) -> list[Question]:
    offers = owned.item.offer(session, context) if isinstance(owned.item, PromptSource) else ()
    return [_question(owned, offer) for offer in offers]


def _find(session: Session, key: str, owned: Owned) -> Question | None:
    offer = owned.item.find(session, key) if isinstance(owned.item, PromptSource) else None
    return _question(owned, offer) if offer is not None else None


def _question(owned: Owned, offer: PromptOffer) -> Question:
    return Question(f"{owned.full_name}:{offer.key}", str(offer.text), str(offer.status))


def _guarded(session: Session, owned: Owned, ask: Callable[[Any], Any]) -> Any:
    """Returns a source's answer, or None if it raises, exits or answers something else than it promised.

    A query that fails ends the whole transaction on PostgreSQL: the savepoint keeps the request's own queries out of it.
    """
    try:
        with session.begin_nested():
            return ask(owned)
    except (Exception, SystemExit):
        log.exception("prompt source %s failed", owned.full_name)
        return None
