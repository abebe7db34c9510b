"""Images that are one person's alone, until they give them to a story."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Hash, Id, ref


class PrivateMedia(Base):
    """An image of somebody's notebook; nobody else may see it, whatever their role. `hash` is the SHA-256 of the cleaned bytes, as in `Media`."""

    __tablename__ = "private_media"

    id: Mapped[Id]
    account_id: Mapped[str] = ref("account.id", index=True)
    hash: Mapped[Hash] = mapped_column(index=True)
    mime: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    renditions: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
