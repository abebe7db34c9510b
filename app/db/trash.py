"""What is in the trash, kind by kind; the callers say whose, and whether words may be shown."""

from collections.abc import Iterable
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
    StoryVersion,
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
    """Returns the stories in the trash: of one delegation, or of the site and then under titles that were public alone."""
    query = _led(select(Story, Territory.name)).where(Story.deleted_at.is_not(None)).order_by(Story.deleted_at.desc(), Story.id)
    rows = session.execute(_of(query, delegation_id)).all()
    titles = _titles(session, [story for story, _territory in rows], delegation_id)
    return [
        Trashed("story", story.id, titles[story.id], story.lang, story.deleted_at, story.deleted_by, (territory,))
        for story, territory in rows
    ]


def trashed_passages(session: Session, delegation_id: str | None = None) -> list[Trashed]:
    """Returns the passages in the trash of living stories; what they say, of what and by whom is their delegation's alone."""
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
    rows = session.execute(_of(query, delegation_id)).all()
    titles = _titles(session, [row[1] for row in rows], delegation_id)
    found = []
    for passage, story, territory, moment, voice, plain in rows:
        shown = (moment or "", voice or "", plain or "") if delegation_id is not None else ("", "", "")
        place = tuple(filter(None, (titles[story.id], territory)))
        found.append(Trashed("passage", passage.id, shown[0], story.lang, passage.deleted_at, passage.deleted_by, place, *shown[1:]))
    return found


def trashed_moments(session: Session, delegation_id: str | None = None) -> list[Trashed]:
    """Returns the moments in the trash; what they are called is their delegation's alone."""
    query = (
        select(Moment, MomentRevision.title, Territory.name)
        .join(MomentRevision, MomentRevision.id == Moment.revision_id)
        .join(Delegation, Delegation.id == Moment.delegation_id)
        .join(Territory, Territory.id == Delegation.territory_id)
        .where(Moment.deleted_at.is_not(None))
        .order_by(Moment.deleted_at.desc(), Moment.id)
    )
    query = query.limit(MOST) if delegation_id is None else query.where(Moment.delegation_id == delegation_id)
    return [
        Trashed("moment", moment.id, title if delegation_id else "", "fr", moment.deleted_at, moment.deleted_by, (territory,))
        for moment, title, territory in session.execute(query)
        if moment.deleted_at is not None
    ]


def trashed_images(session: Session, delegation_id: str | None = None) -> list[Trashed]:
    """Returns the images in the trash of living stories; what they show is their delegation's alone."""
    query = _led(select(Media, Story, Territory.name).join(Story, Story.id == Media.story_id))
    query = query.where(Media.deleted_at.is_not(None), Story.deleted_at.is_(None)).order_by(Media.deleted_at.desc(), Media.id)
    rows = session.execute(_of(query, delegation_id)).all()
    titles = _titles(session, [story for _media, story, _territory in rows], delegation_id)
    return [
        Trashed(
            "image",
            row.id,
            row.alt if delegation_id is not None else "",
            story.lang,
            row.deleted_at,
            row.deleted_by,
            tuple(filter(None, (titles[story.id], territory))),
        )
        for row, story, territory in rows
    ]


def _titles(session: Session, stories: Iterable[Story], delegation_id: str | None) -> dict[str, str]:
    """Returns story id → title: the working one for its delegation, for others the last that was public, or none."""
    if delegation_id is not None:
        return {story.id: story.title for story in stories}
    titles = {story.id: "" for story in stories}
    query = (
        select(StoryVersion.story_id, StoryVersion.manifest)
        .where(StoryVersion.story_id.in_(titles), StoryVersion.published_at.is_not(None))
        .order_by(StoryVersion.published_at)
    )
    titles |= {story_id: str(manifest["title"]) for story_id, manifest in session.execute(query)}
    return titles


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
