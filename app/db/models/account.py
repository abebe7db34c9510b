"""Accounts and how one gets in: roles, invitations, sign-in links, sessions, attempts."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Hash, Id, ref
from app.db.models.access import ROLE_KEY


class Account(Base):
    """A person who can sign in. The row can be erased; what it wrote keeps its voice's opaque id."""

    __tablename__ = "account"

    id: Mapped[Id]
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    lang: Mapped[str] = mapped_column(String(8), default="fr")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    demonstration: Mapped[bool] = mapped_column(Boolean, default=False)


class AccountRole(Base):
    """A role of an account on the whole site."""

    __tablename__ = "account_role"

    account_id: Mapped[str] = ref("account.id", primary_key=True)
    role: Mapped[str] = mapped_column(String(ROLE_KEY), ForeignKey("role.key"), primary_key=True)


class Invitation(Base):
    """An invitation by link: to a role, to a voice, or to serve a voice as its scribe."""

    __tablename__ = "invitation"

    id: Mapped[Id]
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str | None] = mapped_column(String(ROLE_KEY), ForeignKey("role.key"))
    voice_id: Mapped[str | None] = ref("voice.id")
    invited_by: Mapped[str | None] = ref("account.id")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInLink(Base):
    """A single-use link by mail: `purpose` is `sign_in` or `reset`."""

    __tablename__ = "sign_in_link"

    id: Mapped[Id]
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    account_id: Mapped[str] = ref("account.id")
    purpose: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountSession(Base):
    """A signed-in browser; the cookie holds a random token, the row its hash."""

    __tablename__ = "account_session"

    id: Mapped[Id]
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    account_id: Mapped[str] = ref("account.id", index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(String(80), default="")


class SignInAttempt(Base):
    """A failed or suspicious attempt, under a keyed hash of the address or of the network; swept after a day."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[Id]
    key: Mapped[Hash]
    at: Mapped[datetime]
