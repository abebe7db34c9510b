"""The site's menus: ordered lines that administrators edit, and what of them the public may see, kept in memory until something changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import MenuEntry, PageAddress
from app.db.pages import public_pages
from app.db.restrictions import has_come, next_end
from app.kernel.access import SITE_CONFIGURE, Actor
from app.kernel.document.targets import safe_target
from app.kernel.errors import Invalid, NotFound
from app.services.access import require
from app.services.checks import SHORT_TEXT, checked
from app.services.pages import living_page, touch_navigation
from app.services.unit_of_work import UnitOfWork
from app.services.words import LANGUAGES

MAIN, FOOT = "main", "foot"
MENUS = (MAIN, FOOT)
PAGE, PLACE, URL = "page", "place", "url"
PLACES = ("stories", "territories", "accessibility")
"""The site's own places that a menu may name; `web/navigation.py` knows where they are and what they are called."""
STARTER_PATHS = ("/methode", "/a-propos", "/mentions-legales", "/accessibilite", "/vos-donnees")
"""Pages that templates lead to, wherever they stand today."""
MOST_ENTRIES = 40
_SPACE = re.compile(r"\s")


@dataclass(frozen=True)
class MenuLine:
    """A line that the public may see. `titles` are the words that somebody gave it, `page_titles` those of the page, by language."""

    kind: str
    target: str
    titles: Mapping[str, str]
    page_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Navigation:
    """The menus of one version, and where the pages that templates lead to stand now (left out where they are not public).

    `until` is when the first restriction on a page ends: what is public then is more.
    """

    version: int
    menus: Mapping[str, tuple[MenuLine, ...]]
    known: Mapping[str, str]
    until: datetime | None = None


EMPTY = Navigation(-1, {}, {})


def read_navigation_version(session: Session) -> int:
    """Returns the number that every change of the menus, or of what they show, increments; asked by every page, so it goes past the ORM."""
    return int(session.connection().exec_driver_sql("SELECT navigation FROM site_state WHERE id = 1").scalar_one())


class NavigationCache:
    """The last navigation that this process read; good as long as the version is the same and no restriction has ended by its date."""

    def __init__(self) -> None:
        self._last = EMPTY

    @property
    def last(self) -> Navigation:
        """What was read last, for a page that must not ask the database."""
        return self._last

    def current(self, session: Session) -> Navigation:
        """Returns the navigation of the database's version."""
        version = read_navigation_version(session)
        if self._last.version != version or has_come(self._last.until):
            self._last = read_navigation(session, version)
        return self._last


def read_navigation(session: Session, version: int) -> Navigation:
    """Returns what of the menus the public may see: a page that is not public takes its line with it."""
    entries = list_entries(session)
    addresses = select(PageAddress.path, PageAddress.page_id).where(PageAddress.path.in_(STARTER_PATHS))
    known = {row.path: row.page_id for row in session.execute(addresses)}
    wanted = {entry.target for entry in entries if entry.kind == PAGE} | set(known.values())
    pages = {found.page.id: found for found in public_pages(session)} if wanted else {}
    menus: dict[str, list[MenuLine]] = {menu: [] for menu in MENUS}
    for entry in entries:
        if entry.kind != PAGE:
            menus[entry.menu].append(MenuLine(entry.kind, entry.target, entry.titles))
        elif entry.target in pages:
            found = pages[entry.target]
            titles = {lang: words.title for lang, words in found.versions.items()}
            menus[entry.menu].append(MenuLine(PAGE, found.page.path, entry.titles, titles))
    here = {path: pages[page_id].page.path for path, page_id in known.items() if page_id in pages}
    return Navigation(version, {menu: tuple(lines) for menu, lines in menus.items()}, here, next_end(session, PAGE))


def list_entries(session: Session, menu: str | None = None) -> list[MenuEntry]:
    """Returns the lines of one menu or of all, in their order, public or not."""
    query = select(MenuEntry).order_by(MenuEntry.menu, MenuEntry.position, MenuEntry.id)
    return list(session.scalars(query if menu is None else query.where(MenuEntry.menu == menu)))


