"""What the public reads: front page, stories in three ways, territories; no cookie, no script needed."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from app.db.models import Story, StoryVersion
from app.db.reading import (
    Position,
    StoryCard,
    find_by_slug,
    find_territory,
    journey,
    lead_territory,
    list_stories,
    list_territories,
    read_story,
)
from app.db.themes import themes_of
from app.kernel.ids import ID_LENGTH
from app.kernel.voice import CATEGORIES, CATEGORY_KEY
from app.kernel.workflow import Capacity
from app.services.stories import capacities_in
from app.services.visibility import public_reading
from app.web import braid
from app.web.assembly import resolver_for, to_html
from app.web.context import reader, signed_in
from app.web.filters import MovedFilter, read_filters
from app.web.formats import opening_of
from app.web.gate import public
from app.web.hiding import hiding_of, lead_of_hidden, may_explain, may_know_why
from app.web.locale import SOURCE_LANGUAGE
from app.web.story_shown import StoryShown
from app.web.story_view import show_story
from app.web.voice_view import category_of_slug
from app.web.words import CATEGORY_FULL, CATEGORY_SHORT, CATEGORY_SLUG

blueprint = Blueprint("reading", __name__)
for _name, _function in braid.GLOBALS.items():
    blueprint.add_app_template_global(_function, _name)


@dataclass(frozen=True)
class Category:
    """An actor category as pages name it: value, look's key, labels, word in addresses."""

    value: str
    key: str
    short: LazyString
    full: LazyString
    slug: str


FOUR = tuple(
    Category(str(value), CATEGORY_KEY[value], CATEGORY_SHORT[value], CATEGORY_FULL[value], CATEGORY_SLUG[value]) for value in CATEGORIES
)
blueprint.add_app_template_global(lambda: FOUR, "four")
blueprint.add_app_template_global(hiding_of)
blueprint.add_app_template_global(lead_of_hidden)
blueprint.add_app_template_global(may_explain)

_ID = re.compile(rf"[0-9a-z]{{{ID_LENGTH}}}")
TEMPLATES = {"thread": "reading/story_thread.html", "voice": "reading/story_voice.html"}
HOME_STORIES = 6
TERRITORY_STORIES = 100
NEAR_STORIES = 6


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    cards, more = list_stories(reader(), limit=HOME_STORIES)
    lead = _shown(reader().get_one(Story, cards[0].id)) if cards else None
    return render_template("reading/home.html", cards=cards, lead=lead, more=more is not None, territories=list_territories(reader()))


@blueprint.get("/recits/")
@public
def stories() -> ResponseReturnValue:
    after = _position(request.args.get("suite"))
    try:
        filters = read_filters(reader(), request.args)
    except MovedFilter as moved:
        return redirect(url_for("reading.stories", **moved.arguments), code=301)
    cards, following = list_stories(reader(), after=after, where=filters.clauses)
    following_key = _key(following) if following else None
    return render_template("reading/stories.html", cards=cards, following=following_key, first_page=after is None, filters=filters)


def _key(position: Position) -> str:
    """Returns a page's position for its address: opaque, and stable while new stories come before it."""
    text = f"{position.at.astimezone(UTC).isoformat()} {position.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(key: str | None) -> Position | None:
    if not key:
        return None
    try:
        text = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode("ascii")
        at, _space, story_id = text.partition(" ")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or not _ID.fullmatch(story_id):
            raise ValueError
        position = Position(instant.astimezone(UTC), story_id)
    except (ValueError, OverflowError, binascii.Error):
        abort(404)
    return position


@blueprint.get("/recits/<slug:slug>")
@public
def story(slug: str) -> ResponseReturnValue:
    return _read(slug, "reading.story", "")


@blueprint.get("/recits/<slug:slug>/au-fil")
@public
def story_thread(slug: str) -> ResponseReturnValue:
    return _read(slug, "reading.story_thread", "reading/story_thread.html")


@blueprint.get("/recits/<slug:slug>/en-regard")
@public
def story_side_by_side(slug: str) -> ResponseReturnValue:
    return _read(slug, "reading.story_side_by_side", "reading/story_side_by_side.html")


@blueprint.get("/recits/<slug:slug>/une-voix")
@public
def story_voices(slug: str) -> ResponseReturnValue:
    return _read(slug, "reading.story_voices", "reading/story_voice.html", voice=None)


