"""Writing questions, in named sets."""

from sqlalchemy import Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import Id, ref
from plugins.communication.models.base import Base


class PromptSet(Base):
    """A named set of questions; off, none of them is offered. `programme_id` and `format` None mean for all. `starter_key` is set on the starter set."""

    __tablename__ = "communication_prompt_set"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    programme_id: Mapped[str | None] = mapped_column(String(20))
    format: Mapped[str | None] = mapped_column(String(40))
    starter_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    position: Mapped[int]


class Prompt(Base):
    """A writing question; `phase`, `category` and `format` None mean for all. `starter_key` is set on those of the starter set."""

    __tablename__ = "communication_prompt"

    id: Mapped[Id]
    set_id: Mapped[str] = ref("communication_prompt_set.id", index=True)
    text: Mapped[str] = mapped_column(String(300))
    phase: Mapped[str | None] = mapped_column(String(60))
    category: Mapped[str | None] = mapped_column(String(32))
    format: Mapped[str | None] = mapped_column(String(40))
    starter_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    validated: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int]
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)
