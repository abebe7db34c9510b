"""The quality grid of a version: what the machine finds, what editors answer, what was answered before. It never blocks a story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app.sdk import (
    Actor,
    Invalid,
    NotAllowed,
    NotFound,
    Session,
    SlotContext,
    ToldStory,
    UnitOfWork,
    account_names,
    checked,
    read_told,
    reviewed_story,
)
from plugins.communication.models.quality import Assessment, Criterion
from plugins.communication.rules.quality import Answer, Facts, Finding, find

STARTER = Path(__file__).parents[1] / "starter" / "criteria.yaml"
TITLE, EXPLANATION, NOTE = 120, 600, 400
EVIDENCE_BLOCKS = frozenset({"communication:trace", "evaluation:evidence"})
LEARNING_BLOCKS = frozenset({"evaluation:learning"})


@dataclass(frozen=True)
class Line:
    """A criterion on the editors' page: what the machine finds and why, what was answered last, and the answers before."""

    criterion: Criterion
    finding: Finding
    why: str
    last: Assessment | None

    @property
    def answer(self) -> str:
        """What stands in the form: the last answer for this version, else what the machine proposes."""
        return self.last.answer if self.last is not None else str(self.finding.answer or "")

    @property
    def note(self) -> str:
        return self.last.note if self.last is not None else ""


@dataclass(frozen=True)
class Answered:
    """What an editor sends for one criterion; an empty answer leaves it open."""

    answer: str
    note: str


def load_starter_criteria(session: Session) -> None:
    """Adds the starter criteria that the site has never had; those that an editor changed or hid stay as they are."""
    known = set(session.scalars(select(Criterion.starter_key).where(Criterion.starter_key.is_not(None))))
    for position, entry in enumerate(yaml.safe_load(STARTER.read_text(encoding="utf-8"))["criteria"], 1):
        if entry["key"] not in known:
            session.add(
                Criterion(
                    title=entry["title"],
                    explanation=entry["explanation"],
                    machine=entry["machine"],
                    starter_key=entry["key"],
                    position=position,
                )
            )
    session.flush()


# — the set of criteria —


def list_criteria(session: Session, *, hidden: bool = False) -> list[Criterion]:
    """Returns the criteria in their order; those that are hidden too, if asked."""
    query = select(Criterion).order_by(Criterion.position, Criterion.id)
    return list(session.scalars(query if hidden else query.where(Criterion.hidden.is_(False))))


def get_criterion(session: Session, criterion_id: str) -> Criterion:
    """Returns a criterion.

    Raises:
        NotFound: if there is none.
    """
    row = session.get(Criterion, criterion_id)
    if row is None:
        raise NotFound("criterion")
    return row


def add_criterion(uow: UnitOfWork, actor: Actor, title: str, explanation: str) -> Criterion:
    """Adds a criterion of the site's own, at the end; editors alone answer it."""
    _may_manage(actor)
    last = uow.session.scalar(select(func.max(Criterion.position))) or 0
    row = Criterion(title=checked("title", title, TITLE, required=True), machine=None, validated=True, position=last + 1)
    row.explanation = checked("explanation", explanation, EXPLANATION, required=True)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "communication.add_criterion", "criterion", row.id)
    return row


def edit_criterion(uow: UnitOfWork, actor: Actor, criterion_id: str, title: str, explanation: str) -> None:
    """Changes a criterion's words and marks it valid; what was answered keeps the title of then."""
    _may_manage(actor)
    row = get_criterion(uow.session, criterion_id)
    row.title, row.explanation = (
        checked("title", title, TITLE, required=True),
        checked("explanation", explanation, EXPLANATION, required=True),
    )
    row.validated = True
    uow.record(actor, "communication.edit_criterion", "criterion", row.id)


def set_criterion_hidden(uow: UnitOfWork, actor: Actor, criterion_id: str, hidden: bool) -> None:
    """Stops or resumes asking a criterion; its answers stay."""
    _may_manage(actor)
    row = get_criterion(uow.session, criterion_id)
    row.hidden = hidden
    uow.record(actor, "communication.hide_criterion" if hidden else "communication.show_criterion", "criterion", row.id)


def _may_manage(actor: Actor) -> None:
    if not actor.may("communication.manage_rubric"):
        raise NotAllowed("needs_permission", permission="communication.manage_rubric")


# — a version in the grid —


def facts_of(told: ToldStory) -> Facts:
    """Returns a version in numbers."""
    images = [image for passage in told.passages for image in passage.images]
    return Facts(
        moments=len(told.moments),
        placed=sum(bool(moment.place) for moment in told.moments),
        first=min((moment.start for moment in told.moments), default=None),
        last=max((moment.end for moment in told.moments), default=None),
        categories=len({passage.category for passage in told.passages if passage.category and passage.words}),
        disagreements=sum(stance.stance == "disagree" for stance in told.stances),
        nuances=sum(stance.stance == "nuance" for stance in told.stances),
        links=sum(len(passage.addresses) for passage in told.passages),
        evidence=sum(passage.block in EVIDENCE_BLOCKS for passage in told.passages),
        images=len(images),
        described=sum(bool(alternative.strip()) for _hash, alternative in images),
        learnings=sum(passage.block in LEARNING_BLOCKS for passage in told.passages),
    )