@blueprint.get("/recits/<slug:slug>/une-voix/<slug:category>")
@public
def story_voice(slug: str, category: str) -> ResponseReturnValue:
    chosen = category_of_slug(category)
    if chosen is None:
        abort(404)
    return _read(slug, "reading.story_voice", "reading/story_voice.html", voice=chosen, category=category)


def _read(slug: str, endpoint: str, template: str, **more: object) -> ResponseReturnValue:
    """Shows the public version of a story; an old address leads to the present one, an unpublished story answers 410.

    Args:
        template: the reading that was asked for; without one, that with which the story's form opens.
    """
    row = find_by_slug(reader(), slug)
    decision = public_reading(reader(), row)
    if row is None or (not decision.allowed and decision.because != "unpublished"):
        return _hidden(row) if row is not None and decision.because == "restricted" else abort(404)
    if not decision.allowed:
        return render_template("errors/gone.html", title=_last_title(row), lang=row.lang, since=decision.facts["since"]), 410
    if row.slug != slug:
        arguments = {"category": more["category"]} if "category" in more else {}
        return redirect(url_for(endpoint, slug=row.slug, **arguments), code=301)
    territory = lead_territory(reader(), row.id)
    shown = _shown(row)
    opening = opening_of(shown.format)
    if opening == "voice" and shown.main_category is None:
        opening = "thread"
    if not template:
        template, more = TEMPLATES[opening], {"voice": shown.main_category} if opening == "voice" else {}
    return render_template(
        template,
        shown=shown,
        ways=_ways(row.slug, opening),
        story=row,
        territory=territory,
        themes=themes_of(reader(), [row.id]).get(row.id, []),
        near=_near(row, territory.id),
        categories=CATEGORIES,
        category_slug=CATEGORY_SLUG,
        **{"voice": None, **more},
    )


def _hidden(row: Story) -> ResponseReturnValue:
    """Says to a story's members and editors why it is hidden; to all others it is not there."""
    if not may_know_why(row):
        abort(404)
    reviews = Capacity.EDITOR in capacities_in(reader(), signed_in(), row.id)
    address = url_for("review.story" if reviews else "desk.story", story_id=row.id)
    return render_template("errors/hidden.html", hidings=hiding_of("story", row.id), address=address), 404


def _ways(slug: str, opening: str) -> dict[str, str]:
    """Returns the address of each reading: the story's own for the one with which it opens, where no voice has to be chosen."""
    ways = {
        "thread": url_for("reading.story_thread", slug=slug),
        "side": url_for("reading.story_side_by_side", slug=slug),
        "voice": url_for("reading.story_voices", slug=slug),
    }
    if opening != "voice":
        ways[opening] = url_for("reading.story", slug=slug)
    return ways


def _near(row: Story, territory_id: str) -> list[StoryCard]:
    """Returns at most two stories to go on with: the latest other one of the territory, and the latest of another territory."""
    here, _more = list_stories(reader(), limit=2, territory_id=territory_id)
    latest, _more = list_stories(reader(), limit=NEAR_STORIES)
    same = next((card for card in here if card.id != row.id), None)
    other = next((card for card in latest if card.territory.id != territory_id), None)
    return [card for card in (same, other) if card is not None]


def _shown(row: Story) -> StoryShown:
    version = reader().get_one(StoryVersion, row.published_version_id)
    return show_story(reader(), read_story(reader(), row, version))


def _last_title(row: Story) -> str:
    """Returns the last title that was public; one that never was stays its writers' own."""
    versions = select(StoryVersion.manifest).where(StoryVersion.story_id == row.id, StoryVersion.published_at.is_not(None))
    manifest = reader().scalar(versions.order_by(StoryVersion.published_at.desc()).limit(1))
    return str(manifest["title"]) if manifest else ""


@blueprint.get("/territoires/")
@public
def territories() -> ResponseReturnValue:
    return render_template("reading/territories.html", lines=list_territories(reader()))


@blueprint.get("/territoires/<slug:slug>")
@public
def territory(slug: str) -> ResponseReturnValue:
    row = find_territory(reader(), slug)
    if row is None:
        abort(404)
    cards, _more = list_stories(reader(), limit=TERRITORY_STORIES, territory_id=row.id)
    description = to_html(row.fragment, resolver_for(reader(), [], [row.fragment]), "t-", SOURCE_LANGUAGE, heading_shift=0)
    return render_template("reading/territory.html", territory=row, description=description, cards=cards, steps=journey(reader(), cards))
