"""Moments of several stories on one page, each exactly as its own story shows it; asks the visibility clause again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Story, StoryVersion
from app.db.reading import public_story_clause, read_story
from app.web.story_shown import MomentShown, StoryShown
from app.web.story_view import show_story


@dataclass(frozen=True)
class MomentInStory:
    """A moment as its story shows it; its anchors are unique on the page."""

    story: StoryShown
    moment: MomentShown


def show_public_moments(session: Session, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], MomentInStory]:
    """Returns (story's id, moment's number) → the moment; a story that is not public is left out.

    Args:
        session: a read session.
        places: which moments of which stories, by their number in the published version.
    """
    ids = list(dict.fromkeys(story for story, _number in places))
    query = (
        select(Story, StoryVersion)
        .join(StoryVersion, StoryVersion.id == Story.published_version_id)
        .where(public_story_clause(), Story.id.in_(ids))
    )
    versions = {story.id: (story, version) for story, version in session.execute(query)}
    shown = {
        story_id: show_story(session, read_story(session, *versions[story_id]), f"r{index}-")
        for index, story_id in enumerate(ids, 1)
        if story_id in versions
    }
    return {
        (story_id, moment.number): MomentInStory(shown[story_id], moment)
        for story_id, number in places
        if story_id in shown
        for moment in shown[story_id].told_moments
        if moment.number == number
    }
