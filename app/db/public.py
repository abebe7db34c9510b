"""Public stories in a few words, for plugins that list or link them; every query goes through the visibility clause."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db.models import Story, StoryVersion
from app.db.reading import public_story_clause

MOST = 500


@dataclass(frozen=True)
class PublicStory:
    """A public story as readers know it: the title is that of the published version, whatever its working copy says."""

    id: str
    slug: str
    title: str
    lang: str
    published_at: datetime


def public_stories(session: Session, *clauses: ColumnElement[bool], limit: int = MOST) -> list[PublicStory]:
    """Returns public stories, newest first.

    Args:
        clauses: conditions over `Story` that narrow the list.
        limit: how many at most.
    """
    query = (
        select(Story, StoryVersion.manifest)
        .join(StoryVersion, StoryVersion.id == Story.published_version_id)
        .where(public_story_clause(), *clauses)
        .order_by(Story.published_at.desc(), Story.id.desc())
        .limit(limit)
    )
    return [
        PublicStory(story.id, story.slug, manifest["title"], manifest["lang"], story.published_at)
        for story, manifest in session.execute(query)
    ]
