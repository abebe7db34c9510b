"""Places in the core's pages where plugins show something, and tiles on one's own page; what fails is left out, named and never breaks the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, g, render_template
from markupsafe import Markup

from app.hooks.calls import CALLS
from app.hooks.contracts import SLOTS, Owned, SlotContext, SlotItem, Tile
from app.hooks.specs import HOOK_OF
from app.kernel.access import PLUGIN_MANAGE
from app.services.asking import Failed, insist
from app.web.context import reader, snapshot, visitor
from app.web.locale import current_language


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
    here = (owned for owned in snapshot().of(SlotItem) if owned.item.slot == place)
    return Markup("").join(_shown(owned, owned.item.template, partial(owned.item.facts, reader(), context)) for owned in here)


def tiles() -> list[TileShown]:
    """Returns the tiles for who is signed in."""
    actor = visitor()
    shown = []
    for owned in snapshot().of(Tile):
        tile = owned.item
        if actor is None or (tile.permission is not None and not actor.may(tile.permission)):
            continue
        html = _shown(owned, tile.template, partial(tile.facts, reader(), actor))
        if html:
            shown.append(TileShown(owned.full_name.replace(":", "-"), str(tile.title), html))
    return shown


def _shown(owned: Owned[Any], template: str, facts: Any) -> Markup:
    """Asks for the facts, then renders; administrators read that something failed, others read nothing."""
    try:
        answer = insist(reader(), owned, partial(_as_mapping, facts))
    except Failed:
        return _placeholder(owned)
    if answer is None:
        return Markup("")
    hook = HOOK_OF[type(owned.item)]
    try:
        with CALLS.call(owned.owner, hook, owned.item.name):
            return Markup(render_template(template, **answer))  # noqa: S704  # a template of the plugin, escaped as ours are
    except (Exception, SystemExit) as error:
        CALLS.fault(owned.owner, hook, owned.item.name, error)
        return _placeholder(owned)


def _as_mapping(facts: Any) -> Mapping[str, Any] | None:
    answer = facts()
    if answer is not None and not isinstance(answer, Mapping):
        raise TypeError(f"facts returned {type(answer).__name__} instead of a mapping")
    return answer


def _placeholder(owned: Owned[Any]) -> Markup:
    actor = visitor()
    if actor is None or not actor.may(PLUGIN_MANAGE):
        return Markup("")
    return Markup(render_template("_slot_failed.html", owner=owned.owner))  # noqa: S704  # our own template
