"""The quality grid: its criteria, and what editors answered for a version."""

from datetime import datetime

from sqlalchemy import Boolean, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import Hash, Id
from plugins.communication.models.base import Base


class Criterion(Base):
    """A criterion of the grid; `machine` names what the machine can find of it, None where only an editor can tell."""

    __tablename__ = "communication_criterion"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(120))
    explanation: Mapped[str] = mapped_column(Text, default="")
    machine: Mapped[str | None] = mapped_column(String(32))
    starter_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    validated: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int]
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)


class Assessment(Base):
    """What an editor answered of one criterion for one version; rows are added, never changed, so that the history stays.

    `title` is the criterion's at that time, `found` what the machine had answered.
    """

    __tablename__ = "communication_assessment"
    __table_args__ = (Index("ix_communication_assessment_story", "story_id", "version_hash"),)

    id: Mapped[Id]
    story_id: Mapped[str] = mapped_column(String(20))
    version_hash: Mapped[Hash]
    criterion_id: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(400), default="")
    found: Mapped[str] = mapped_column(String(8), default="")
    account_id: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
