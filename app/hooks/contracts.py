"""The frozen dataclasses that plugins hand to the core; plain data and functions, no behaviour of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SDK_VERSION = 1

# A text for people: a string, or a lazy translation that becomes one when it is shown.
Words = Any


@dataclass(frozen=True)
class Manifest:
    """What a plugin says of itself.

    Args:
        name: its folder, URL prefix, table prefix and template prefix; lower-case letters, digits and `_`.
        title: what administrators read.
        description: one sentence.
        version: the plugin's own version.
        sdk: the SDK version that it was written for.
    """

    name: str
    title: Words
    description: Words
    version: str
    sdk: int


@dataclass(frozen=True)
class Declared:
    """Base of what boot hooks return: `order` sorts first, then the owner's name, then `name`."""

    name: str
    order: int = 100


@dataclass(frozen=True)
class Permission(Declared):
    """A right that a plugin brings, named `<plugin>.<verb>_<noun>`, and the roles that carry it."""

    title: Words = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MenuItem(Declared):
    """A link in one of the site's menus.

    `menu` is `set_up` (site set-up) or `desk` (working pages); `endpoint` is a view of the plugin; `permission` hides the link from those without it.
    """

    menu: str = "set_up"
    title: Words = ""
    endpoint: str = ""
    permission: str | None = None


@dataclass(frozen=True)
class PromptContext:
    """What a person is about to write: phase key, actor category and format; None where not known."""

    phase: str | None
    category: str | None
    format: str


@dataclass(frozen=True)
class PromptOffer:
    """A writing question: `key` is unique in its source, `status` says where it comes from (« à valider »)."""

    key: str
    text: str
    status: str = ""


@dataclass(frozen=True)
class PromptSource(Declared):
    """Where writing questions come from.

    Both are called with the request’s SQLAlchemy session, to read with.
    `offer(session, context)` returns the questions for a context, best first; `find(session, key)` returns one, or None.
    """

    offer: Callable[[Any, PromptContext], Sequence[PromptOffer]] = lambda _session, _context: ()
    find: Callable[[Any, str], PromptOffer | None] = lambda _session, _key: None


@dataclass(frozen=True)
class ContentType(Declared):
    """A public type of content in the tree of pages, kept as `<plugin>:<name>`.

    Args:
        title: one of them.
        plural: several.
        description: one sentence, for whoever chooses.
        form: returns the WTForms class that edits its data, or None where it has a body only.
        template: template of the public page, given `page`, `html` and `facts`; shown while the plugin is on.
        facts: called with a read session and the data; returns what the template shows.
        text: called with a read session and the data; returns what the public reads of the data when the plugin is off.
    """

    title: Words = ""
    plural: Words = ""
    description: Words = ""
    form: Callable[[], type[Any] | None] = lambda: None
    template: str = ""
    facts: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]] = lambda _session, _data: {}
    text: Callable[[Any, Mapping[str, Any]], str] = lambda _session, _data: ""


@dataclass(frozen=True)
class Owned:
    """A declared object with the plugin it belongs to."""

    owner: str
    item: Declared

    @property
    def sort_key(self) -> tuple[int, str, str]:
        return self.item.order, self.owner, self.item.name

    @property
    def full_name(self) -> str:
        return f"{self.owner}:{self.item.name}"


@dataclass(frozen=True)
class Failure:
    """Why a plugin could not be used: where it happened and what was said, without a traceback."""

    stage: str
    message: str


Facts = Mapping[str, object]
