"""Writing questions."""

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import Id
from plugins.communication.models.base import Base


class Prompt(Base):
    """A writing question; `phase` and `category` None mean for all. `starter_key` is set on those of the starter set."""

    __tablename__ = "communication_prompt"

    id: Mapped[Id]
    text: Mapped[str] = mapped_column(String(300))
    phase: Mapped[str | None] = mapped_column(String(60))
    category: Mapped[str | None] = mapped_column(String(32))
    starter_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    validated: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int]
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)
