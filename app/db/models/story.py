"""Stories and their words: passages, revisions, drafts, versions, stances, absences, approvals, images, decisions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Hash, Id, ref


class Story(Base):
    """The working copy of a récit croisé; `published_version_id` points at what the public reads, or at nothing."""

    __tablename__ = "story"
    __table_args__ = (Index("ix_story_public", "published_at", "id"),)

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    salt: Mapped[str] = mapped_column(String(32))
    lang: Mapped[str] = mapped_column(String(8), default="fr")
    format: Mapped[str] = mapped_column(String(40), default="recit-croise")
    title: Mapped[str] = mapped_column(String(160))
    standfirst: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(24))
    state_since: Mapped[datetime]
    reviewer_id: Mapped[str | None] = ref("account.id")
    submitted_version_id: Mapped[str | None] = mapped_column(String(20))
    reviewed_version_id: Mapped[str | None] = mapped_column(String(20))
    published_version_id: Mapped[str | None] = mapped_column(String(20))
    published_at: Mapped[datetime | None]
    first_published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = ref("account.id")


class StoryAddress(Base):
    """Every slug that a story ever had; old ones redirect, none is given to another story."""

    __tablename__ = "story_address"

    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    story_id: Mapped[str] = ref("story.id", index=True)
    created_at: Mapped[datetime]


class StoryDelegation(Base):
    """A delegation that tells a story; exactly one leads."""

    __tablename__ = "story_delegation"

    story_id: Mapped[str] = ref("story.id", primary_key=True)
    delegation_id: Mapped[str] = ref("delegation.id", primary_key=True, index=True)
    lead: Mapped[bool] = mapped_column(Boolean, default=True)


class Passage(Base):
    """What one voice says of one moment in one story; without a voice it is shared by the delegation.

    `reopened_hash` is the hash of signed words that were opened for writing again.
    """

    __tablename__ = "passage"

    id: Mapped[Id]
    story_id: Mapped[str] = ref("story.id", index=True)
    moment_id: Mapped[str | None] = ref("moment.id", index=True)
    voice_id: Mapped[str | None] = ref("voice.id", index=True)
    salt: Mapped[str] = mapped_column(String(32))
    block: Mapped[str] = mapped_column(String(60), default="text")
    position: Mapped[int]
    revision_id: Mapped[str | None] = mapped_column(String(20))
    reopened_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = ref("account.id")


class PassageRevision(Base):
    """The words of a passage at one time.

    `hash` covers salt, block, lang, body, data, snapshot, spans and media (docs/decisions.md, 2); `fragment` is the rendered body with symbolic images and links.
    `gathered_by` says who wrote down what the voice said; `merged_from_id` is the other parent of a merge.
    """

    __tablename__ = "passage_revision"
    __table_args__ = (Index("ix_passage_revision_hash", "hash"), Index("ix_passage_revision_passage_at", "passage_id", "created_at"))

    id: Mapped[Id]
    passage_id: Mapped[str] = ref("passage.id")
    number: Mapped[int]
    hash: Mapped[Hash]
    lang: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    snapshot: Mapped[dict[str, Any] | None]
    spans: Mapped[list[Any]] = mapped_column(default=list)
    media: Mapped[list[Any]] = mapped_column(default=list)
    plain: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[int] = mapped_column(default=0)
    fragment: Mapped[list[Any]] = mapped_column(default=list)
    markup_version: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[str | None] = ref("account.id")
    voice_id: Mapped[str | None] = ref("voice.id")
    gathered_by: Mapped[str] = mapped_column(String(160), default="")
    parent_id: Mapped[str | None] = mapped_column(String(20))
    merged_from_id: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]


class Draft(Base):
    """Unsaved words, kept by autosave or at an expired session; one per person and passage, never public.

    `data` is what was typed into an extension's fields, by name, as it was typed.
    """

    __tablename__ = "draft"

    account_id: Mapped[str] = ref("account.id", primary_key=True)
    passage_id: Mapped[str] = ref("passage.id", primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    prompt: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    base_revision_id: Mapped[str | None] = mapped_column(String(20))
    updated_at: Mapped[datetime]


class StoryVersion(Base):
    """A whole story at one time: its manifest and the hash of it."""

    __tablename__ = "story_version"
    __table_args__ = (UniqueConstraint("story_id", "hash"),)

    id: Mapped[Id]
    story_id: Mapped[str] = ref("story.id")
    hash: Mapped[Hash]
    manifest: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    published_at: Mapped[datetime | None]


class Stance(Base):
    """Where a voice stands on a moment: agree, nuance, disagree, absent."""

    __tablename__ = "stance"

    voice_id: Mapped[str] = ref("voice.id", primary_key=True)
    moment_id: Mapped[str] = ref("moment.id", primary_key=True)
    stance: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(400), default="")
    updated_at: Mapped[datetime]


class MissingVoice(Base):
    """A category that does not tell a moment in a story, and the reason that the delegation states."""

    __tablename__ = "missing_voice"

    story_id: Mapped[str] = ref("story.id", primary_key=True)
    moment_id: Mapped[str] = ref("moment.id", primary_key=True)
    category: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(400))
    updated_at: Mapped[datetime]


class Approval(Base):
    """A voice's signature under one hash of one passage, with what was shown of the voice at that time."""

    __tablename__ = "approval"
    __table_args__ = (Index("ix_approval_passage_hash", "passage_id", "hash"),)

    id: Mapped[Id]
    passage_id: Mapped[str] = ref("passage.id")
    voice_id: Mapped[str] = ref("voice.id")
    hash: Mapped[Hash]
    shown: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Media(Base):
    """An image of a story, or of the site where it has none; `hash` is the SHA-256 of the cleaned bytes, by which its files are stored.

    `rights` says under what conditions it may be shown and used again, `source` where it comes from.
    """

    __tablename__ = "media"

    id: Mapped[Id]
    story_id: Mapped[str | None] = ref("story.id", index=True)
    hash: Mapped[Hash] = mapped_column(index=True)
    mime: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    renditions: Mapped[list[Any]] = mapped_column(default=list)
    alt: Mapped[str] = mapped_column(String(400))
    credit: Mapped[str] = mapped_column(String(200))
    rights: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = ref("account.id")


class PublicMedia(Base):
    """The images of what is public now, by story; rewritten when a story is published or unpublished."""

    __tablename__ = "public_media"

    story_id: Mapped[str] = ref("story.id", primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class StoryDecision(Base):
    """A step of the workflow that somebody took: which, on which version, with which reasons."""

    __tablename__ = "story_decision"

    id: Mapped[Id]
    story_id: Mapped[str] = ref("story.id", index=True)
    transition: Mapped[str] = mapped_column(String(32))
    version_id: Mapped[str | None] = mapped_column(String(20))
    reasons: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = ref("account.id")
    at: Mapped[datetime]