def add_entry(uow: UnitOfWork, actor: Actor | None, menu: str, kind: str, target: str, titles: Mapping[str, str]) -> MenuEntry:
    """Adds a line at the end of a menu.

    Args:
        kind: `page` (target: its id), `place` (one of PLACES) or `url` (an address of this or another site).
        titles: words by language; an address needs them in the site's language.
    """
    _may_configure(actor)
    if menu not in MENUS:
        raise Invalid("menu", "unknown_choice")
    others = list_entries(uow.session, menu)
    if len(others) >= MOST_ENTRIES:
        raise Invalid("menu", "menu_full", limit=MOST_ENTRIES)
    target = _checked_target(uow.session, kind, target)
    entry = MenuEntry(menu=menu, position=len(others) + 1, kind=kind, target=target, titles=_checked_titles(kind, titles))
    uow.session.add(entry)
    uow.session.flush()
    touch_navigation(uow)
    uow.record(actor, "menu.add", "menu_entry", entry.id, menu=menu, leads_to=kind)
    return entry


def edit_entry(uow: UnitOfWork, actor: Actor, entry_id: str, target: str | None, titles: Mapping[str, str]) -> MenuEntry:
    """Changes the words of a line, and the address of one that leads to an address."""
    _may_configure(actor)
    entry = find_entry(uow.session, entry_id)
    if entry.kind == URL and target is not None:
        entry.target = _checked_target(uow.session, URL, target)
    entry.titles = _checked_titles(entry.kind, titles)
    touch_navigation(uow)
    uow.record(actor, "menu.edit", "menu_entry", entry.id)
    return entry


def move_entry(uow: UnitOfWork, actor: Actor, entry_id: str, step: int) -> MenuEntry:
    """Moves a line one place up (-1) or down (+1); at the edge nothing changes."""
    _may_configure(actor)
    entry = find_entry(uow.session, entry_id)
    lines = list_entries(uow.session, entry.menu)
    index, target = lines.index(entry), lines.index(entry) + step
    if 0 <= target < len(lines):
        lines[index], lines[target] = lines[target], lines[index]
    for position, line in enumerate(lines, 1):
        line.position = position
    touch_navigation(uow)
    uow.record(actor, "menu.move", "menu_entry", entry.id)
    return entry


def remove_entry(uow: UnitOfWork, actor: Actor, entry_id: str) -> None:
    """Takes a line out of its menu; what it led to stays."""
    _may_configure(actor)
    entry = find_entry(uow.session, entry_id)
    uow.session.delete(entry)
    touch_navigation(uow)
    uow.record(actor, "menu.remove", "menu_entry", entry_id, menu=entry.menu, leads_to=entry.kind)


def find_entry(session: Session, entry_id: str) -> MenuEntry:
    """Returns a line of a menu.

    Raises:
        NotFound: if there is none.
    """
    entry = session.get(MenuEntry, entry_id)
    if entry is None:
        raise NotFound("menu_entry")
    return entry


def _may_configure(actor: Actor | None) -> None:
    if actor is not None:
        require(actor, SITE_CONFIGURE)


def _checked_target(session: Session, kind: str, target: str) -> str:
    target = target.strip()
    if kind == PAGE:
        try:
            return living_page(session, target).id
        except NotFound as error:
            raise Invalid("page", "unknown_choice") from error
    if kind == PLACE:
        if target not in PLACES:
            raise Invalid("place", "unknown_choice")
        return target
    if kind != URL:
        raise Invalid("kind", "unknown_choice")
    address = None if _SPACE.search(target) else safe_target(target)
    if address is None or address.startswith("#"):
        raise Invalid("url", "menu_address")
    return address


def _checked_titles(kind: str, titles: Mapping[str, str]) -> dict[str, str]:
    kept = {lang: checked(f"title_{lang}", titles.get(lang, ""), SHORT_TEXT) for lang in LANGUAGES}
    if kind == URL and not kept[LANGUAGES[0]]:
        raise Invalid(f"title_{LANGUAGES[0]}", "required")
    return {lang: title for lang, title in kept.items() if title}
