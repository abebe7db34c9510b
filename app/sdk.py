"""The one import surface for plugins; what is not named here may change without notice."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from app.db.base import Base, Hash, Id, UtcDateTime, ref
from app.db.base import metadata as core_metadata
from app.db.models import Phase
from app.db.told import ToldMoment, ToldPassage, ToldStance, ToldStory, read_told
from app.hooks.contracts import (
    SDK_VERSION,
    SLOTS,
    BlockSnapshot,
    BlockType,
    Check,
    CheckResult,
    ContentType,
    Facet,
    Guard,
    GuardContext,
    Job,
    Manifest,
    MenuItem,
    Objection,
    Permission,
    PromptContext,
    PromptOffer,
    PromptSource,
    RoleOffer,
    SettingsPage,
    SlotContext,
    SlotItem,
    StoryFormat,
    Subscriber,
    Tile,
)
from app.hooks.specs import hookimpl
from app.kernel.access import Actor
from app.kernel.clock import system_clock
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import (
    ChangesRequested,
    Event,
    PassageSaved,
    PassageSigned,
    StoryPublished,
    StorySubmitted,
    StoryUnpublished,
)
from app.kernel.ids import new_id
from app.kernel.voice import CATEGORIES, ActorCategory
from app.services.approvals import state_missing_voice
from app.services.checks import checked
from app.services.plugin_settings import read_settings
from app.services.stories import member_story
from app.services.unit_of_work import UnitOfWork
from app.web.context import back_to, field_errors, reader, signed_in, with_permission, writing
from app.web.forms import BaseForm, ConfirmForm, Required, choices, content_choices, sent
from app.web.gate import keeps_text, public
from app.web.words import CATEGORY_FULL, CATEGORY_KEY, CATEGORY_SHORT
from app.web.words import sentence as refusal_words


def list_phase_choices(session: Session) -> list[tuple[str, str]]:
    """Returns (key, name) of every programme's phases, in their order, each key once."""
    names: dict[str, str] = {}
    for phase in session.scalars(select(Phase).order_by(Phase.position)):
        names.setdefault(phase.key, phase.name)
    return list(names.items())


def model_base(owner: str) -> type[DeclarativeBase]:
    """Returns a declarative base for a plugin's models: its tables stand beside the core's, and one bad relationship breaks no other's query.

    Args:
        owner: the plugin's name, with which its tables must begin.
    """

    class PluginBase(DeclarativeBase):
        metadata = core_metadata
        type_annotation_map = Base.type_annotation_map

        def __init_subclass__(cls, **options: Any) -> None:
            super().__init_subclass__(**options)
            table = cls.__dict__.get("__table__")
            if table is None:
                return
            if not table.name.startswith(f"{owner}_"):
                raise ValueError(f"the table {table.name!r} must begin with '{owner}_'")
            table.info["owner"] = owner

    return PluginBase


__all__ = [
    "CATEGORIES",
    "CATEGORY_FULL",
    "CATEGORY_KEY",
    "CATEGORY_SHORT",
    "SDK_VERSION",
    "SLOTS",
    "Actor",
    "ActorCategory",
    "BaseForm",
    "BlockSnapshot",
    "BlockType",
    "ChangesRequested",
    "Check",
    "CheckResult",
    "ConfirmForm",
    "ContentType",
    "Event",
    "Facet",
    "Guard",
    "GuardContext",
    "Hash",
    "Id",
    "Invalid",
    "Job",
    "Manifest",
    "MenuItem",
    "NotAllowed",
    "NotFound",
    "Objection",
    "PassageSaved",
    "PassageSigned",
    "Permission",
    "PromptContext",
    "PromptOffer",
    "PromptSource",
    "Refused",
    "Required",
    "RoleOffer",
    "Session",
    "SettingsPage",
    "SlotContext",
    "SlotItem",
    "StoryFormat",
    "StoryPublished",
    "StorySubmitted",
    "StoryUnpublished",
    "Subscriber",
    "Tile",
    "ToldMoment",
    "ToldPassage",
    "ToldStance",
    "ToldStory",
    "UnitOfWork",
    "UtcDateTime",
    "back_to",
    "checked",
    "choices",
    "content_choices",
    "field_errors",
    "hookimpl",
    "keeps_text",
    "list_phase_choices",
    "member_story",
    "model_base",
    "new_id",
    "public",
    "read_settings",
    "read_told",
    "reader",
    "ref",
    "refusal_words",
    "sent",
    "signed_in",
    "state_missing_voice",
    "system_clock",
    "with_permission",
    "writing",
]
