"""Puts words that were written elsewhere at the beginning of a passage, as unsaved words of their writer: nothing becomes a version unasked."""

from app.db.models import Draft, Passage, PassageRevision
from app.kernel.access import Actor
from app.kernel.block import TEXT_BLOCK
from app.services.passages import add_passage, keep_draft, kept_prompt, living_passages, writable_passage
from app.services.unit_of_work import UnitOfWork


def begin_passage(uow: UnitOfWork, actor: Actor, story_id: str, moment_id: str | None, voice_id: str, words: str) -> Passage:
    """Returns the text passage of a voice on a moment, with `words` after what its writer has there, kept as their draft.

    Args:
        moment_id: the moment it tells, or None for words about the whole story.
        voice_id: a voice that the actor writes for.
        words: Markdown; parsed when the writer saves.

    Raises:
        NotFound, NotAllowed, Invalid: as `add_passage`.
        Refused: while the story is locked or the passage is signed.
    """
    passage = next(
        (
            other
            for other in living_passages(uow.session, story_id)
            if (other.moment_id, other.voice_id, other.block) == (moment_id, voice_id, TEXT_BLOCK)
        ),
        None,
    ) or add_passage(uow, actor, story_id, moment_id, voice_id)
    writable_passage(uow.session, actor, passage.id)
    draft = uow.session.get(Draft, (actor.account, passage.id))
    revision = uow.session.get(PassageRevision, passage.revision_id) if passage.revision_id else None
    before = draft.body if draft is not None else revision.body if revision is not None else ""
    kept = kept_prompt(revision)
    prompt = draft.prompt if draft is not None else kept.ref if kept is not None else ""
    base = draft.base_revision_id if draft is not None else passage.revision_id
    body = f"{before.rstrip()}\n\n{words}" if before.strip() else words
    keep_draft(uow, actor, passage.id, body, prompt, base)
    return passage
