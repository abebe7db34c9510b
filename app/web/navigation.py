"""The menus as a page shows them, and where the pages stand that templates lead to; one small query for each request."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import DBAPIError

from app.services.menus import FOOT, PAGE, PLACE, MenuLine, Navigation
from app.web.addresses import PAGE_ENDPOINT
from app.web.assembly import page_href
from app.web.context import reader, site
from app.web.locale import SOURCE_LANGUAGE, current_language

log = logging.getLogger("recits.web")

ACCESSIBILITY = "accessibility"
ACCESSIBILITY_PATH = "/accessibilite"


@dataclass(frozen=True)
class Place:
    """A place of the site that a menu can name: what it is called, where it is, and which endpoints count as being there."""

    title: LazyString
    href: Callable[[], str | None]
    endpoints: str


PLACES: dict[str, Place] = {
    "stories": Place(_l("Récits"), lambda: url_for("reading.stories"), "reading.stor"),
    "territories": Place(_l("Territoires"), lambda: url_for("reading.territories"), "reading.territor"),
    # What the law wants said on every page, until an audit says otherwise.
    ACCESSIBILITY: Place(_l("Accessibilité : non conforme"), lambda: known_page(ACCESSIBILITY_PATH), ""),
}


@dataclass(frozen=True)
class NavLink:
    """A line of a menu for this reader; `href` is None where words alone are left, `lang` names the language of the words where people wrote them."""

    title: str
    href: str | None
    lang: str | None = None
    here: bool = False


def navigation(menu: str) -> list[NavLink]:
    """Returns the lines of a menu. The foot always says how accessible the site is, whatever its menu holds."""
    lines = [link for line in _navigation().menus.get(menu, ()) if (link := _link(line)) is not None]
    if menu == FOOT and not any(line.kind == PLACE and line.target == ACCESSIBILITY for line in _navigation().menus.get(FOOT, ())):
        lines.append(_place_link(ACCESSIBILITY, {}))
    return lines


def known_page(path: str) -> str | None:
    """Returns where a page of the starter stands now, in the reader's language; None where it is not public."""
    present = _navigation().known.get(path)
    return page_href(present) if present else None


def _navigation() -> Navigation:
    """Returns the navigation of this request; what was known last where the database does not answer, since the page that says so has a menu too."""
    if "navigation" not in g:
        cache = site().navigation
        try:
            g.navigation = cache.current(reader())
        except DBAPIError:
            log.exception("the menus could not be read")
            g.navigation = cache.last
    found: Navigation = g.navigation
    return found


def _link(line: MenuLine) -> NavLink | None:
    if line.kind == PLACE:
        return _place_link(line.target, dict(line.titles)) if line.target in PLACES else None
    title, lang = _words({**line.page_titles, **line.titles})
    if line.kind == PAGE:
        return NavLink(title, page_href(line.target), lang, _is_here(line.target))
    href = request.script_root + line.target if line.target.startswith("/") else line.target
    return NavLink(title, href, lang)


def _place_link(key: str, titles: dict[str, str]) -> NavLink:
    place = PLACES[key]
    endpoint = request.endpoint or ""
    href = place.href()
    here = bool(place.endpoints) and endpoint.startswith(place.endpoints)
    if key == ACCESSIBILITY:
        here = href is not None and request.script_root + request.path == href
    own = titles.get(current_language())
    return NavLink(own, href, current_language(), here) if own else NavLink(str(place.title), href, None, here)


def _words(titles: dict[str, str]) -> tuple[str, str]:
    """Returns (words, their language): the reader's, else the site's, else any."""
    lang = next((code for code in (current_language(), SOURCE_LANGUAGE) if titles.get(code)), None) or next(iter(titles), SOURCE_LANGUAGE)
    return titles.get(lang, ""), lang


def _is_here(path: str) -> bool:
    return request.endpoint == PAGE_ENDPOINT and (request.path == path or request.path.startswith(f"{path}/"))
