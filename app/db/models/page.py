"""Pages: their place in the tree, their texts by language, every version, every path they ever had; the menus; who cites what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Hash, Id, ref


class Page(Base):
    """A page's place in the tree; `path` is its present address, `deleted_with` the page whose deletion took it to the trash.

    `type` is a content type: the core's `page`, or a plugin's `<plugin>:<name>`.
    """

    __tablename__ = "page"
    __table_args__ = (Index("ix_page_path", "path"), Index("ix_page_parent_position", "parent_id", "position"))

    id: Mapped[Id]
    parent_id: Mapped[str | None] = ref("page.id")
    slug: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(500))
    type: Mapped[str] = mapped_column(String(80), default="page")
    position: Mapped[int]
    salt: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = ref("account.id")
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str | None] = ref("account.id")
    deleted_with: Mapped[str | None] = mapped_column(String(20))


class PageText(Base):
    """A page in one language: its working copy (`version_id`) and what is public (`published_version_id`), or nothing."""

    __tablename__ = "page_text"

    page_id: Mapped[str] = ref("page.id", primary_key=True)
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    state: Mapped[str] = mapped_column(String(24))
    state_since: Mapped[datetime]
    version_id: Mapped[str] = mapped_column(String(20))
    published_version_id: Mapped[str | None] = mapped_column(String(20))
    published_at: Mapped[datetime | None]
    first_published_at: Mapped[datetime | None]


class PageVersion(Base):
    """The words of a page in one language at one time; never changed. `hash` covers salt, type and all that is shown (docs/decisions.md, 2).

    `data` is what the form of the page's type wrote, `alternative` what the public reads of it when the type's plugin is off.
    """

    __tablename__ = "page_version"
    __table_args__ = (Index("ix_page_version_page_lang", "page_id", "lang", "number"),)

    id: Mapped[Id]
    page_id: Mapped[str] = ref("page.id")
    lang: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    hash: Mapped[Hash]
    title: Mapped[str] = mapped_column(String(160))
    standfirst: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    alternative: Mapped[str] = mapped_column(Text, default="")
    media: Mapped[list[Any]] = mapped_column(default=list)
    plain: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[int] = mapped_column(default=0)
    fragment: Mapped[list[Any]] = mapped_column(default=list)
    markup_version: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[str | None] = ref("account.id")
    parent_id: Mapped[str | None] = mapped_column(String(20))
    merged_from_id: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]


class PageAddress(Base):
    """Every path that a page ever had; old ones redirect, none is given to another page."""

    __tablename__ = "page_address"

    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    page_id: Mapped[str] = ref("page.id", index=True)
    created_at: Mapped[datetime]


class MenuEntry(Base):
    """A line of a menu: a page, one of the site's own places, or an address.

    `kind` is `page`, `place` or `url`; `target` is the page's id, the place's key or the address. `titles` maps a language to words;
    without them a page is called by its own title and a place by the site's word.
    """

    __tablename__ = "menu_entry"

    id: Mapped[Id]
    menu: Mapped[str] = mapped_column(String(16), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(2000))
    titles: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ContentLink(Base):
    """That a text cites something.

    `source_kind` is `page`, `story`, `passage` or `territory`; `public` tells whether the citing words are the public ones or a working copy's.
    `target_kind` and `target_key` are what the address leads to (kernel/links.py), `address` is what was written.
    """

    __tablename__ = "content_link"
    __table_args__ = (
        Index("ix_content_link_target", "target_kind", "target_key"),
        Index("ix_content_link_source", "source_kind", "source_id"),
    )

    id: Mapped[Id]
    source_kind: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(8), default="")
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    target_kind: Mapped[str] = mapped_column(String(16))
    target_key: Mapped[str] = mapped_column(String(500))
    address: Mapped[str] = mapped_column(Text)
