"""Tables of the letter: who receives it, its issues, what was sent to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import Hash, Id, ref
from plugins.communication.models.base import Base


class Subscriber(Base):
    """Somebody who asked for the letter, with the proof of it; erased whole when they leave.

    `confirm_hash` is set until the address is confirmed; `leave_key` stands in the link that ends the subscription.
    """

    __tablename__ = "communication_subscriber"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    lang: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime]
    asked_from: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    confirm_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    confirm_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    leave_key: Mapped[str] = mapped_column(String(64), unique=True)


class Refusal(Base):
    """An address, as a keyed hash, that is to be written to no more, not even to ask whether it wants the letter."""

    __tablename__ = "communication_refusal"

    key: Mapped[Hash] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Issue(Base):
    """An issue of the letter: `draft`, then `sending`, then `sent`; `paused` while the chantier was switched off before its end.

    Its words do not change once it is being sent.
    """

    __tablename__ = "communication_issue"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    introduction: Mapped[str] = mapped_column(Text, default="")
    fragment: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    created_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    base_url: Mapped[str] = mapped_column(String(200), default="")
    copies: Mapped[int] = mapped_column(default=0)


class IssueStory(Base):
    """A story in an issue, with a sentence about it."""

    __tablename__ = "communication_issue_story"

    issue_id: Mapped[str] = ref("communication_issue.id", primary_key=True)
    story_id: Mapped[str] = ref("story.id", primary_key=True)
    position: Mapped[int]
    sentence: Mapped[str] = mapped_column(String(300), default="")


class Delivery(Base):
    """An issue was put into the post for a subscriber; the row and the mail are written together, so that neither is there without the other."""

    __tablename__ = "communication_delivery"

    issue_id: Mapped[str] = ref("communication_issue.id", primary_key=True)
    subscriber_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]
