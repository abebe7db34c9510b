"""Site set-up: its blueprint, its first page, the registry of what stands there, and what several of its pages do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.db.models import Invitation
from app.hooks.contracts import Owned, SettingsPage
from app.kernel.access import SITE_CONFIGURE, Actor
from app.kernel.errors import NotAllowed
from app.services import accounts, letters, mail
from app.services.unit_of_work import UnitOfWork
from app.web.context import signed_in, site, snapshot, visitor
from app.web.locale import current_language
from app.web.set_up.extension_words import settings_entries
from app.web.templating import plugin_menu

blueprint = Blueprint("set_up", __name__, url_prefix="/configuration")

# The sections of set-up, in the order in which they stand; a page names one of them.
CONTENT, PEOPLE, EXTENSIONS, LOOK, SITE = "content", "people", "extensions", "look", "site"
SECTIONS = {
    CONTENT: _l("Contenus"),
    PEOPLE: _l("Personnes et droits"),
    LOOK: _l("Apparence"),
    EXTENSIONS: _l("Extensions"),
    SITE: _l("Site"),
}


@dataclass(frozen=True)
class Entry:
    """A page of set-up, as its first page and its navigation name it.

    Args:
        section: one of `SECTIONS`.
        title: its name, one to three words.
        sentence: what one does there.
        endpoint: its view; takes no argument.
        permission: who sees it.
        order: sorts within the section.
        pages: endpoints of further pages that belong to it, where their addresses do not begin with its own.
        also: further permissions that show it: what stands there is for several, each sees their part.
        brief: returns a few words on how things stand, or nothing; asked on the first page alone.
    """

    section: str
    title: Any
    sentence: Any
    endpoint: str
    permission: str
    order: int = 100
    pages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    brief: Callable[[], str] | None = None


ENTRIES: list[Entry] = []


def add_entry(entry: Entry) -> None:
    """Adds a page to set-up; called when the page's module is loaded.

    Raises:
        KeyError: if there is no such section.
    """
    if entry.section not in SECTIONS:
        raise KeyError(entry.section)
    ENTRIES.append(entry)


@dataclass(frozen=True)
class Link:
    """An entry as somebody sees it: title, sentence, address, and whether the present page is its own."""

    title: str
    sentence: str
    address: str
    here: bool
    brief: str = ""


@dataclass(frozen=True)
class Section:
    """A section with the links that somebody may follow."""

    key: str
    title: str
    links: tuple[Link, ...]

    @property
    def here(self) -> bool:
        return any(link.here for link in self.links)


def set_up_sections(*, brief: bool = False) -> list[Section]:
    """Returns the sections of set-up for who is signed in, those without a page left out."""
    actor = visitor()
    if actor is None:
        return []
    found = []
    for key, title in SECTIONS.items():
        entries = sorted((entry for entry in ENTRIES if entry.section == key), key=lambda entry: entry.order)
        links = [_link(entry, brief) for entry in entries if _shows(actor, entry)]
        if key == EXTENSIONS:
            links += [Link(words, "", address, _is_at(address)) for words, address in plugin_menu("set_up")]
            links += [Link(title, sentence, address, _is_at(address)) for title, sentence, address in settings_entries(_may_edit)]
        if links:
            found.append(Section(key, str(title), tuple(links)))
    return found


def _may_edit(owned: Owned[SettingsPage]) -> bool:
    actor = visitor()
    return actor is not None and snapshot().is_on(owned.owner) and actor.may(owned.item.permission)


def _link(entry: Entry, brief: bool) -> Link:
    address = url_for(entry.endpoint)
    here = request.endpoint == entry.endpoint or request.endpoint in entry.pages or _is_at(address)
    return Link(str(entry.title), str(entry.sentence), address, here, entry.brief() if brief and entry.brief else "")


def _shows(actor: Actor, entry: Entry) -> bool:
    return any(actor.may_somewhere(permission) for permission in (entry.permission, *entry.also))


def _is_at(address: str) -> bool:
    path = request.script_root + request.path
    return path == address or path.startswith(f"{address}/")


def may_set_up(actor: Actor | None) -> bool:
    """Tells whether somebody sees any page of set-up of the core; a plugin's own link is in the plugin's pages too."""
    return actor is not None and any(_shows(actor, entry) for entry in ENTRIES)


blueprint.add_app_template_global(set_up_sections, "set_up_sections")
blueprint.add_app_template_global(may_set_up, "may_set_up")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    if not may_set_up(signed_in()):
        raise NotAllowed("needs_permission", permission=SITE_CONFIGURE)
    return render_template("set_up/home.html", sections=set_up_sections(brief=True))


def send_invitation(uow: UnitOfWork, row: Invitation, token: str, capacity: str) -> None:
    """Queues the letter of an invitation; `capacity` is what the person is invited as, in words."""
    mail.queue(
        uow,
        letters.invitation(row.email, current_language(), site().settings.base_url, row.name, capacity, token, accounts.INVITATION_DAYS),
    )
