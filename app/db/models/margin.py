"""What is said beside the words of a working copy: threads of comments, in the margin and with the review; mentions, suggestions, who took part in a revision."""

from datetime import datetime

from sqlalchemy import Boolean, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Id, ref

MARK_ID = 40


class RevisionContributor(Base):
    """Somebody who took part in the words of a revision; `position` orders them, the one who wrote most first."""

    __tablename__ = "revision_contributor"

    revision_id: Mapped[str] = ref("passage_revision.id", primary_key=True)
    account_id: Mapped[str] = ref("account.id", primary_key=True, index=True)
    position: Mapped[int]


class CommentThread(Base):
    """A conversation about a story, about one of its passages, or about a stretch of one.

    `with_review` says whether the review takes part in it: its editors then read it from the first submission on, wherever the story is; else it is the
    delegation's, and theirs only while they review. `anchor` is the id that the text's mark carries, `quotation` the words as they were when the thread
    began: they stay when the text goes. `revision_hash` tells which words of the passage it was begun about.
    """

    __tablename__ = "comment_thread"
    __table_args__ = (
        Index("ix_comment_thread_passage_at", "passage_id", "created_at"),
        Index("ix_comment_thread_story_at", "story_id", "created_at"),
    )

    id: Mapped[Id]
    story_id: Mapped[str] = ref("story.id")
    passage_id: Mapped[str | None] = ref("passage.id")
    with_review: Mapped[bool] = mapped_column(Boolean, default=False)
    anchor: Mapped[str | None] = mapped_column(String(MARK_ID), unique=True)
    quotation: Mapped[str] = mapped_column(Text, default="")
    revision_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = ref("account.id")


class Comment(Base):
    """What one person says in a thread; never deleted, changed by its author alone and only for a while."""

    __tablename__ = "comment"

    id: Mapped[Id]
    thread_id: Mapped[str] = ref("comment_thread.id", index=True)
    author_id: Mapped[str | None] = ref("account.id")
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class Mention(Base):
    """A person called by name in a comment; `seen_at` is when they answered or said that they had seen it."""

    __tablename__ = "mention"

    comment_id: Mapped[str] = ref("comment.id", primary_key=True)
    account_id: Mapped[str] = ref("account.id", primary_key=True, index=True)
    seen_at: Mapped[datetime | None]


class Suggestion(Base):
    """Words proposed in another's passage; `id` is that of the marks in the text, `state` open, accepted, refused or withdrawn.

    `inserted` and `deleted` are the words as they were last seen, kept for when the marks are gone.
    """

    __tablename__ = "suggestion"
    __table_args__ = (Index("ix_suggestion_passage_state", "passage_id", "state"),)

    id: Mapped[str] = mapped_column(String(MARK_ID), primary_key=True)
    passage_id: Mapped[str] = ref("passage.id")
    author_id: Mapped[str | None] = ref("account.id")
    inserted: Mapped[str] = mapped_column(Text, default="")
    deleted: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="open")
    decided_by: Mapped[str | None] = ref("account.id")
    decided_at: Mapped[datetime | None]


class Digest(Base):
    """How a person wants to be told of mentions and suggestions: `daily`, `at_once` or `never`; without a row, daily."""

    __tablename__ = "digest"

    account_id: Mapped[str] = ref("account.id", primary_key=True)
    choice: Mapped[str] = mapped_column(String(12), default="daily")
    sent_at: Mapped[datetime | None]
