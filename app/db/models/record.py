"""What the site remembers of itself: the audit chain, the generation, plugin states, mail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Hash, Id


class AuditEntry(Base):
    """One act, chained to the one before; never changed, never deleted. `facts` carries ids and codes, no names."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[Hash]
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(String(20))
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SiteState(Base):
    """One row: the generation that every change of the enabled set increments.

    `navigation` counts the changes of menus and of what they show; 0 as long as no menu was ever made.
    """

    __tablename__ = "site_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    navigation: Mapped[int] = mapped_column(default=0, server_default="0")
    starter_loaded_at: Mapped[datetime | None]


class SiteSetting(Base):
    """What the site was set to, one row for each kind (`identity`, `publishing`, `verified`); a kind without a row holds its defaults."""

    __tablename__ = "site_setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime]


class PluginState(Base):
    """Whether an installed plugin is on; a plugin without a row is off and never was on. `version` is the one that was last switched on."""

    __tablename__ = "plugin_state"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[str] = mapped_column(String(40), default="")
    changed_at: Mapped[datetime]


class PluginSetting(Base):
    """What was saved on one settings page of a plugin; outlives the plugin's disabling."""

    __tablename__ = "plugin_setting"

    owner: Mapped[str] = mapped_column(String(40), primary_key=True)
    page: Mapped[str] = mapped_column(String(60), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime]


class PluginSuspension(Base):
    """A call of a plugin that hung or ended a worker, and is made no more until somebody resumes it; `call` is `<hook> <plugin>:<name>`."""

    __tablename__ = "plugin_suspension"

    call: Mapped[str] = mapped_column(String(160), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class JobRun(Base):
    """When a job was last taken by a worker, and how it went; `name` is `<plugin>:<name>`."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(110), primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")


class MailMessage(Base):
    """A mail to send, or sent. Written in the transaction that causes it, delivered after the commit.

    `html` is its second form, or ""; `sender` the name beside the site's address; `headers` further ones. `seen_by` is the permission without which nobody
    reads whom it is for, or "".
    """

    __tablename__ = "mail_message"

    id: Mapped[Id]
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sender: Mapped[str] = mapped_column(String(120), default="")
    seen_by: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")
