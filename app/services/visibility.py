"""Decides what the public may read; the clause of the lists (`public_story_clause`) says the same in SQL, and a test compares the two."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Page, PageText, Story
from app.db.pages import find_public
from app.db.restrictions import restrictions_on
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import NotFound, Refused
from app.kernel.pages import PageState
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


def page_reading(session: Session, page: Page | None) -> Decision:
    """Decides whether anybody may read a page at its address: the public's clause does; what follows says which part of it refused, as for stories."""
    if page is None:
        return no(NotFound("page"), "never_public")
    if find_public(session, page.id) is not None:
        return yes("published", since=None)
    hiding = restrictions_on(session, "page", page.id)
    if hiding:
        return no(NotFound("page"), "restricted", restrictions=tuple(hiding))
    texts = list(session.scalars(select(PageText).where(PageText.page_id == page.id, PageText.first_published_at.is_not(None))))
    if not texts:
        return no(NotFound("page"), "in_trash" if page.deleted_at is not None else "never_public")
    if page.deleted_at is not None:
        return no(Refused("not_public"), "in_trash", since=page.deleted_at)
    left = [text.state_since for text in texts if text.state == PageState.UNPUBLISHED]
    return no(Refused("not_public"), "unpublished", since=max(left) if len(left) == len(texts) else None)
