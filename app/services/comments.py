"""Comments of review: said by editors and members, answered or resolved, never deleted."""

from app.db.models import Passage, PassageRevision, ReviewComment
from app.kernel.access import Actor
from app.kernel.errors import NotFound
from app.services.checks import checked
from app.services.stories import visible_story
from app.services.unit_of_work import UnitOfWork

COMMENT = 4000


def add_comment(uow: UnitOfWork, actor: Actor, story_id: str, passage_id: str | None, body: str) -> ReviewComment:
    """Says something of a story, or of one passage as it stands now."""
    story = visible_story(uow.session, actor, story_id)
    revision_hash = None
    if passage_id is not None:
        passage = uow.session.get(Passage, passage_id)
        if passage is None or passage.story_id != story.id or passage.deleted_at is not None:
            raise NotFound("passage")
        revision = uow.session.get(PassageRevision, passage.revision_id) if passage.revision_id else None
        revision_hash = revision.hash if revision else None
    row = ReviewComment(
        story_id=story.id,
        passage_id=passage_id,
        revision_hash=revision_hash,
        author_id=actor.account,
        body=checked("body", body, COMMENT, required=True),
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "comment.add", "story", story.id, comment=row.id, passage=passage_id)
    return row


def set_resolved(uow: UnitOfWork, actor: Actor, comment_id: str, resolved: bool) -> ReviewComment:
    """Marks a comment as settled, or open again."""
    row = uow.session.get(ReviewComment, comment_id)
    if row is None:
        raise NotFound("comment")
    visible_story(uow.session, actor, row.story_id)
    row.resolved_at = uow.now if resolved else None
    row.resolved_by = actor.account if resolved else None
    uow.record(actor, "comment.resolve" if resolved else "comment.reopen", "story", row.story_id, comment=row.id)
    return row
