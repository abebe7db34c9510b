"""The programme and its people: phases, workstreams, territories, delegations, seats, voices, moments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Hash, Id, ref


class Programme(Base):
    __tablename__ = "programme"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class Phase(Base):
    """A phase of a programme's journey; `key` is what starter files and prompts name it by."""

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    id: Mapped[Id]
    programme_id: Mapped[str] = ref("programme.id")
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]


class Workstream(Base):
    """A chantier; `kind` is `thematic` or `transverse`."""

    __tablename__ = "workstream"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    id: Mapped[Id]
    programme_id: Mapped[str] = ref("programme.id")
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(16))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]


class Territory(Base):
    __tablename__ = "territory"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    nature: Mapped[str] = mapped_column(String(160), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    fragment: Mapped[list[Any]] = mapped_column(default=list)
    fictitious: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]


class TerritoryCode(Base):
    """An official code of a territory; a string, since "01004" is not a number. `scheme` is `insee`, `siren`…"""

    __tablename__ = "territory_code"

    territory_id: Mapped[str] = ref("territory.id", primary_key=True)
    scheme: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)


class Delegation(Base):
    """A territory's delegation in a programme."""

    __tablename__ = "delegation"
    __table_args__ = (UniqueConstraint("programme_id", "territory_id"),)

    id: Mapped[Id]
    programme_id: Mapped[str] = ref("programme.id")
    territory_id: Mapped[str] = ref("territory.id", index=True)
    created_at: Mapped[datetime]


class Seat(Base):
    """A place for one actor category in a delegation; empty where no voice holds it today."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("delegation_id", "category"),)

    id: Mapped[Id]
    delegation_id: Mapped[str] = ref("delegation.id")
    category: Mapped[str] = mapped_column(String(32))


class Voice(Base):
    """One person's holding of one seat (docs/decisions.md, 4). A guest voice has no seat and no category.

    `scribe_id` is an account that writes for the voice and never signs for it.
    """

    __tablename__ = "voice"

    id: Mapped[Id]
    delegation_id: Mapped[str] = ref("delegation.id", index=True)
    seat_id: Mapped[str | None] = ref("seat.id", index=True)
    category: Mapped[str | None] = mapped_column(String(32))
    account_id: Mapped[str | None] = ref("account.id", index=True)
    scribe_id: Mapped[str | None] = ref("account.id", index=True)
    name: Mapped[str] = mapped_column(String(120))
    function: Mapped[str] = mapped_column(String(160), default="")
    mandate_start: Mapped[date | None]
    mandate_end: Mapped[date | None]
    display: Mapped[str] = mapped_column(String(16), default="function")
    created_at: Mapped[datetime]


class Moment(Base):
    """A dated, located step of a delegation's journey; what is said of it stands in its revisions."""

    __tablename__ = "moment"

    id: Mapped[Id]
    delegation_id: Mapped[str] = ref("delegation.id", index=True)
    salt: Mapped[str] = mapped_column(String(32))
    revision_id: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = ref("account.id")


class MomentRevision(Base):
    """A moment as it was described at one time; `hash` covers title, date, place, phase and description."""

    __tablename__ = "moment_revision"
    __table_args__ = (Index("ix_moment_revision_hash", "hash"),)

    id: Mapped[Id]
    moment_id: Mapped[str] = ref("moment.id", index=True)
    hash: Mapped[Hash]
    title: Mapped[str] = mapped_column(String(160))
    date_kind: Mapped[str] = mapped_column(String(8))
    date_start: Mapped[date]
    date_end: Mapped[date]
    place: Mapped[str] = mapped_column(String(160), default="")
    phase_id: Mapped[str | None] = ref("phase.id")
    description: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[str | None] = ref("account.id")
    created_at: Mapped[datetime]
