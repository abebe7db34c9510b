"""Traces that somebody notes for themselves."""

from datetime import date, datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import Id
from plugins.communication.models.base import Base


class Trace(Base):
    """A trace in somebody's notebook: words, a photograph, a link, each alone or together; `account_id` alone may read it.

    The date is a day, a month or a period, as that of a moment, or none. `went_to` is the passage that it became part of. Ids of the core's rows are kept
    without a constraint: a trace outlives them.
    """

    __tablename__ = "communication_trace"
    __table_args__ = (Index("ix_communication_trace_account", "account_id", "date_start"),)

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    image_id: Mapped[str | None] = mapped_column(String(20))
    image_hash: Mapped[str | None] = mapped_column(String(64))
    image_width: Mapped[int | None]
    image_height: Mapped[int | None]
    date_kind: Mapped[str | None] = mapped_column(String(8))
    date_start: Mapped[date | None]
    date_end: Mapped[date | None]
    moment_id: Mapped[str | None] = mapped_column(String(20), index=True)
    went_to: Mapped[str | None] = mapped_column(String(20))
    went_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
