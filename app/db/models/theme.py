"""Themes, a flat list that editors classify stories by, and the index of what is public that filters ask."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Id, ref


class Theme(Base):
    """A subject that stories share. `key` is what files name it by, `slug` its word in addresses; neither changes with the name.

    A theme that was merged into another stays as a row without stories, so that its address goes on leading somewhere.
    """

    __tablename__ = "theme"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    position: Mapped[int]
    created_at: Mapped[datetime]
    merged_into_id: Mapped[str | None] = ref("theme.id")
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = ref("account.id")


class StoryTheme(Base):
    """A story is about a theme. Not in the signed manifest: classification is editorial (docs/decisions.md)."""

    __tablename__ = "story_theme"

    story_id: Mapped[str] = ref("story.id", primary_key=True)
    theme_id: Mapped[str] = ref("theme.id", primary_key=True, index=True)


class PublicPassage(Base):
    """One passage of a story's published version: which voice tells which moment, where SQL can ask; rewritten when a story is published or unpublished.

    It says nothing that the manifest does not; how a voice is shown is asked of the voice, so that a narrower choice holds at once.
    """

    __tablename__ = "public_passage"

    story_id: Mapped[str] = ref("story.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    passage_id: Mapped[str] = ref("passage.id", index=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    voice_id: Mapped[str | None] = ref("voice.id", index=True)
    moment_hash: Mapped[str | None] = mapped_column(String(64), index=True)


class PublicStance(Base):
    """Where a voice stands on a moment of a story's published version, where SQL can ask; rewritten with `PublicPassage`."""

    __tablename__ = "public_stance"

    story_id: Mapped[str] = ref("story.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    voice_id: Mapped[str] = ref("voice.id", index=True)
    moment_hash: Mapped[str] = mapped_column(String(64))
    stance: Mapped[str] = mapped_column(String(16), index=True)
