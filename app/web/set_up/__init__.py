"""Site set-up: people, programme and territories, seats, extensions, mail; each page asks for the permission that it needs."""

from app.web.set_up import (
    delegations,
    extensions,
    identity,
    library,
    mailbox,
    menus,
    page_words,
    pages,
    people,
    programmes,
    roles,
    sharing,
    territories,
    themes,
    trash,
)
from app.web.set_up.base import blueprint

__all__ = [
    "blueprint",
    "delegations",
    "extensions",
    "identity",
    "library",
    "mailbox",
    "menus",
    "page_words",
    "pages",
    "people",
    "programmes",
    "roles",
    "sharing",
    "territories",
    "themes",
    "trash",
]
