"""The one import surface for plugins; what is not named here may change without notice."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from app.db.base import Base, Hash, Id, UtcDateTime, ref
from app.db.base import metadata as core_metadata
from app.db.cross_reading import Telling, WorkingMoment, list_tellings, stronger, working_journey
from app.db.desk import account_names
from app.db.models import Phase, Programme, Story, Territory
from app.db.public import PublicStory, public_stories
from app.db.reading import find_territory, list_territories, living_moments, public_story_clause
from app.db.restrictions import not_restricted_clause, restrictions_on
from app.db.themes import living_themes
from app.db.told import PassagePlace, ToldMoment, ToldPassage, ToldStance, ToldStory, passage_place, read_told
from app.hooks.contracts import (
    SDK_OLDEST,
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
from app.hooks.deprecation import deprecated
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
    RestrictionLaid,
    RestrictionLifted,
    StoryPublished,
    StorySubmitted,
    StoryUnpublished,
)
from app.kernel.ids import new_id
from app.kernel.moment_date import MomentDate, parse_moment_date
from app.kernel.voice import CATEGORIES, ActorCategory
from app.services.access import require
from app.services.approvals import state_missing_voice
from app.services.beginnings import begin_passage
from app.services.checks import checked
from app.services.media import PreparedImage
from app.services.plugin_settings import read_settings
from app.services.private_media import drop_private_image, find_private_image, give_private_image, keep_private_image
from app.services.restrictions import lift, lift_all, restrict
from app.services.stories import member_story, open_stories, reviewed_story, voices_in_story
from app.services.unit_of_work import UnitOfWork
from app.web.braid import Picture
from app.web.braid import link as braid_link
from app.web.braid import picture as braid_picture
from app.web.context import back_to, field_errors, reader, signed_in, with_permission, writing
from app.web.cross_view import MomentInStory, show_public_moments
from app.web.forms import BaseForm, ConfirmForm, Required, WebAddress, choices, content_choices, sent
from app.web.gate import keeps_text, public
from app.web.story_view import VoiceShown, show_voice
from app.web.templating import moment_words
from app.web.uploads import sent_image
from app.web.words import CATEGORY_FULL, CATEGORY_KEY, CATEGORY_SHORT, CATEGORY_SLUG
from app.web.words import sentence as refusal_words

# Old name → (SDK that brought the new one, new name). An old name works until SDK_OLDEST passes that version.
_RENAMED = {"list_phase_choices": ("1", "phase_choices")}


def __getattr__(name: str) -> Any:
    """Answers for names on their way out, and warns whoever imports one."""
    if name not in _RENAMED:
        raise AttributeError(f"module 'app.sdk' has no attribute {name!r}; docs/sdk.md lists what it offers")
    since, new = _RENAMED[name]
    deprecated(f"app.sdk.{name}", since, f"app.sdk.{new}")
    return globals()[new]


def programme_choices(session: Session) -> list[tuple[str, str]]:
    """Returns (id, name) of every programme, by name."""
    return [(row.id, row.name) for row in session.scalars(select(Programme).order_by(Programme.name, Programme.id))]


def phase_choices(session: Session) -> list[tuple[str, str]]:
    """Returns (key, name) of every programme's phases, in their order, each key once."""
    names: dict[str, str] = {}
    for phase in session.scalars(select(Phase).order_by(Phase.position)):
        names.setdefault(phase.key, phase.name)
    return list(names.items())


def theme_choices(session: Session) -> list[tuple[str, str]]:
    """Returns (slug, name) of the themes that stories can be about, in their order."""
    return [(theme.slug, theme.name) for theme in living_themes(session)]


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
    "SDK_OLDEST",
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
    "MomentDate",
    "MomentInStory",
    "NotAllowed",
    "NotFound",
    "Objection",
    "PassagePlace",
    "PassageSaved",
    "PassageSigned",
    "Permission",
    "Picture",
    "PreparedImage",
    "PromptContext",
    "PromptOffer",
    "PromptSource",
    "PublicStory",
    "Refused",
    "Required",
    "RestrictionLaid",
    "RestrictionLifted",
    "RoleOffer",
    "Session",
    "SettingsPage",
    "SlotContext",
    "SlotItem",
    "Story",
    "StoryFormat",
    "StoryPublished",
    "StorySubmitted",
    "StoryUnpublished",
    "Subscriber",
    "Telling",
    "Territory",
    "Tile",
    "ToldMoment",
    "ToldPassage",
    "ToldStance",
    "ToldStory",
    "UnitOfWork",
    "UtcDateTime",
    "VoiceShown",
    "WebAddress",
    "WorkingMoment",
    "account_names",
    "back_to",
    "begin_passage",
    "braid_link",
    "braid_picture",
    "checked",
    "choices",
    "content_choices",
    "drop_private_image",
    "field_errors",
    "find_private_image",
    "find_territory",
    "give_private_image",
    "hookimpl",
    "keep_private_image",
    "keeps_text",
    "lift",
    "lift_all",
    "list_tellings",
    "list_territories",
    "living_moments",
    "member_story",
    "model_base",
    "moment_words",
    "new_id",
    "not_restricted_clause",
    "open_stories",
    "parse_moment_date",
    "passage_place",
    "phase_choices",
    "programme_choices",
    "public",
    "public_stories",
    "public_story_clause",
    "read_settings",
    "read_told",
    "reader",
    "ref",
    "refusal_words",
    "require",
    "restrict",
    "restrictions_on",
    "reviewed_story",
    "sent",
    "sent_image",
    "show_public_moments",
    "show_voice",
    "signed_in",
    "state_missing_voice",
    "stronger",
    "strongest",
    "system_clock",
    "theme_choices",
    "voices_in_story",
    "with_permission",
    "working_journey",
    "writing",
]
