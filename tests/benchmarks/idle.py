"""Plugins that do nothing, generated: twenty of them must not be felt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Blueprint

from app.hooks.manager import Candidate
from app.hooks.specs import BOOT_HOOKS
from app.sdk import (
    BlockType,
    Check,
    Facet,
    Guard,
    Job,
    MenuItem,
    Permission,
    PromptSource,
    RoleOffer,
    SettingsPage,
    SlotItem,
    StoryFormat,
    StoryPublished,
    Subscriber,
    Tile,
)
from app.sdk_testing import MadeStory, SmallSite, fake_plugin, small_site

NUMBER = 20


def empty_plugin(name: str) -> Candidate:
    """Returns a plugin that implements every hook and returns nothing from each."""
    hooks: dict[str, Callable[..., Any]] = {hook: lambda: [] for hook in BOOT_HOOKS}
    return fake_plugin(name, **hooks, on_enable=lambda session: None, on_disable=lambda session: None)


def silent_plugin(name: str) -> Candidate:
    """Returns a plugin that declares one object of every kind it can, two of them in places of a story's page, and has nothing to say in any."""
    return fake_plugin(
        name,
        register_blueprints=lambda: [_blueprint(name)],
        register_permissions=lambda: [Permission(f"{name}.do_nothing", title=name)],
        register_roles=lambda: [RoleOffer(f"{name}.idler", title=name, permissions=frozenset({f"{name}.do_nothing"}))],
        register_menu_items=lambda: [MenuItem("idle", menu="main", title=name, endpoint=f"{name}.idle", permission=f"{name}.do_nothing")],
        register_prompt_sources=lambda: [PromptSource("none")],
        register_story_formats=lambda: [StoryFormat(f"{name}-format", title=name)],
        register_block_types=lambda: [BlockType("none", title=name)],
        register_tiles=lambda: [Tile("none", title=name, template="")],
        register_slot_items=lambda: [SlotItem(place.replace(".", "-"), slot=place, template="") for place in ("story.aside", "story.foot")],
        register_facets=lambda: [Facet("none", title=name)],
        register_guards=lambda: [Guard("none", transitions=frozenset({"submit"}))],
        register_subscribers=lambda: [Subscriber("none", event=StoryPublished)],
        register_jobs=lambda: [Job("none")],
        register_settings=lambda: [SettingsPage("none", title=name)],
        register_checks=lambda: [Check("none", title=name)],
    )


def _blueprint(name: str) -> Blueprint:
    blueprint = Blueprint(name, __name__)
    blueprint.add_url_rule("/", "idle", lambda: "")
    return blueprint


@contextmanager
def site_with(home: Path, make: Callable[[str], Candidate] | None) -> Iterator[tuple[SmallSite, MadeStory]]:
    """Makes a site with a published story and NUMBER plugins of a kind, all on; or with none."""
    names = [f"idle_{number}" for number in range(NUMBER)] if make else []
    with small_site(home, plugins=[make(name) for name in names] if make else []) as site:
        site.enable(*names)
        yield site, site.make_story(body="\n\n".join(["Ce jour-là, il pleuvait sur la légumerie."] * 12))
