"""What is in the trash, kind by kind; the callers say whose, and whether words may be shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.db.models import (
    Delegation,
    Media,
    Moment,
    MomentRevision,
    Passage,
    PassageRevision,
    Story,
    StoryDelegation,
    Territory,
    Theme,
    Voice,
)
from app.db.pages import deleted_pages

MOST = 200


@dataclass(frozen=True)
class Trashed:
    """A thing in the trash.

    Args:
        title: what it is called; empty where it has no name, or where whoever asks may not read it.
        lang: the language of title and words.
        at: when it was put there.
        by: the account that did, if it is known.
        place: where it was: a story's title, a territory; outermost last.
        voice: who speaks in it, by name; for those who may know.
        words: how it begins; for those who may read it.
    """

    kind: str
    id: str
    title: str
    lang: str
    at: datetime
    by: str | None
    place: tuple[str, ...] = ()
    voice: str = ""
    words: str = ""


def trashed_stories(session: Session, delegation_id: str | None = None) -> list[Trashed]:
    """Returns the stories in the trash, of one delegation or of all."""
    query = _led(select(Story, Territory.name)).where(Story.deleted_at.is_not(None)).order_by(Story.deleted_at.desc(), Story.id)
    return [
        Trashed("story", story.id, story.title, story.lang, story.deleted_at, story.deleted_by, (territory,))
        for story, territory in session.execute(_of(query, delegation_id))
        if story.deleted_at is not None
    ]


def trashed_passages(session: Session, delegation_id: str | None = None, *, words: bool) -> list[Trashed]:
    """Returns the passages in the trash of living stories; what they say, of what and by whom only where `words` may be shown."""
    query = (
        _led(
            select(Passage, Story, Territory.name, MomentRevision.title, Voice.name, PassageRevision.plain).join(
                Story, Story.id == Passage.story_id
            )
        )
        .outerjoin(Moment, Moment.id == Passage.moment_id)
        .outerjoin(MomentRevision, MomentRevision.id == Moment.revision_id)
        .outerjoin(Voice, Voice.id == Passage.voice_id)
        .outerjoin(PassageRevision, PassageRevision.id == Passage.revision_id)
        .where(Passage.deleted_at.is_not(None), Story.deleted_at.is_(None))
        .order_by(Passage.deleted_at.desc(), Passage.id)
    )
    found = []
    for passage, story, territory, moment, voice, plain in session.execute(_of(query, delegation_id)):
        shown = ((moment or ""), (voice or ""), (plain or "")) if words else ("", "", "")
        place = (story.title, territory)
        found.append(
            Trashed("passage", passage.id, shown[0], story.lang, passage.deleted_at, passage.deleted_by, place, shown[1], shown[2])
        )
    return found


def trashed_moments(session: Session, delegation_id: str | None = None) -> list[Trashed]:
    """Returns the moments in the trash."""
    query = (
        select(Moment, MomentRevision.title, Territory.name)
        .join(MomentRevision, MomentRevision.id == Moment.revision_id)
        .join(Delegation, Delegation.id == Moment.delegation_id)
        .join(Territory, Territory.id == Delegation.territory_id)
        .where(Moment.deleted_at.is_not(None))
        .order_by(Moment.deleted_at.desc(), Moment.id)
        .limit(MOST)
    )
    if delegation_id is not None:
        query = query.where(Moment.delegation_id == delegation_id)
    return [
        Trashed("moment", moment.id, title, "fr", moment.deleted_at, moment.deleted_by, (territory,))
        for moment, title, territory in session.execute(query)
        if moment.deleted_at is not None
    ]


def trashed_images(session: Session, delegation_id: str | None = None, *, words: bool) -> list[Trashed]:
    """Returns the images in the trash of living stories; what they show only where `words` may be read."""
    query = _led(select(Media, Story, Territory.name).join(Story, Story.id == Media.story_id))
    query = query.where(Media.deleted_at.is_not(None), Story.deleted_at.is_(None)).order_by(Media.deleted_at.desc(), Media.id)
    return [
        Trashed("image", row.id, row.alt if words else "", story.lang, row.deleted_at, row.deleted_by, (story.title, territory))
        for row, story, territory in session.execute(_of(query, delegation_id))
        if row.deleted_at is not None
    ]


def trashed_library(session: Session) -> list[Trashed]:
    """Returns the site's own images in the trash."""
    query = select(Media).where(Media.deleted_at.is_not(None), Media.story_id.is_(None)).order_by(Media.deleted_at.desc(), Media.id)
    rows = session.scalars(query.limit(MOST))
    return [Trashed("image", row.id, row.alt, "fr", row.deleted_at, row.deleted_by) for row in rows if row.deleted_at is not None]


def trashed_themes(session: Session) -> list[Trashed]:
    """Returns the themes in the trash."""
    rows = session.scalars(select(Theme).where(Theme.deleted_at.is_not(None)).order_by(Theme.deleted_at.desc(), Theme.id).limit(MOST))
    return [Trashed("theme", row.id, row.name, "fr", row.deleted_at, row.deleted_by) for row in rows if row.deleted_at is not None]


def trashed_pages(session: Session) -> list[Trashed]:
    """Returns the pages that were put into the trash; what went there with one comes back with it."""
    found = []
    for node in deleted_pages(session)[:MOST]:
        title, lang = node.title("fr", "fr")
        if node.page.deleted_at is not None:
            found.append(Trashed("page", node.page.id, title, lang, node.page.deleted_at, node.page.deleted_by, (node.page.path,)))
    return found


def _led(query: Any) -> Any:
    """Joins the delegation that leads the story, and its territory."""
    return (
        query.join(StoryDelegation, and_(StoryDelegation.story_id == Story.id, StoryDelegation.lead.is_(True)))
        .join(Delegation, Delegation.id == StoryDelegation.delegation_id)
        .join(Territory, Territory.id == Delegation.territory_id)
    )


def _of(query: Any, delegation_id: str | None) -> Any:
    """Narrows to the stories that a delegation tells, leading or not."""
    if delegation_id is None:
        return query.limit(MOST)
    own = select(StoryDelegation.story_id).where(StoryDelegation.delegation_id == delegation_id)
    return query.where(Story.id.in_(own))
