"""What templates know beside their arguments: words for codes, dates, menus, addresses; no query, no rule."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from flask import Flask, current_app, g, get_flashed_messages, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import BuildError

from app.hooks.calls import CALLS
from app.hooks.contracts import MenuItem
from app.kernel.access import PAGE_PUBLISH, STORY_REVIEW
from app.kernel.document.typography import typeset
from app.kernel.moment_date import MomentDate, describe, describe_day
from app.services.identity import Identity
from app.services.moments import moment_date
from app.web import words
from app.web.context import reader, site, snapshot, visitor
from app.web.formats import declared_format, format_title
from app.web.locale import SOURCE_LANGUAGE, current_language, same_page_in


def install_templating(app: Flask, static_version: str, plugin_versions: Mapping[str, str]) -> None:
    """Adds filters, globals and the versions of the static files, the core's and each plugin's, to an application."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        words=words,
        visitor=visitor,
        csrf_token=generate_csrf,
        story_review=STORY_REVIEW,
        page_publish=PAGE_PUBLISH,
        same_page_in=same_page_in,
        language=current_language,
        site_language=SOURCE_LANGUAGE,
        plugin_menu=plugin_menu,
        flashed_messages=flashed_messages,
        colon=colon,
        content_lang=content_lang,
        words_of_language=lambda code: words.LANGUAGE_NAMES.get(code, code),
        site_identity=site_identity,
        rooted=rooted,
        format_title=format_title,
        declared_format=declared_format,
    )
    app.jinja_env.filters.update(
        day=day_words,
        moment=moment_words,
        instant=instant_words,
        iso_date=iso_date,
        iso_day=iso_day,
        said=said_filter,
        typeset=typeset_words,
    )

    @app.template_global()
    def asset(name: str) -> str:
        """Returns the address of a static file; the version changes with the software, so that browsers may keep it for ever.

        Fonts have none: style sheets name them too, and a second address would be a second download.
        """
        root = request.environ.get("recits.root", "")
        version = "" if name.startswith("fonts/") else f"?v={static_version}"
        return f"{root}/static/{name}{version}"

    @app.template_global()
    def plugin_asset(owner: str, name: str) -> str:
        """Returns the address of a plugin's static file; the version changes with the plugin's files."""
        root = request.environ.get("recits.root", "")
        return f"{root}/{owner}/static/{name}?v={plugin_versions.get(owner, '')}"


def site_identity() -> Identity:
    """Who the site is; the default where the database cannot be asked (the site is not ready, or away)."""
    if "identity" not in g:
        if not hasattr(g, "snapshot"):
            return Identity()
        try:
            g.identity = site().identities.current(reader(), snapshot().generation)
        except SQLAlchemyError:  # the page that says so needs a name all the same
            return Identity()
    return cast("Identity", g.identity)


def rooted(path: str) -> str:
    """Returns the address of what has no language of its own: the same under French and English pages."""
    return f"{request.environ.get('recits.root', '')}{path}"


def flashed_messages() -> list[str]:
    """Returns what the last action had to say; asks the session only where there is one, so that readers get no cookie."""
    return [str(message) for message in get_flashed_messages()] if request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]) else []


def colon() -> str:
    """The colon between a label and what it labels; French puts a no-break space before it."""
    return "\u00a0: " if current_language() == "fr" else ": "


def content_lang(lang: str = SOURCE_LANGUAGE) -> Markup:
    """The attribute ` lang="…"` for an element whose words people wrote in another language than the page's; nothing where it is the same."""
    return Markup("") if lang == current_language() else Markup(' lang="{}"').format(lang)


def said(text: object, lang: str = SOURCE_LANGUAGE) -> Markup:
    """What people wrote, inside a line of the page: typeset, and marked where it is not in the page's language.

    What has no language of its own (a function, a place, a reason) is in the language of the site.
    """
    words, attribute = typeset_words(text, lang), content_lang(lang)
    return Markup("<span{}>{}</span>").format(attribute, words) if words and attribute else escape(words)


@pass_context  # else Jinja would work it out once, for all languages, where the words stand in the template itself
def said_filter(_context: Context, text: object, lang: str = SOURCE_LANGUAGE) -> Markup:
    """`said`, for templates."""
    return said(text, lang)


def typeset_words(text: object, lang: str = SOURCE_LANGUAGE) -> str:
    """What people wrote, with the spaces and apostrophes of its language; for showing, never for storing."""
    return typeset(str(text), lang)


def phrase(text: str, **parts: object) -> Markup:
    """Puts parts into a sentence of the interface; those that `said` has marked stay marked."""
    return escape(text) % parts


def day_words(value: date | datetime) -> str:
    """« 12 mai 2022 »"""
    return describe_day(site().clock.day_of(value) if isinstance(value, datetime) else value, current_language())


def instant_words(value: datetime) -> str:
    """« 12 mai 2022 à 14 h 02 », in the site's time zone"""
    here = site().clock.local(value)
    clock = f"{here.hour} h {here:%M}" if current_language() == "fr" else f"{here:%H:%M}"
    return _("%(day)s à %(time)s", day=day_words(value), time=clock.replace(" ", "\u00a0"))


def moment_words(revision: Any, *, short: bool = False) -> str:
    """A moment's date in words; short for lists and pictures."""
    value: MomentDate = revision if isinstance(revision, MomentDate) else moment_date(revision)
    return describe(value, current_language(), short=short)


def iso_date(revision: Any) -> str:
    """A moment's date for `<time datetime>`."""
    return moment_date(revision).iso


def iso_day(value: datetime) -> str:
    """The day of an instant for `<time datetime>`, in the site's time zone."""
    return site().clock.day_of(value).isoformat()


def plugin_menu(menu: str) -> list[tuple[str, str]]:
    """Returns (title, address) of the enabled plugins' links in a menu that the visitor may follow."""
    actor = visitor()
    if not hasattr(g, "snapshot"):
        return []
    links = []
    for owned in snapshot().of(MenuItem):
        item = owned.item
        if item.menu != menu or (item.permission is not None and (actor is None or not actor.may(item.permission))):
            continue
        try:
            links.append((str(item.title), url_for(item.endpoint)))
        except BuildError:  # a plugin's mistake takes its own link away, not the page
            CALLS.fault(owned.owner, "register_menu_items", item.name, f"the link leads nowhere: {item.endpoint}")
        except Exception as error:  # its own url_defaults may raise anything
            CALLS.fault(owned.owner, "register_menu_items", item.name, error)
    return links


def markup(text: str) -> Markup:
    """Marks HTML that the markup service wrote and cleaned as safe; for nothing else."""
    return Markup(text)  # noqa: S704  # only assembled fragments come here
