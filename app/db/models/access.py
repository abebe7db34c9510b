"""Who may do what, as the site decided it: roles, the permissions that they carry, roles held somewhere; and what hides an item from the public."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Id, ref

ROLE_KEY = 64
PERMISSION_NAME = 80
OWNER = 40


class RoleRow(Base):
    """A role: a set of permissions. `owner` is the plugin that offered it; a builtin role's empty title is shown in the reader's language."""

    __tablename__ = "role"

    key: Mapped[str] = mapped_column(String(ROLE_KEY), primary_key=True)
    title: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str | None] = mapped_column(String(OWNER))
    builtin: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class PermissionRow(Base):
    """A permission that the site has learnt of: its default roles were given it then, once. The row outlives the plugin's disabling."""

    __tablename__ = "permission"

    name: Mapped[str] = mapped_column(String(PERMISSION_NAME), primary_key=True)
    owner: Mapped[str] = mapped_column(String(OWNER))


class RolePermission(Base):
    """A permission that a role carries; `owner` is `core` or the plugin, without which it is dormant."""

    __tablename__ = "role_permission"

    role: Mapped[str] = mapped_column(String(ROLE_KEY), ForeignKey("role.key"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(PERMISSION_NAME), primary_key=True)
    owner: Mapped[str] = mapped_column(String(OWNER))


class LocalRole(Base):
    """A role that an account holds on a programme, a territory or a story."""

    __tablename__ = "local_role"
    __table_args__ = (Index("ix_local_role_scope", "scope_kind", "scope_id"),)

    account_id: Mapped[str] = ref("account.id", primary_key=True)
    role: Mapped[str] = mapped_column(String(ROLE_KEY), ForeignKey("role.key"), primary_key=True)
    scope_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    scope_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    given_by: Mapped[str | None] = ref("account.id")
    given_at: Mapped[datetime]


class Restriction(Base):
    """What hides an item from the public until it is lifted or `until` has come; laid by the core or a plugin, and kept whether that plugin is on or off."""

    __tablename__ = "restriction"
    __table_args__ = (Index("ix_restriction_subject", "subject_kind", "subject_id", "lifted_at"),)

    id: Mapped[Id]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    effect: Mapped[str] = mapped_column(String(16), default="hide")
    owner: Mapped[str] = mapped_column(String(OWNER))
    reason: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = ref("account.id")
