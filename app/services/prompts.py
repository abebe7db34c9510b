"""Writing questions: asks the plugins that are on, and keeps the answered question's words with the passage."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from app.hooks.contracts import Owned, PromptContext, PromptOffer, PromptSource
from app.hooks.snapshot import Snapshot
from app.services.asking import ask
from app.services.passages import PromptAnswered

MOST_OFFERED = 6


@dataclass(frozen=True)
class Question:
    """A question offered to a writer; `ref` names its source and key."""

    ref: str
    text: str
    status: str


def offer_questions(session: Session, snapshot: Snapshot, context: PromptContext) -> list[Question]:
    """Returns the questions for what somebody is about to write; a source that fails is left out and named on the health page."""
    questions: list[Question] = []
    for owned in snapshot.of(PromptSource):
        questions += ask(session, owned, partial(_offers, session, context, owned)) or []
    return questions[:MOST_OFFERED]


def answer_question(session: Session, snapshot: Snapshot, ref: str, kept: PromptAnswered | None) -> PromptAnswered | None:
    """Returns the question that a reference names, with its words; what a passage kept before stays when its source is off."""
    if not ref:
        return None
    if kept is not None and kept.ref == ref:
        return kept
    for owned in snapshot.of(PromptSource):
        key = ref.removeprefix(f"{owned.full_name}:")
        found = ask(session, owned, partial(_find, session, key, owned)) if key != ref else None
        if found is not None:
            return PromptAnswered(ref, found.text)
    return None


def _offers(session: Session, context: PromptContext, owned: Owned[PromptSource]) -> list[Question]:
    return [_question(owned, offer) for offer in owned.item.offer(session, context)]


def _find(session: Session, key: str, owned: Owned[PromptSource]) -> Question | None:
    offer = owned.item.find(session, key)
    return _question(owned, offer) if offer is not None else None


def _question(owned: Owned[PromptSource], offer: PromptOffer) -> Question:
    return Question(f"{owned.full_name}:{offer.key}", str(offer.text), str(offer.status))
