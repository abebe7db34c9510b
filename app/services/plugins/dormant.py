"""What switching a plugin off would make dormant: counted, never changed; nothing of it is deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.db.models import Page, PageText, Passage, PluginSetting, Story, StoryVersion
from app.services.plugins.tables import count_rows


@dataclass(frozen=True)
class Dormant:
    """Counts of what waits while a plugin is off.

    Args:
        passages: passages of its kinds in working copies; they are read and moved, their form is closed.
        published: passages of its kinds that the public reads; they go on being read as they are.
        stories: stories in which such passages stand.
        pages: pages of its types in the tree; their title and text are still written, the rest waits.
        public_pages: those of them that the public reads; they go on being read, from the words that they keep.
        settings: pages of settings that somebody saved.
        rows: rows of its tables, by table.
    """

    passages: int = 0
    published: int = 0
    stories: int = 0
    pages: int = 0
    public_pages: int = 0
    settings: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether nothing at all would wait."""
        return not (self.passages or self.published or self.pages or self.settings or any(self.rows.values()))


def what_goes_dormant(session: Session, name: str) -> Dormant:
    """Returns what waits for a plugin while it is off."""
    mine = Passage.block.startswith(f"{name}:", autoescape=True)
    living = session.execute(
        select(Passage.id, Passage.story_id)
        .join(Story, Story.id == Passage.story_id)
        .where(mine, Passage.deleted_at.is_(None), Story.deleted_at.is_(None))
    ).all()
    pages = select(Page.id).where(Page.type.startswith(f"{name}:", autoescape=True), Page.deleted_at.is_(None))
    public = select(PageText.page_id).where(PageText.published_version_id.is_not(None))
    return Dormant(
        passages=len(living),
        published=_published(session, name),
        stories=len({row.story_id for row in living}),
        pages=_count(session, pages),
        public_pages=_count(session, pages.where(Page.id.in_(public))),
        settings=session.scalar(select(func.count()).select_from(PluginSetting).where(PluginSetting.owner == name)) or 0,
        rows=count_rows(session.connection(), name),
    )


def _count(session: Session, found: Select[str]) -> int:
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _published(session: Session, name: str) -> int:
    """Counts the passages of a plugin's kinds in the versions that the public reads, also those that the working copy has dropped since."""
    passages = select(Passage.id, Passage.story_id).where(Passage.block.startswith(f"{name}:", autoescape=True))
    kinds = {row.id: row.story_id for row in session.execute(passages)}
    manifests = session.scalars(
        select(StoryVersion.manifest)
        .join(Story, Story.published_version_id == StoryVersion.id)
        .where(Story.id.in_(set(kinds.values())), Story.deleted_at.is_(None))
    )
    return sum(pin["passage"] in kinds for manifest in manifests for pin in manifest["passages"])
