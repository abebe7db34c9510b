"""What templates know beside their arguments: words for codes, dates, menus, addresses; no query, no rule."""

import logging
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, get_flashed_messages, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.routing import BuildError

from app.hooks.contracts import MenuItem
from app.kernel.access import ACCOUNT_MANAGE, PLUGIN_MANAGE, PROGRAMME_MANAGE, SITE_CONFIGURE, SITE_READ_MAIL, STORY_REVIEW
from app.kernel.moment_date import MomentDate, describe, describe_day
from app.services.moments import moment_date
from app.web import words
from app.web.context import snapshot, visitor
from app.web.locale import current_language, same_page_in

log = logging.getLogger("recits.plugins")

SET_UP_PERMISSIONS = (SITE_CONFIGURE, PROGRAMME_MANAGE, ACCOUNT_MANAGE, PLUGIN_MANAGE, SITE_READ_MAIL)


def install_templating(app: Flask, static_version: str) -> None:
    """Adds filters, globals and the version of the static files to an application."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        words=words,
        visitor=visitor,
        csrf_token=generate_csrf,
        set_up_permissions=SET_UP_PERMISSIONS,
        story_review=STORY_REVIEW,
        same_page_in=same_page_in,
        language=current_language,
        plugin_menu=plugin_menu,
        flashed_messages=flashed_messages,
        colon=colon,
    )
    app.jinja_env.filters.update(day=day_words, moment=moment_words, instant=instant_words, iso_date=iso_date)

    @app.template_global()
    def asset(name: str) -> str:
        """Returns the address of a static file; the version changes with the software, so that browsers may keep it for ever.

        Fonts have none: style sheets name them too, and a second address would be a second download.
        """
        root = request.environ.get("recits.root", "")
        version = "" if name.startswith("fonts/") else f"?v={static_version}"
        return f"{root}/static/{name}{version}"


def flashed_messages() -> list[str]:
    """Returns what the last action had to say; asks the session only where there is one, so that readers get no cookie."""
    return [str(message) for message in get_flashed_messages()] if request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]) else []


def colon() -> str:
    """The colon between a label and what it labels; French puts a no-break space before it."""
    return "\u00a0: " if current_language() == "fr" else ": "


def day_words(value: date | datetime) -> str:
    """« 12 mai 2022 »"""
    return describe_day(value.date() if isinstance(value, datetime) else value, current_language())


def instant_words(value: datetime) -> str:
    """« 12 mai 2022 à 14 h 02 », in UTC"""
    clock = value.strftime("%H h %M") if current_language() == "fr" else value.strftime("%H:%M")
    return _("%(day)s à %(time)s", day=day_words(value), time=clock.replace(" ", "\u00a0"))


def moment_words(revision: Any, *, short: bool = False) -> str:
    """A moment's date in words; short for lists and pictures."""
    value: MomentDate = revision if isinstance(revision, MomentDate) else moment_date(revision)
    return describe(value, current_language(), short=short)


def iso_date(revision: Any) -> str:
    """A moment's date for `<time datetime>`."""
    return moment_date(revision).iso


def plugin_menu(menu: str) -> list[tuple[str, str]]:
    """Returns (title, address) of the enabled plugins' links in a menu that the visitor may follow."""
    actor = visitor()
    if actor is None or not hasattr(g, "snapshot"):
        return []
    items = (owned.item for owned in snapshot().menu_items if isinstance(owned.item, MenuItem))
    links = []
    for item in items:
        if item.menu != menu or (item.permission is not None and not actor.may(item.permission)):
            continue
        try:
            links.append((str(item.title), url_for(item.endpoint)))
        except BuildError:  # a plugin's mistake takes its own link away, not the page
            log.error("menu item %s leads nowhere: %s", item.name, item.endpoint)
    return links


def markup(text: str) -> Markup:
    """Marks HTML that the markup service wrote and cleaned as safe; for nothing else."""
    return Markup(text)  # noqa: S704  # only assembled fragments come here
