"""Site set-up: people, programme and territories, seats, extensions, mail; each page asks for the permission that it needs."""

<<<<<<< HEAD
from app.web.set_up import delegations, extensions, identity, mailbox, people, programmes, restrictions, roles, sharing, territories
=======
from app.web.set_up import delegations, extensions, identity, mailbox, people, programmes, roles, sharing, territories, themes
>>>>>>> main
from app.web.set_up.base import blueprint

__all__ = [
    "blueprint",
    "delegations",
    "extensions",
    "identity",
    "mailbox",
    "people",
    "programmes",
<<<<<<< HEAD
    "restrictions",
    "roles",
    "sharing",
    "territories",
=======
    "roles",
    "sharing",
    "territories",
    "themes",
>>>>>>> main
]
