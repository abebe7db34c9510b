"""What pages read of themes: the list with its public counts, and the themes of stories."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.facets import counted
from app.db.models import Story, StoryTheme, Theme
from app.db.reading import public_story_clause


@dataclass(frozen=True)
class ThemeLine:
    """A theme in a list: how many public stories are about it, and how many working copies and stories in the trash besides."""

    theme: Theme
    stories: int
    others: int = 0


def list_themes(session: Session) -> list[ThemeLine]:
    """Returns the living themes in their order, with how many public stories each has."""
    public = counted(
        session,
        select(StoryTheme.theme_id, func.count())
        .join(Story, Story.id == StoryTheme.story_id)
        .where(public_story_clause())
        .group_by(StoryTheme.theme_id),
    )
    uses = counted(session, select(StoryTheme.theme_id, func.count()).group_by(StoryTheme.theme_id))
    return [ThemeLine(row, public.get(row.id, 0), uses.get(row.id, 0) - public.get(row.id, 0)) for row in living_themes(session)]


def living_themes(session: Session) -> list[Theme]:
    """Returns the themes that may be chosen, in their order."""
    return list(
        session.scalars(select(Theme).where(Theme.deleted_at.is_(None), Theme.merged_into_id.is_(None)).order_by(Theme.position, Theme.id))
    )


def find_theme(session: Session, slug: str) -> Theme | None:
    """Returns the theme at an address; of one that was merged, the theme it went into; None for what is unknown or in the trash."""
    row = session.scalar(select(Theme).where(Theme.slug == slug))
    while row is not None and row.merged_into_id is not None:
        row = session.get(Theme, row.merged_into_id)
    return row if row is not None and row.deleted_at is None else None


def themes_of(session: Session, story_ids: Iterable[str]) -> dict[str, list[Theme]]:
    """Returns story id → its themes in the order of the list; a story without any is not in it."""
    query = (
        select(StoryTheme.story_id, Theme)
        .join(Theme, Theme.id == StoryTheme.theme_id)
        .where(StoryTheme.story_id.in_(list(story_ids)))
        .order_by(Theme.position, Theme.id)
    )
    found: dict[str, list[Theme]] = {}
    for story_id, theme in session.execute(query):
        found.setdefault(story_id, []).append(theme)
    return found
