"""Every hook of the core; the docstring is the contract, `docs/hooks.md` repeats it and a test compares the two."""

from collections.abc import Sequence
from typing import Any

import pluggy

from app.hooks.contracts import MenuItem, Permission, PromptSource

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

    On failure the plugin is marked failed and the core goes on.
    """


@hookspec
def register_menu_items() -> Sequence[MenuItem]:
    """Boot. Returns links to the plugin's own pages, shown while it is on to those who have the permission.

    On failure the plugin is marked failed and the core goes on.
    """


@hookspec
def register_prompt_sources() -> Sequence[PromptSource]:
    """Boot. Returns sources of writing questions, asked when a person opens the writing page.

    A source that raises is left out of that page and named in the log; the question that a passage answers is kept in the passage.
    On failure at boot the plugin is marked failed and the core goes on.
    """


@hookspec
def on_enable(session: Any) -> None:
    """Run time, in the transaction that switches the plugin on, after its migrations. Must be repeatable.

    Args:
        session: the unit of work's SQLAlchemy session; the core commits.

    On failure nothing is switched on, and the administrator reads why.
    """


BOOT_HOOKS = ("register_blueprints", "register_permissions", "register_menu_items", "register_prompt_sources")
RUN_TIME_HOOKS = ("on_enable",)
