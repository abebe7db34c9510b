"""Forms of stories in words: their titles, wherever a story is named, and how the public address opens."""

from typing import Literal

from flask import g

from app.hooks.contracts import StoryFormat
from app.services.formats import find_format, offered_formats
from app.web.context import snapshot
from app.web.words import DEFAULT_FORMAT_TITLE, FORMAT_TITLES


def format_title(name: str) -> str:
    """Returns how a form is called; one that no installed plugin declares any more is called by its name."""
    declared = declared_format(name)
    if declared is not None and str(declared.title):
        return str(declared.title)
    if name in FORMAT_TITLES:
        return str(FORMAT_TITLES[name])
    return name.replace("-", " ").capitalize() or str(DEFAULT_FORMAT_TITLE)


def declared_format(name: str) -> StoryFormat | None:
    """Returns what a plugin declared of a form, on or off, or None."""
    return find_format(snapshot(), name) if hasattr(g, "snapshot") else None


def opening_of(name: str) -> Literal["thread", "voice"]:
    """Returns the reading with which a form's public address opens; the others stay linked."""
    declared = declared_format(name)
    return "voice" if declared is not None and declared.reading == "voice" else "thread"


def format_choices(current: str) -> list[StoryFormat]:
    """Returns the forms to choose from: those that are offered, and the one that the story has already."""
    offered = offered_formats(snapshot())
    if current and current not in {item.name for item in offered}:
        offered.append(declared_format(current) or StoryFormat(current, title=format_title(current)))
    return offered