def because(finding: Finding, facts: Facts) -> str:
    """Returns in words why the machine proposes what it proposes, with the numbers that it counted."""
    days = (facts.last - facts.first).days if facts.first and facts.last else 0
    sentences = {
        "trajectory": _("Moments racontés : %(moments)s ; jours du premier au dernier : %(days)s.", moments=facts.moments, days=days),
        "voices": ngettext("%(num)s catégorie d’acteurs parle.", "%(num)s catégories d’acteurs parlent.", facts.categories),
        "disagreement": ngettext("%(num)s désaccord est dit.", "%(num)s désaccords sont dits.", facts.disagreements),
        "nuance": ngettext("%(num)s nuance est dite, aucun désaccord.", "%(num)s nuances sont dites, aucun désaccord.", facts.nuances),
        "read_difficulty": _("Aucun désaccord n’est noté : à vous de lire."),
        "evidence": _(
            "Liens : %(links)s ; traces ou preuves : %(blocks)s ; images : %(images)s.",
            links=facts.links,
            blocks=facts.evidence,
            images=facts.images,
        ),
        "places": _("Moments qui disent où : %(placed)s sur %(moments)s.", placed=facts.placed, moments=facts.moments),
        "learning": ngettext(
            "%(num)s apprentissage est dit dans un bloc.", "%(num)s apprentissages sont dits dans des blocs.", facts.learnings
        ),
        "read_learning": _("La machine ne le voit pas : à vous de lire."),
        "no_image": _("Aucune image : rien à décrire."),
        "alternatives": _("Images décrites : %(described)s sur %(images)s.", described=facts.described, images=facts.images),
        "read": _("À vous de lire."),
    }
    return sentences[finding.why]


def grid(session: Session, told: ToldStory) -> list[Line]:
    """Returns the grid of a version: each criterion with what the machine finds and the last answer."""
    facts = facts_of(told)
    last: dict[str, Assessment] = {}
    for row in _answers(session, told.id):
        if row.version_hash == told.version:
            last[row.criterion_id] = row
    lines = []
    for criterion in list_criteria(session):
        finding = find(criterion.machine, facts)
        lines.append(Line(criterion, finding, because(finding, facts), last.get(criterion.id)))
    return lines


def _answers(session: Session, story_id: str) -> Sequence[Assessment]:
    return session.scalars(select(Assessment).where(Assessment.story_id == story_id).order_by(Assessment.at, Assessment.id)).all()


def history(session: Session, story_id: str) -> list[tuple[Assessment, str]]:
    """Returns every answer of a story, with the name of who gave it, latest first; of all its versions."""
    rows = list(_answers(session, story_id))[::-1]
    names = account_names(session, {row.account_id for row in rows})
    return [(row, names.get(row.account_id, "")) for row in rows]


def submitted_version(session: Session, actor: Actor, story_id: str) -> ToldStory:
    """Returns the version that the actor reviews.

    Raises:
        NotAllowed: if no role of theirs reviews stories.
        NotFound: if the story is not theirs to review, or was never submitted.
    """
    reviewed_story(session, actor, story_id)
    told = read_told(session, story_id, "submitted")
    if told is None:
        raise NotFound("story")
    return told


def save_grid(uow: UnitOfWork, actor: Actor, story_id: str, version: str, answers: Mapping[str, Answered]) -> int:
    """Saves an editor's answers for a version; what has not changed makes no new row. Returns how many were added.

    Args:
        version: hash of the version that the editor had on the page.

    Raises:
        Refused: if another version was submitted meanwhile.
        Invalid: if an answer is none of the three, or a note is too long.
    """
    told = submitted_version(uow.session, actor, story_id)
    if told.version != version:
        raise Invalid("grid", "version_changed")
    added = 0
    for line in grid(uow.session, told):
        sent = answers.get(line.criterion.id)
        if sent is None or not sent.answer:
            continue
        if sent.answer not in list(Answer):
            raise Invalid("grid", "unknown_choice")
        note = checked("grid", sent.note, NOTE)
        if line.last is not None and (line.last.answer, line.last.note) == (sent.answer, note):
            continue
        uow.session.add(
            Assessment(
                story_id=story_id,
                version_hash=version,
                criterion_id=line.criterion.id,
                title=line.criterion.title,
                answer=sent.answer,
                note=note,
                found=str(line.finding.answer or ""),
                account_id=actor.account,
                at=uow.now,
            )
        )
        added += 1
    if added:
        uow.record(actor, "communication.assess_story", "story", story_id, version=version, number=added)
    return added


def review_facts(session: Session, context: SlotContext) -> Mapping[str, Any] | None:
    """The grid on the editors' page of a story."""
    if context.actor is None:
        return None
    told = submitted_version(session, context.actor, context.subject)
    lines = grid(session, told)
    return {"told": told, "lines": lines, "answered": sum(line.last is not None for line in lines)}
