"""Pages as the public reads them: in the reader's language or marked as another; an old address leads to the present one."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.exceptions import MethodNotAllowed

from app.db.links import Citing, CitingLink, breaking_without_story, story_cited_by
from app.db.models import Media, Page, PageVersion
from app.db.pages import PublicPage, find_page, find_public, public_above, public_children
from app.db.restrictions import not_hidden_image_clause
from app.kernel.errors import Refused
from app.kernel.pages import PATH_LENGTH, first_segment
from app.services.page_texts import page_media_clause
from app.services.visibility import page_reading
from app.web.addresses import reserved_segments
from app.web.assembly import image_ids, levelled, page_href, resolver_for, to_html
from app.web.content_types import show_page
from app.web.context import reader, site
from app.web.gate import public
from app.web.locale import SOURCE_LANGUAGE, current_language
from app.web.navigation import known_page, navigation

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_global(navigation, "navigation")
blueprint.add_app_template_global(known_page, "known_page")
blueprint.add_app_template_global(page_href, "page_href")


@blueprint.app_template_global("cited_story")
def cited_story(story_id: str) -> list[Citing]:
    """Returns the public texts that cite a story."""
    return story_cited_by(reader(), story_id)


@blueprint.app_template_global("links_to_story")
def links_to_story(story_id: str) -> list[CitingLink]:
    """Returns the public links that would lead nowhere without a story."""
    return breaking_without_story(reader(), story_id)


@blueprint.get("/<page:path>")
@public
def page(path: str) -> ResponseReturnValue:
    address = f"/{path}"
    _refuse_method(address)
    if len(address) > PATH_LENGTH or first_segment(address) in reserved_segments():
        abort(404)
    row = find_page(reader(), address)
    decision = page_reading(reader(), row)
    if isinstance(decision.refusal, Refused):
        return render_template("errors/gone_page.html", since=decision.facts["since"]), 410
    found = find_public(reader(), row.id) if row is not None and decision.allowed else None
    if found is None:
        abort(404)
    if found.page.path != address:
        return redirect(page_href(found.page.path), code=301)
    version = found.best(current_language(), SOURCE_LANGUAGE)
    return show_page(
        found.page.type,
        version.data,
        version.alternative,
        page=found.page,
        version=version,
        html=page_html(version.fragment, version.lang, kept=version.media),
        above=titled(public_above(reader(), found.page)),
        below=titled(public_children(reader(), found.page.id)),
        languages=sorted(found.versions),
    )


def _refuse_method(address: str) -> None:
    """Answers 405 for an address that takes forms only: this route reads every address that no other one reads.

    An address below an extension's name stays unknown, since the extension may be off.
    """
    if first_segment(address) in site().plugins.plugins:
        return
    others = set(current_app.url_map.bind("localhost").allowed_methods(address)) - {"GET", "HEAD", "OPTIONS"}
    if others:
        raise MethodNotAllowed(valid_methods=sorted(others))


def titled(pages: list[PublicPage]) -> list[tuple[Page, PageVersion]]:
    """Returns pages with the version that this reader reads."""
    return [(found.page, found.best(current_language(), SOURCE_LANGUAGE)) for found in pages]


def page_html(fragment: list[Any], lang: str, id_prefix: str = "p-", *, kept: Sequence[Mapping[str, str]] = ()) -> Markup:
    """Returns a page's body; its headings begin at the second level and skip none, whatever was typed.

    `kept` is what a version says of its images; without it they are described as they are now.
    """
    resolver = resolver_for(reader(), page_media(fragment), [fragment]).keeping(fragment, kept)
    return to_html(levelled(fragment), resolver, id_prefix, lang, heading_shift=1)


def page_media(fragment: list[Any]) -> list[Media]:
    """Returns the images that a body names and that a page may show."""
    ids = set(image_ids(fragment))
    return (
        list(reader().scalars(select(Media).where(Media.id.in_(ids), page_media_clause(), not_hidden_image_clause(Media.hash))))
        if ids
        else []
    )
