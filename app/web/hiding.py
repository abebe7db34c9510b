"""What hides something, in words: who laid it, why, until when; shown to members and editors of a story and to whoever manages restrictions."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.db.models import Restriction, Story
from app.db.restrictions import restrictions_on
from app.kernel.errors import NotFound
from app.services.stories import visible_story
from app.web.access_words import owner_title, story_name
from app.web.context import reader, visitor
from app.web.templating import said


@dataclass(frozen=True)
class Hiding:
    """A restriction as people read it."""

    row: Restriction
    owner: object
    words: Markup
    until: datetime | None


def hiding_of(kind: str, subject_id: str) -> list[Hiding]:
    """Returns what hides something now."""
    return [shown(row) for row in restrictions_on(reader(), kind, subject_id)]


def shown(row: Restriction) -> Hiding:
    """Returns a restriction in words; without words of its own, its code is all there is to say."""
    return Hiding(row, owner_title(row.owner), said(row.words) if row.words else escape(row.reason), row.until)


def subject_name(kind: str, subject_id: str) -> Markup:
    """Returns what is hidden, as far as the person may know it."""
    story = reader().get(Story, subject_id) if kind == "story" else None
    return story_name(story) if story is not None else Markup("{} <code>{}</code>").format(kind, subject_id)


def may_know_why(story: Story) -> bool:
    """Tells whether the visitor may know of a hidden story: its members and its editors."""
    actor = visitor()
    if actor is None:
        return False
    try:
        visible_story(reader(), actor, story.id)
    except NotFound:
        return False
    return True


def lead_of_hidden() -> str:
    """The sentence that stands above the reasons."""
    return _("Ce récit est publié, mais caché au public : pour tout le monde, son adresse n’existe pas. Rien n’en est effacé.")
