"""Site set-up, one module for each matter; each page asks for the permission that it needs, and names itself in the control panel."""

from app.web.set_up import (
    delegations,
    explain,
    extensions,
    identity,
    mailbox,
    menus,
    page_words,
    pages,
    people,
    plugin_settings,
    programmes,
    publication,
    restrictions,
    roles,
    sharing,
    territories,
    themes,
)
from app.web.set_up.base import blueprint

__all__ = [
    "blueprint",
    "delegations",
    "explain",
    "extensions",
    "identity",
    "mailbox",
    "menus",
    "page_words",
    "pages",
    "people",
    "plugin_settings",
    "programmes",
    "publication",
    "restrictions",
    "roles",
    "sharing",
    "territories",
    "themes",
]
