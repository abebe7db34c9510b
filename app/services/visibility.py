"""Decides what the public may read; the clause of the lists (`public_story_clause`) says the same in SQL, and a test compares the two."""

from sqlalchemy.orm import Session

from app.db.models import Story
from app.db.restrictions import restrictions_on
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import NotFound, Refused
from app.kernel.workflow import StoryState


def public_reading(session: Session, story: Story | None) -> Decision:
    """Decides whether anybody may read a story at its public address; one that is no longer public says so, one that is hidden or never was does not."""
    if story is None or story.first_published_at is None:
        return no(NotFound("story"), "never_public")
    hiding = restrictions_on(session, "story", story.id)
    if hiding:
        return no(NotFound("story"), "restricted", restrictions=tuple(hiding))
    if story.published_version_id is None or story.deleted_at is not None:
        since = story.state_since if story.state == StoryState.UNPUBLISHED else None
        return no(Refused("not_public"), "unpublished", since=since)
    return yes("published", since=story.published_at)
