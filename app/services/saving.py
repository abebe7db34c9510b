"""Saving beside others: merges what two people wrote at the same time; never loses either's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db.models import Passage, PassageRevision
from app.kernel.access import Actor
from app.kernel.block import DataMerge, merge_data
from app.kernel.merge import Clash, merge_texts
from app.services.blocks import DATA, PreparedBlock, prepare_block
from app.services.desk import Desk
from app.services.markup import prepare
from app.services.passages import PromptAnswered, StaleBase, keep_draft, save_passage, writable_passage

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

    `proposal` holds both, one after the other where they clash; `fields` are those of a block that both changed, with (mine, theirs).
    """

    proposal: str
    mine: str
    theirs: str
    current: str
    author: str | None
    clashes: tuple[Clash, ...]
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def save_beside_others(
    desk: Desk,
    actor: Actor,
    passage_id: str,
    body: str,
    prompt: PromptAnswered | None,
    base_revision_id: str | None,
    lang: str,
    block: PreparedBlock | None = None,
    typed: Mapping[str, Sequence[str]] | None = None,
) -> Saved | Conflict:
    """Saves a body that was written from a base revision; if others saved since, or write right now, merges with what they wrote, and they see it.

    Args:
        block: what an extension's form says, for a passage of its kind.
        typed: the same fields as they were typed, for the draft.

    Raises:
        MarkupRefused: if the text exceeds a limit of markup.
        NotFound, NotAllowed, Refused: as `save_passage`.
    """
    with desk.reading() as session:
        writable_passage(session, actor, passage_id)
    desk.seal([passage_id])
    mine = prepare(body, lang=lang)
    known, prepared, filled, merged = base_revision_id, mine, block, False
    for _ in range(_MOST_TURNS):
        with desk.writing(actor) as (uow, fresh):
            answer = save_passage(uow, fresh, passage_id, prepared, prompt, known, filled)
            base = _base(uow.session, base_revision_id, passage_id)
            theirs = uow.session.get_one(PassageRevision, answer.current) if isinstance(answer, StaleBase) and answer.current else None
            kind = uow.session.get_one(Passage, passage_id).block
        if isinstance(answer, PassageRevision):
            if answer.id != known:
                desk.tell(actor, answer)
            return Saved(answer.id, answer.created_at, merged)
        result = merge_texts(base.body if base else "", mine.markdown, theirs.body if theirs else "")
        fields = _merge_block(base, block, theirs)
        if theirs is not None and not (result.clean and (fields is None or not fields.clashes)):
            with desk.writing(actor) as (uow, fresh):
                keep_draft(uow, fresh, passage_id, body, prompt.ref if prompt else "", base_revision_id, typed)
            clashing = fields.clashes if fields else {}
            return Conflict(result.text, body, theirs.body, theirs.id, theirs.author_id, result.clashes, clashing)
        known, prepared, merged = answer.current, prepare(result.text, lang=lang), True
        if fields is not None:
            with desk.reading() as session:
                filled = prepare_block(session, desk.snapshot, kind, fields.data)
    raise RuntimeError("a passage was saved by others at every turn")


def _merge_block(base: PassageRevision | None, mine: PreparedBlock | None, theirs: PassageRevision | None) -> DataMerge | None:
    if mine is None or theirs is None:
        return None
    before = base.data.get(DATA, {}) if base is not None else {}
    return merge_data(before, mine.data, theirs.data.get(DATA, {}))


def _base(session: Session, revision_id: str | None, passage_id: str) -> PassageRevision | None:
    """Returns a revision of that passage; an unknown base counts as empty, so that the merge keeps both texts whole."""
    revision = session.get(PassageRevision, revision_id) if revision_id else None
    return revision if revision is not None and revision.passage_id == passage_id else None
