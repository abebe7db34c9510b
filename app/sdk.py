"""The one import surface for plugins; what is not named here may change without notice."""

from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from app.db.base import Base, Hash, Id, UtcDateTime, ref
from app.db.base import metadata as core_metadata
from app.db.cross_reading import Telling, WorkingMoment, list_tellings, missing_voice_clause, parted_clause, stronger, working_journey
from app.db.desk import account_names
from app.db.models import Account, Phase, Programme, Story, Territory
from app.db.public import PublicStory, public_stories
from app.db.reading import find_territory, lead_territory, list_territories, living_moments, public_story_clause
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
from app.kernel.addresses import localised as in_language
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
from app.kernel.slug import numbered, slugify
from app.kernel.voice import CATEGORIES, CATEGORY_KEY, ActorCategory
from app.services.access import require
from app.services.accounts import ATTEMPTS_PER_NETWORK, LINKS_PER_ADDRESS, checked_address, normal_address, reserve_attempt
from app.services.approvals import state_missing_voice
from app.services.beginnings import begin_passage
from app.services.checks import checked
from app.services.identity import read_identity
from app.services.mail import Letter
from app.services.mail import forget as forget_mail
from app.services.mail import queue as queue_mail
from app.services.mail_html import html_for_mail
from app.services.markup import prepare as prepare_text
from app.services.media import PreparedImage
from app.services.plugin_settings import read_settings
from app.services.private_media import drop_private_image, find_private_image, give_private_image, keep_private_image
from app.services.restrictions import lift, lift_all, restrict
from app.services.stories import member_story, open_stories, reviewed_story, voices_in_story
from app.services.unit_of_work import UnitOfWork
from app.services.words import translations_in
from app.web.assembly import resolver_for, to_html
from app.web.braid import Picture
from app.web.braid import link as braid_link
from app.web.braid import picture as braid_picture
from app.web.context import back_to, field_errors, network, reader, signed_in, site, unit_of_work, with_permission, writing
from app.web.cross_view import MomentInStory, show_public_moments
from app.web.forms import BaseForm, ConfirmForm, Email, Required, WebAddress, choices, content_choices, sent
from app.web.gate import keeps_text, public, without_token
from app.web.locale import current_language
from app.web.templating import moment_words
from app.web.uploads import sent_image
from app.web.voice_view import VoiceShown, show_voice
from app.web.words import CATEGORY_FULL, CATEGORY_SHORT, CATEGORY_SLUG
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


def site_title(session: Session) -> str:
    """Returns the site's name, also outside a request."""
    return read_identity(session).title


def site_address() -> str:
    """Returns the site's public address, without a slash at its end; for what leaves the site."""
    return site().settings.base_url


def own_address(session: Session, actor: Actor) -> tuple[str, str]:
    """Returns the mail address and the language of whoever is signed in, and of nobody else."""
    account = session.get_one(Account, actor.account)
    return str(account.email), account.lang


def new_token(purpose: str) -> tuple[str, str]:
    """Returns (token for a link by mail, hash for the row that it opens); `purpose` begins with the plugin's name."""
    return site().signer.new(purpose)


def read_token(purpose: str, token: str) -> str:
    """Returns the hash under which a token's row is kept.

    Raises:
        NotFound: if this site did not make it for this purpose.
    """
    return site().signer.read(purpose, token)


def keyed(text: str) -> str:
    """Returns a keyed hash: to know an address again without keeping it."""
    return site().signer.keyed(text)


def count_attempt(uow: UnitOfWork, purpose: str, address: str) -> None:
    """Counts a request for a mail under its address and its network, as requests for sign-in links are.

    Raises:
        Refused: if there were too many lately.
    """
    signer = site().signer
    limits = {
        signer.keyed(f"{purpose}-address:{normal_address(address)}"): LINKS_PER_ADDRESS,
        signer.keyed(f"{purpose}-network:{network()}"): ATTEMPTS_PER_NETWORK,
    }
    reserve_attempt(uow, limits)


def system_now() -> datetime:
    """Returns the site's present instant."""
    return site().clock()


def public_html(session: Session, pieces: list[Any], lang: str, id_prefix: str) -> Markup:
    """Returns what the markup service stored as HTML for a page; links to what is not public stay words."""
    return to_html(pieces, resolver_for(session, [], [pieces]), id_prefix, lang)


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
    "Email",
    "Event",
    "Facet",
    "Guard",
    "GuardContext",
    "Hash",
    "Id",
    "Invalid",
    "Job",
    "Letter",
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
    "checked_address",
    "choices",
    "content_choices",
    "count_attempt",
    "current_language",
    "drop_private_image",
    "field_errors",
    "find_private_image",
    "find_territory",
    "forget_mail",
    "give_private_image",
    "hookimpl",
    "html_for_mail",
    "in_language",
    "keep_private_image",
    "keeps_text",
    "keyed",
    "lead_territory",
    "lift",
    "lift_all",
    "list_tellings",
    "list_territories",
    "living_moments",
    "member_story",
    "missing_voice_clause",
    "model_base",
    "moment_words",
    "new_id",
    "new_token",
    "not_restricted_clause",
    "numbered",
    "open_stories",
    "own_address",
    "parse_moment_date",
    "parted_clause",
    "passage_place",
    "phase_choices",
    "prepare_text",
    "programme_choices",
    "public",
    "public_html",
    "public_stories",
    "public_story_clause",
    "queue_mail",
    "read_settings",
    "read_token",
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
    "site_address",
    "site_title",
    "slugify",
    "state_missing_voice",
    "stronger",
    "strongest",
    "system_clock",
    "system_now",
    "theme_choices",
    "translations_in",
    "unit_of_work",
    "voices_in_story",
    "with_permission",
    "without_token",
    "working_journey",
    "writing",
]
