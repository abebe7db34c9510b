"""The one import surface for plugins; what is not named here may change without notice."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from app.db.base import Base, Hash, Id, UtcDateTime, ref
from app.db.base import metadata as core_metadata
from app.db.cross_reading import Telling, WorkingMoment, list_tellings, stronger, working_journey
from app.db.models import Phase, Territory
from app.db.reading import find_territory, list_territories
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
from app.kernel.braid import strongest
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
from app.services.checks import checked
from app.services.plugin_settings import read_settings
from app.services.unit_of_work import UnitOfWork
from app.web.braid import Picture
from app.web.braid import link as braid_link
from app.web.braid import picture as braid_picture
from app.web.context import back_to, field_errors, reader, signed_in, with_permission, writing
from app.web.forms import BaseForm, ConfirmForm, Required, choices, content_choices
from app.web.gate import keeps_text, public
from app.web.story_view import VoiceShown, show_voice
from app.web.words import CATEGORY_FULL, CATEGORY_KEY, CATEGORY_SHORT, CATEGORY_SLUG


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
    "CATEGORY_SLUG",
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
    "Picture",
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
    "Telling",
    "Territory",
    "Tile",
    "UnitOfWork",
    "UtcDateTime",
    "VoiceShown",
    "WorkingMoment",
    "back_to",
    "braid_link",
    "braid_picture",
    "checked",
    "choices",
    "content_choices",
    "field_errors",
    "find_territory",
    "hookimpl",
    "keeps_text",
    "list_phase_choices",
    "list_tellings",
    "list_territories",
    "model_base",
    "new_id",
    "public",
    "read_settings",
    "reader",
    "ref",
    "show_voice",
    "signed_in",
    "stronger",
    "strongest",
    "system_clock",
    "with_permission",
    "working_journey",
    "writing",
]
