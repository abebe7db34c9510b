"""Writing questions: offering them, and keeping the sets that editors make of them."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.sdk import (
    CATEGORIES,
    Actor,
    Check,
    CheckResult,
    Invalid,
    NotFound,
    PromptContext,
    PromptOffer,
    Session,
    UnitOfWork,
    checked,
    phase_choices,
    programme_choices,
    require,
)
from plugins.communication.models.prompts import Prompt, PromptSet
from plugins.communication.rules.prompts import Candidate, moved, ranked
from plugins.communication.services.formats import FORMATS

STARTER = Path(__file__).parents[1] / "starter" / "prompts.yaml"
STARTER_SET, SITE_SET = "depart", "site"
TEXT, NAME, DESCRIPTION = 300, 120, 600
PERMISSION = "communication.manage_prompts"


@dataclass(frozen=True)
class PromptInput:
    """What an editor says of a question; None means for all. Without a set, it goes into the site's own."""

    text: str
    phase: str | None = None
    category: str | None = None
    format: str | None = None
    set_id: str | None = None


@dataclass(frozen=True)
class SetInput:
    """What an editor says of a set."""

    name: str
    description: str = ""
    programme: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class Narrowing:
    """Which questions to show of all; empty shows all."""

    phase: str = ""
    category: str = ""
    format: str = ""

    def keeps(self, row: Prompt) -> bool:
        """Tells whether a question is shown: one that is for all stands under every choice."""
        pairs = ((self.phase, row.phase), (self.category, row.category), (self.format, row.format))
        return all(not wanted or own in (None, wanted) for wanted, own in pairs)


# — offering —


def offer(session: Session, context: PromptContext) -> list[PromptOffer]:
    """Returns the questions for what somebody is about to write, best first, from the sets that are on for this programme and form."""
    sets = {row.id: row for row in session.scalars(select(PromptSet).where(PromptSet.enabled.is_(True))) if _serves(row, context)}
    rows = {row.id: row for row in session.scalars(select(Prompt).where(Prompt.hidden.is_(False), Prompt.set_id.in_(list(sets))))}
    candidates = [
        Candidate(row.id, row.phase, row.category, row.position, row.format or sets[row.set_id].format, sets[row.set_id].position)
        for row in rows.values()
    ]
    return [_as_offer(rows[candidate.key]) for candidate in ranked(candidates, context.phase, context.category, context.format)]


def _serves(row: PromptSet, context: PromptContext) -> bool:
    return row.programme_id in (None, context.programme) and row.format in (None, context.format)


def find(session: Session, key: str) -> PromptOffer | None:
    """Returns one question by its key, whether it is still offered or not."""
    row = session.get(Prompt, key)
    return _as_offer(row) if row is not None else None


def _as_offer(row: Prompt) -> PromptOffer:
    return PromptOffer(row.id, row.text, "" if row.validated else _("à valider"))


# — the starter set —


def load_starter_prompts(session: Session) -> None:
    """Adds the starter set and those of its questions that the site has never had; what an editor changed, hid or switched off stays as it is."""
    starter = session.scalar(select(PromptSet).where(PromptSet.starter_key == STARTER_SET))
    if starter is None:
        starter = PromptSet(
            name="Jeu de départ", description="Un exemple, à valider question par question.", starter_key=STARTER_SET, position=1
        )
        session.add(starter)
        session.flush()
    known = set(session.scalars(select(Prompt.starter_key).where(Prompt.starter_key.is_not(None))))
    for position, entry in enumerate(yaml.safe_load(STARTER.read_text(encoding="utf-8"))["prompts"], 1):
        if entry["key"] not in known:
            session.add(
                Prompt(
                    set_id=starter.id,
                    text=entry["text"],
                    phase=entry["phase"],
                    category=entry["category"],
                    format=entry.get("format"),
                    starter_key=entry["key"],
                    position=position,
                )
            )
    session.flush()


def check_validated(session: Session) -> CheckResult:
    """Health: says how many questions are offered that nobody of the site has validated."""
    waiting = session.scalar(
        select(func.count())
        .select_from(Prompt)
        .join(PromptSet, PromptSet.id == Prompt.set_id)
        .where(Prompt.validated.is_(False), Prompt.hidden.is_(False), PromptSet.enabled.is_(True))
    )
    if not waiting:
        return CheckResult("ok", _("Toutes les questions proposées ont été validées."))
    return CheckResult("warning", _("%(number)s questions proposées ne sont pas validées : relisez-les, ou masquez-les.", number=waiting))


VALIDATED = Check("prompts_validated", title=_l("Questions d’écriture validées"), run=check_validated)


# — reading the sets —


def list_sets(session: Session) -> list[PromptSet]:
    """Returns the sets in their order."""
    return list(session.scalars(select(PromptSet).order_by(PromptSet.position, PromptSet.id)))


def list_prompts(session: Session) -> list[Prompt]:
    """Returns every question, in the order of its set."""
    return list(session.scalars(select(Prompt).order_by(Prompt.position, Prompt.id)))


def get_prompt(session: Session, prompt_id: str) -> Prompt:
    """Returns a question.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(Prompt, prompt_id)
    if row is None:
        raise NotFound("prompt")
    return row


def get_set(session: Session, set_id: str) -> PromptSet:
    """Returns a set.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(PromptSet, set_id)
    if row is None:
        raise NotFound("prompt_set")
    return row


# — questions —


