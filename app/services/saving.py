"""Saving beside others: merges what two people wrote at the same time; never loses either's words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.models import PassageRevision
from app.hooks.snapshot import Snapshot
from app.kernel.access import Actor
from app.kernel.merge import Clash, merge_texts
from app.services.access import reread
from app.services.markup import prepare
from app.services.passages import PromptAnswered, keep_draft, save_passage
from app.services.unit_of_work import Writer

# With many writers on one passage each turn may find yet another revision; a merge takes milliseconds, so this is never reached by people.
_MOST_TURNS = 60


@dataclass(frozen=True)
class Saved:
    """The words are a revision; `merged` tells that another's words came in between and both are kept."""

    revision: str
    at: datetime
    merged: bool


@dataclass(frozen=True)
class Conflict:
    """The same words were changed by two people. Nothing was overwritten: the writer's text is kept as a draft, theirs is the current revision.

    `proposal` holds both, one after the other where they clash.
    """

    proposal: str
    mine: str
    theirs: str
    current: str
    author: str | None
    clashes: tuple[Clash, ...]


def save_beside_others(
    writer: Writer,
    snapshot: Snapshot,
    actor: Actor,
    passage_id: str,
    body: str,
    prompt: PromptAnswered | None,
    base_revision_id: str | None,
    lang: str,
) -> Saved | Conflict:
    """Saves a body that was written from a base revision; if others saved since, merges with what they wrote.

    Raises:
        MarkupRefused: if the text exceeds a limit of markup.
        NotFound, NotAllowed, Refused: as `save_passage`.
    """
    mine = prepare(body, lang=lang)
    known, prepared, merged = base_revision_id, mine, False
    for _ in range(_MOST_TURNS):
        with writer.begin() as uow:
            answer = save_passage(uow, reread(uow, actor, snapshot), passage_id, prepared, prompt, known)
            if isinstance(answer, PassageRevision):
                return Saved(answer.id, answer.created_at, merged)
            base = _body(uow.session, base_revision_id, passage_id)
            theirs = uow.session.get_one(PassageRevision, answer.current) if answer.current else None
        result = merge_texts(base, mine.markdown, theirs.body if theirs else "")
        if not result.clean and theirs is not None:
            return _keep_both(writer, snapshot, actor, passage_id, body, prompt, base_revision_id, theirs, result.text, result.clashes)
        known, prepared, merged = answer.current, prepare(result.text, lang=lang), True
    raise RuntimeError("a passage was saved by others at every turn")


def _body(session: Session, revision_id: str | None, passage_id: str) -> str:
    """Returns the body of a revision of that passage; an unknown base counts as empty, so that the merge keeps both texts whole."""
    revision = session.get(PassageRevision, revision_id) if revision_id else None
    return revision.body if revision is not None and revision.passage_id == passage_id else ""


def _keep_both(
    writer: Writer,
    snapshot: Snapshot,
    actor: Actor,
    passage_id: str,
    body: str,
    prompt: PromptAnswered | None,
    base_revision_id: str | None,
    theirs: PassageRevision,
    proposal: str,
    clashes: tuple[Clash, ...],
) -> Conflict:
    with writer.begin() as uow:
        keep_draft(uow, reread(uow, actor, snapshot), passage_id, body, prompt.ref if prompt else "", base_revision_id)
    return Conflict(proposal, body, theirs.body, theirs.id, theirs.author_id, clashes)
