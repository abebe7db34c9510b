"""Every hook of the core; the docstring is the contract, `docs/hooks.md` repeats it and a test compares the two."""

from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

from app.hooks.contracts import (
    BlockType,
    Check,
    ContentType,
    Declared,
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
    Subscriber,
    Tile,
)

hookspec = pluggy.HookspecMarker("recits")
hookimpl = pluggy.HookimplMarker("recits")


@hookspec
def register_blueprints() -> Sequence[Any]:
    """Boot. Returns Flask blueprints.

    Each is mounted under `/<plugin>` and answers 404 while the plugin is off. A blueprint may not register application-wide handlers.
    On failure the plugin is marked failed and the core goes on.
    """


@hookspec
def register_permissions() -> Sequence[Permission]:
    """Boot. Returns the permissions that the plugin brings, named `<plugin>.<verb>_<noun>`, and the roles that carry them.

    The roles get them when the plugin is first switched on; from then on they are the site's to change.
    On failure the plugin is marked failed and the core goes on.
    """


@hookspec
def register_roles() -> Sequence[RoleOffer]:
    """Boot. Returns roles that the plugin offers, named `<plugin>.<noun>`.

    They are made when the plugin is first switched on; from then on they are the site's to change. A permission of the core must be named in the manifest's `grants`.
    On failure the plugin is marked failed and the core goes on.
    """


@hookspec
def register_menu_items() -> Sequence[MenuItem]:
    """Boot. Returns links to the plugin's own pages, shown while it is on to those who have the permission.

    A link that leads nowhere is left out and named in the log.
    On failure the plugin is marked failed and the core goes on.
    """


@hookspec
def register_prompt_sources() -> Sequence[PromptSource]:
    """Boot. Returns sources of writing questions, asked when a person opens the writing page.

    A source that raises is left out of that page and named on the health page; the question that a passage answers is kept in the passage.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_story_formats() -> Sequence[StoryFormat]:
    """Boot. Returns forms that a story can take, offered to whoever begins one.

    A story keeps its format's name when the plugin is off, and reads as before.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_block_types() -> Sequence[BlockType]:
    """Boot. Returns kinds of passages that a form fills in.

    `snapshot` is called when somebody saves; the public reads what it returned then, whether the plugin is on or off. One that raises refuses that save,
    with the words kept. While the plugin is off its passages are read, moved and signed as before; their form is dormant.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_tiles() -> Sequence[Tile]:
    """Boot. Returns short blocks for somebody's own page (Mon espace).

    One that raises is left out of that page and named on the health page.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_slot_items() -> Sequence[SlotItem]:
    """Boot. Returns what the plugin shows in places of the core's pages; `app.sdk.SLOTS` lists the places.

    One that raises is left out of that page and named on the health page.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_facets() -> Sequence[Facet]:
    """Boot. Returns ways to narrow the public list of stories.

    One that raises is left out of that page and named on the health page.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_content_types() -> Sequence[ContentType]:
    """Boot. Returns public types of content that live in the tree of pages, with its addresses, workflow and versions.

    A page of such a type stays readable while the plugin is off, in the words that were kept when it was saved.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_guards() -> Sequence[Guard]:
    """Boot. Returns conditions on steps of the story's workflow, asked inside the transaction that takes the step.

    One that raises, hangs or is suspended refuses the step: the story stays where it is, and the person reads which extension refused.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_subscribers() -> Sequence[Subscriber]:
    """Boot. Returns reactions to events of the core.

    One that raises is named on the health page; what it wrote in the transaction is undone, what it reacted to stands.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_jobs() -> Sequence[Job]:
    """Boot. Returns work done now and then, by one worker of all, each run in a unit of work of its own.

    One that raises is undone, named on the health page and tried again at its next turn.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_settings() -> Sequence[SettingsPage]:
    """Boot. Returns pages on which the plugin's settings are edited, in the site's set-up.

    A form that cannot be made is said on its page; the settings that were saved stay.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def register_checks() -> Sequence[Check]:
    """Boot. Returns health checks, run when somebody opens the health page.

    One that raises counts as an error of the plugin.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def on_enable(session: Any) -> None:
    """Run time, in the transaction that switches the plugin on, after its migrations. Must be repeatable.

    Args:
        session: the unit of work's SQLAlchemy session; the core commits.

    On failure nothing is switched on, and the administrator reads why.
    """


@hookspec
def on_disable(session: Any) -> None:
    """Run time, in the transaction that switches the plugin off. Must be repeatable, and destroy nothing.

    Args:
        session: the unit of work's SQLAlchemy session; the core commits.

    On failure the plugin is switched off all the same, what the hook wrote is undone, and the health page names it.
    """


# Hook → kind of what it returns; blueprints are Flask's own and are tried apart.
DECLARES: Mapping[str, type[Declared]] = {
    "register_permissions": Permission,
    "register_roles": RoleOffer,
    "register_menu_items": MenuItem,
    "register_prompt_sources": PromptSource,
    "register_story_formats": StoryFormat,
    "register_block_types": BlockType,
    "register_tiles": Tile,
    "register_slot_items": SlotItem,
    "register_facets": Facet,
    "register_content_types": ContentType,
    "register_guards": Guard,
    "register_subscribers": Subscriber,
    "register_jobs": Job,
    "register_settings": SettingsPage,
    "register_checks": Check,
}
BOOT_HOOKS = ("register_blueprints", *DECLARES)
RUN_TIME_HOOKS = ("on_enable", "on_disable")
HOOK_OF: Mapping[type[Declared], str] = {kind: hook for hook, kind in DECLARES.items()}