def add_prompt(uow: UnitOfWork, actor: Actor, told: PromptInput) -> Prompt:
    """Adds a question of the site's own, at the end of its set; it is valid, since an editor wrote it."""
    require(actor, PERMISSION)
    row = Prompt(validated=True, position=0)
    _fill(uow, row, told)
    uow.session.add(row)
    row.position = 1 + (uow.session.scalar(select(func.max(Prompt.position)).where(Prompt.set_id == row.set_id)) or 0)
    uow.session.flush()
    uow.record(actor, "communication.add_prompt", "prompt", row.id)
    return row


def edit_prompt(uow: UnitOfWork, actor: Actor, prompt_id: str, told: PromptInput) -> None:
    """Changes a question and marks it valid; passages that answered it keep the words that they answered."""
    require(actor, PERMISSION)
    row = get_prompt(uow.session, prompt_id)
    _fill(uow, row, told if told.set_id else PromptInput(told.text, told.phase, told.category, told.format, row.set_id))
    row.validated = True
    uow.record(actor, "communication.edit_prompt", "prompt", row.id)


def _fill(uow: UnitOfWork, row: Prompt, told: PromptInput) -> None:
    if told.phase is not None and told.phase not in dict(phase_choices(uow.session)):
        raise Invalid("phase", "unknown_choice")
    if told.category is not None and told.category not in CATEGORIES:
        raise Invalid("category", "unknown_choice")
    _check_format(told.format)
    if told.set_id is not None and uow.session.get(PromptSet, told.set_id) is None:
        raise Invalid("set", "unknown_choice")
    row.text = checked("text", told.text, TEXT, required=True)
    row.phase, row.category, row.format = told.phase, told.category, told.format
    row.set_id = told.set_id or _site_set(uow).id


def _check_format(name: str | None) -> None:
    if name is not None and name not in {item.name for item in FORMATS}:
        raise Invalid("format", "unknown_choice")


def _site_set(uow: UnitOfWork) -> PromptSet:
    """Returns the set for questions that nobody put into another; made when it is first needed."""
    row = uow.session.scalar(select(PromptSet).where(PromptSet.starter_key == SITE_SET))
    if row is None:
        row = PromptSet(name="Questions du site", description="", starter_key=SITE_SET, position=_last_position(uow) + 1)
        uow.session.add(row)
        uow.session.flush()
    return row


def _last_position(uow: UnitOfWork) -> int:
    return uow.session.scalar(select(func.max(PromptSet.position))) or 0


def set_hidden(uow: UnitOfWork, actor: Actor, prompt_id: str, hidden: bool) -> None:
    """Stops or resumes offering a question."""
    require(actor, PERMISSION)
    row = get_prompt(uow.session, prompt_id)
    row.hidden = hidden
    uow.record(actor, "communication.hide_prompt" if hidden else "communication.show_prompt", "prompt", row.id)


def validate_prompt(uow: UnitOfWork, actor: Actor, prompt_id: str) -> None:
    """Says that the site stands behind a question, in its present words."""
    require(actor, PERMISSION)
    row = get_prompt(uow.session, prompt_id)
    row.validated = True
    uow.record(actor, "communication.validate_prompt", "prompt", row.id)


def move_prompt(uow: UnitOfWork, actor: Actor, prompt_id: str, step: int) -> None:
    """Moves a question one place up (-1) or down (+1) in its set."""
    require(actor, PERMISSION)
    row = get_prompt(uow.session, prompt_id)
    rows = [other for other in list_prompts(uow.session) if other.set_id == row.set_id]
    for position, other in enumerate(moved(rows, row, step), 1):
        other.position = position
    uow.record(actor, "communication.move_prompt", "prompt", row.id)


# — sets —


def add_set(uow: UnitOfWork, actor: Actor, told: SetInput) -> PromptSet:
    """Adds an empty set, after the others."""
    require(actor, PERMISSION)
    row = PromptSet(position=_last_position(uow) + 1)
    _fill_set(uow, row, told)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "communication.add_prompt_set", "prompt_set", row.id)
    return row


def edit_set(uow: UnitOfWork, actor: Actor, set_id: str, told: SetInput) -> None:
    """Changes what a set is called and for which programme and form it is offered."""
    require(actor, PERMISSION)
    row = get_set(uow.session, set_id)
    _fill_set(uow, row, told)
    uow.record(actor, "communication.edit_prompt_set", "prompt_set", row.id)


def _fill_set(uow: UnitOfWork, row: PromptSet, told: SetInput) -> None:
    if told.programme is not None and told.programme not in dict(programme_choices(uow.session)):
        raise Invalid("programme", "unknown_choice")
    _check_format(told.format)
    row.name, row.description = checked("name", told.name, NAME, required=True), checked("description", told.description, DESCRIPTION)
    row.programme_id, row.format = told.programme, told.format


def switch_set(uow: UnitOfWork, actor: Actor, set_id: str, enabled: bool) -> None:
    """Offers a set's questions, or none of them; each stays hidden or shown as it is."""
    require(actor, PERMISSION)
    row = get_set(uow.session, set_id)
    row.enabled = enabled
    uow.record(actor, "communication.enable_prompt_set" if enabled else "communication.disable_prompt_set", "prompt_set", row.id)


def move_set(uow: UnitOfWork, actor: Actor, set_id: str, step: int) -> None:
    """Moves a set one place up (-1) or down (+1)."""
    require(actor, PERMISSION)
    row = get_set(uow.session, set_id)
    for position, other in enumerate(moved(list_sets(uow.session), row, step), 1):
        other.position = position
    uow.record(actor, "communication.move_prompt_set", "prompt_set", row.id)
