"""Writing questions: offering them, keeping the set."""

from pathlib import Path

import yaml
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.sdk import CATEGORIES, Actor, Invalid, NotFound, PromptContext, PromptOffer, Session, UnitOfWork, checked, phase_choices
from plugins.communication.models import Prompt
from plugins.communication.rules.prompts import Candidate, ranked

STARTER = Path(__file__).parents[1] / "starter" / "prompts.yaml"
TEXT = 300


def offer(session: Session, context: PromptContext) -> list[PromptOffer]:
    """Returns the questions for what somebody is about to write, best first."""
    rows = {row.id: row for row in session.scalars(select(Prompt).where(Prompt.hidden.is_(False)))}
    candidates = [Candidate(row.id, row.phase, row.category, row.position) for row in rows.values()]
    return [_as_offer(rows[candidate.key]) for candidate in ranked(candidates, context.phase, context.category)]


def find(session: Session, key: str) -> PromptOffer | None:
    """Returns one question by its key."""
    row = session.get(Prompt, key)
    return _as_offer(row) if row is not None else None


def _as_offer(row: Prompt) -> PromptOffer:
    return PromptOffer(row.id, row.text, "" if row.validated else _("à valider"))


def load_starter_prompts(session: Session) -> None:
    """Adds the starter questions that the site has never had; those that an editor changed or hid stay as they are."""
    known = set(session.scalars(select(Prompt.starter_key).where(Prompt.starter_key.is_not(None))))
    for position, entry in enumerate(yaml.safe_load(STARTER.read_text(encoding="utf-8"))["prompts"], 1):
        if entry["key"] not in known:
            session.add(
                Prompt(text=entry["text"], phase=entry["phase"], category=entry["category"], starter_key=entry["key"], position=position)
            )
    session.flush()


def list_prompts(session: Session) -> list[Prompt]:
    """Returns the whole set in its order."""
    return list(session.scalars(select(Prompt).order_by(Prompt.position, Prompt.id)))


def add_prompt(uow: UnitOfWork, actor: Actor, text: str, phase: str | None, category: str | None) -> Prompt:
    """Adds a question of the site's own, at the end of the set; it is valid, since an editor wrote it."""
    if phase is not None and phase not in dict(phase_choices(uow.session)):
        raise Invalid("phase", "unknown_choice")
    if category is not None and category not in CATEGORIES:
        raise Invalid("category", "unknown_choice")
    last = uow.session.scalar(select(func.max(Prompt.position))) or 0
    row = Prompt(text=checked("text", text, TEXT, required=True), phase=phase, category=category, validated=True, position=last + 1)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "communication.add_prompt", "prompt", row.id)
    return row


def edit_prompt(uow: UnitOfWork, actor: Actor, prompt_id: str, text: str) -> None:
    """Changes a question's words and marks it valid; passages that answered it keep the words that they answered."""
    row = get_prompt(uow.session, prompt_id)
    row.text, row.validated = checked("text", text, TEXT, required=True), True
    uow.record(actor, "communication.edit_prompt", "prompt", row.id)


def set_hidden(uow: UnitOfWork, actor: Actor, prompt_id: str, hidden: bool) -> None:
    """Stops or resumes offering a question."""
    row = get_prompt(uow.session, prompt_id)
    row.hidden = hidden
    uow.record(actor, "communication.hide_prompt" if hidden else "communication.show_prompt", "prompt", row.id)


def get_prompt(session: Session, prompt_id: str) -> Prompt:
    """Returns a question.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(Prompt, prompt_id)
    if row is None:
        raise NotFound("prompt")
    return row
