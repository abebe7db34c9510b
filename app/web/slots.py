"""Places in the core's pages where plugins show something, and tiles on one's own page; what fails is left out, named and never breaks the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, g, render_template
from markupsafe import Markup

from app.hooks.contracts import SLOTS, Owned, SlotContext, SlotItem, Tile
from app.kernel.access import PLUGIN_MANAGE
from app.services.asking import Failed, ask_all
from app.web.context import reader, snapshot, visitor
from app.web.locale import current_language

_SHOWING = "recits_showing"  # on `g`, while plugins' templates are rendered


@dataclass(frozen=True)
class TileShown:
    """A tile, ready for the page; `name` is unique on it."""

    name: str
    title: str
    html: Markup


def install_slots(app: Flask) -> None:
    """Lets templates show what plugins bring."""
    app.jinja_env.globals.update(slot=slot, tiles=tiles)


def slot(place: str, kind: str = "", subject: str = "") -> Markup:
    """Returns what plugins that are on show in a place; nothing where nobody shows anything.

    Args:
        place: one of `SLOTS`.
        kind: what the page is about (`story`, `territory`, `delegation`, `passage`).
        subject: its id.
    """
    if place not in SLOTS:
        raise KeyError(place)
    if not hasattr(g, "snapshot"):  # a page that is shown before the gate (the site is not ready)
        return Markup("")
    context = SlotContext(place, kind, subject, visitor(), current_language())
    here = [(owned, partial(owned.item.facts, reader(), context)) for owned in snapshot().of(SlotItem) if owned.item.slot == place]
    return Markup("").join(_all_shown(here))


def tiles() -> list[TileShown]:
    """Returns the tiles for who is signed in."""
    actor = visitor()
    if actor is None:
        return []
    mine = [owned for owned in snapshot().of(Tile) if owned.item.permission is None or actor.may(owned.item.permission)]
    shown = _all_shown([(owned, partial(owned.item.facts, reader(), actor)) for owned in mine])
    return [
        TileShown(owned.full_name.replace(":", "-"), str(owned.item.title), html) for owned, html in zip(mine, shown, strict=True) if html
    ]


def _all_shown(asked: Sequence[tuple[Owned[Any], Callable[[], Any]]]) -> list[Markup]:
    """Asks each for its facts and renders them at once, since facts may be worked out only as a template reads them; administrators read that something failed,
    others read nothing.
    """
    if g.get(_SHOWING):
        raise RecursionError("what is shown in a place asks for a place, or for tiles, itself")
    setattr(g, _SHOWING, True)
    try:
        answers = ask_all(reader(), [(owned, partial(_rendered, owned.item.template, facts)) for owned, facts in asked])
    finally:
        setattr(g, _SHOWING, False)
    return [_placeholder(owned) if isinstance(answer, Failed) else answer for (owned, _facts), answer in zip(asked, answers, strict=True)]


def _rendered(template: str, facts: Callable[[], Any]) -> Markup:
    answer = facts()
    if answer is None:
        return Markup("")
    return Markup(render_template(template, **answer))  # noqa: S704  # a template of the plugin, escaped as ours are


def _placeholder(owned: Owned[Any]) -> Markup:
    actor = visitor()
    if actor is None or not actor.may(PLUGIN_MANAGE):
        return Markup("")
    return Markup(render_template("_slot_failed.html", owner=owned.owner))  # noqa: S704  # our own template
