"""What hides something, in words: who laid it, why, until when; shown to members and editors of a story and to whoever manages restrictions."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.db.models import Page, Restriction, Story
from app.db.restrictions import IMAGE, PAGE, STORY, restrictions_on
from app.kernel.errors import NotFound
from app.services.explain import Item, explanation_decision
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
    story = reader().get(Story, subject_id) if kind == STORY else None
    if story is not None:
        return story_name(story)
    page = reader().get(Page, subject_id) if kind == PAGE else None
    if page is not None:
        return Markup('<span class="num">{}</span>').format(page.path)
    if kind == IMAGE:
        return escape(_("Une image")) + Markup(" <code>{}</code>").format(subject_id)
    return Markup("{} <code>{}</code>").format(kind, subject_id)


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


def may_explain(kind: str, item: Item) -> bool:
    """Tells whether the visitor may ask who can do what to an item, and why."""
    actor = visitor()
    return actor is not None and explanation_decision(reader(), actor, kind, item).allowed


def lead_of_hidden(kind: str = STORY) -> str:
    """The sentence that stands above the reasons."""
    if kind == PAGE:
        return _("Cette page est cachée au public : pour tout le monde, son adresse n’existe pas. Rien n’en est effacé.")
    if kind == IMAGE:
        return _("Cette image est cachée au public : là où elle se voyait, son texte de remplacement reste. Rien n’en est effacé.")
    return _("Ce récit est publié, mais caché au public : pour tout le monde, son adresse n’existe pas. Rien n’en est effacé.")
