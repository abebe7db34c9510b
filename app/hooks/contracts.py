"""The frozen dataclasses that plugins hand to the core; plain data and functions, no behaviour of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

SDK_VERSION = 1
"""What this site offers to plugins; a change that a plugin could notice raises it."""

SDK_OLDEST = 1
"""The oldest SDK whose plugins still run here, warned of what they should change."""

# A text for people: a string, or a lazy translation that becomes one when it is shown.
Words = Any

# The request's or the unit of work's SQLAlchemy session; hooks never see the database layer itself.
Session = Any

D_co = TypeVar("D_co", bound="Declared", covariant=True)


@dataclass(frozen=True)
class Manifest:
    """What a plugin says of itself.

    Args:
        name: its folder, URL prefix, table prefix and template prefix; lower-case letters, digits and `_`.
        title: what administrators read.
        description: one sentence.
        version: the plugin's own version.
        sdk: the SDK version that it was written for.
        requires: plugins that must be on before it, and that cannot be switched off while it is on.
        grants: permissions of the core that roles which it offers carry; administrators read them before they switch it on.
    """

    name: str
    title: Words
    description: Words
    version: str
    sdk: int
    requires: frozenset[str] = frozenset()
    grants: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Declared:
    """Base of what boot hooks return: `order` sorts first, then the owner's name, then `name`."""

    name: str
    order: int = 100


# — rights and menus —


@dataclass(frozen=True)
class Permission(Declared):
    """A right that a plugin brings, named `<plugin>.<verb>_<noun>`, and the roles that carry it when the plugin is first switched on."""

    title: Words = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RoleOffer(Declared):
    """A role that a plugin offers, named `<plugin>.<noun>`; `permissions` are its own or those of the core that its manifest names in `grants`."""

    title: Words = ""
    description: Words = ""
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MenuItem(Declared):
    """A link in one of the site's menus.

    `menu` is `set_up` (site set-up), `desk` (working pages) or `main` (every page); `endpoint` is a view of the plugin; `permission` hides the link from those
    without it.
    """

    menu: str = "set_up"
    title: Words = ""
    endpoint: str = ""
    permission: str | None = None


# — writing —


@dataclass(frozen=True)
class PromptContext:
    """What a person is about to write: phase key, actor category, format and the programme’s id; None where not known."""

    phase: str | None
    category: str | None
    format: str
    programme: str | None = None


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

    offer: Callable[[Session, PromptContext], Sequence[PromptOffer]] = lambda _session, _context: ()
    find: Callable[[Session, str], PromptOffer | None] = lambda _session, _key: None


@dataclass(frozen=True)
class StoryFormat(Declared):
    """A form that a story can take; `name` is kept in the story (`recit-croise`), so that it outlives the plugin.

    Args:
        title: what people choose by.
        description: one sentence.
        structure: what such a story is made of, one line for each part, in the order of reading.
        reading: how the public address opens: `thread` (au fil) or `voice` (une voix). En regard needs a wide screen: it is a way to read every story, and opens none.
    """

    title: Words = ""
    description: Words = ""
    structure: tuple[Words, ...] = ()
    reading: Literal["thread", "voice"] = "thread"


@dataclass(frozen=True)
class BlockSnapshot:
    """What the public reads of a plugin's block: plain texts, kept in the revision and covered by its hash, shown by the core whether the plugin is on or off.

    Args:
        title: heading of the block.
        text: the whole in words, for those who read no picture and no table; required.
        facts: pairs of label and value.
        items: a list.
        table: rows of cells, the first row being the headings.
        link: address and words of one link; only http, https and addresses of this site are shown.
    """

    title: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    link: tuple[str, str] | None = None


@dataclass(frozen=True)
class BlockType(Declared):
    """A kind of passage that a form fills in, beside its Markdown body; kept in passages as `<plugin>:<name>`.

    Args:
        title: what people choose by.
        description: one sentence.
        form: returns the WTForms class that edits the block's data; its fields hold texts, numbers, dates and choices.
        snapshot: called with a read session and the form's data, made of JSON values; returns what the public reads. Called when somebody saves, never when
            somebody reads.
    """

    title: Words = ""
    description: Words = ""
    form: Callable[[], type[Any]] = lambda: object
    snapshot: Callable[[Session, Mapping[str, Any]], BlockSnapshot] = lambda _session, _data: BlockSnapshot("", "")


# — reading —


@dataclass(frozen=True)
class SlotContext:
    """Where an item is shown: the slot, the kind and id of what the page is about, who reads (None for the public) and in which language."""

    slot: str
    kind: str
    subject: str
    actor: Any
    lang: str


@dataclass(frozen=True)
class SlotItem(Declared):
    """Something that a plugin shows in a place of the core's pages; `SLOTS` lists the places.

    Args:
        slot: the place.
        template: a template of the plugin, given what `facts` returns.
        facts: called with a read session and the context; returns the template's variables, or None to show nothing.
    """

    slot: str = ""
    template: str = ""
    facts: Callable[[Session, SlotContext], Mapping[str, Any] | None] = lambda _session, _context: None


SLOTS: Mapping[str, str] = {
    "home.foot": "end of the front page; no subject",
    "story.aside": "under the title of a public story, before its passages; subject: story",
    "story.foot": "end of a public story; subject: story",
    "territory.journey": "over the moments of a territory's public journey; subject: territory",
    "territory.foot": "end of a territory's page; subject: territory",
    "stories.foot": "end of the list of stories; no subject",
    "desk.story": "a delegation's page of a working copy; subject: story",
    "desk.delegation": "a delegation on the page Mon espace; subject: delegation",
    "desk.write": "beside the text that somebody writes; subject: passage",
    "review.story": "the editors' page of a story; subject: story",
}


@dataclass(frozen=True)
class Tile(Declared):
    """A short block on somebody's own page (Mon espace).

    Args:
        title: its heading.
        template: a template of the plugin, given what `facts` returns.
        facts: called with a read session and the actor; returns the template's variables, or None to show nothing.
        permission: hides the tile from those without it.
    """

    title: Words = ""
    template: str = ""
    facts: Callable[[Session, Any], Mapping[str, Any] | None] = lambda _session, _actor: None
    permission: str | None = None


@dataclass(frozen=True)
class Facet(Declared):
    """A way to narrow the public list of stories; `name` is the parameter in the address, prefixed by the plugin's name.

    Args:
        title: label of the choice.
        options: called with a read session; returns (key, words) of the choices.
        clause: called with a read session and a key; returns an SQL condition over the core's `Story`. It only ever narrows what the public may see.
    """

    title: Words = ""
    options: Callable[[Session], Sequence[tuple[str, Words]]] = lambda _session: ()
    clause: Callable[[Session, str], Any] = lambda _session, _key: None


@dataclass(frozen=True)
class ContentType(Declared):
    """A public type of content in the tree of pages, kept as `<plugin>:<name>`.

    Args:
        title: one of them.
        plural: several.
        description: one sentence, for whoever chooses.
        form: returns the WTForms class that edits its data, or None where it has a body only.
        template: template of the public page, which extends `reading/page.html` and fills its block `beside`; given `page`, `version`, `html` and `facts`,
            and used while the plugin is on.
        facts: called with a read session and the data; returns what the template shows.
        text: called with a read session and the data when somebody saves; returns what the public reads of the data when the plugin is off or fails, kept in
            the version and covered by its hash. One that raises keeps the page from being saved.
    """

    title: Words = ""
    plural: Words = ""
    description: Words = ""
    form: Callable[[], type[Any] | None] = lambda: None
    template: str = ""
    facts: Callable[[Session, Mapping[str, Any]], Mapping[str, Any]] = lambda _session, _data: {}
    text: Callable[[Session, Mapping[str, Any]], str] = lambda _session, _data: ""


# — workflow, events, jobs —


@dataclass(frozen=True)
class GuardContext:
    """What somebody is about to do to a story: the transition's name, the story's id, and who does it."""

    transition: str
    story: str
    actor: Any


@dataclass(frozen=True)
class Objection:
    """Why a guard refuses, in words, and the passage, moment or voice that it is about.

    `address` is a path of this site, without the prefix of a language, where it can be put right; `action` says in words what one does there.
    """

    words: Words
    passage: str | None = None
    moment: str | None = None
    voice: str | None = None
    address: str = ""
    action: Words = ""


@dataclass(frozen=True)
class Guard(Declared):
    """A condition on a step of the story's workflow.

    `check(session, context)` returns objections; an empty answer lets the step pass. One that raises, hangs or is suspended refuses the step (fails closed).
    """

    transitions: frozenset[str] = frozenset()
    check: Callable[[Session, GuardContext], Sequence[Objection]] = lambda _session, _context: ()


@dataclass(frozen=True)
class Subscriber(Declared):
    """Reacts to an event of the core.

    Args:
        event: the class of event.
        when: `in_transaction`: called with the unit of work and the event before the commit; a failure undoes nothing but its own writes.
            `after_commit`: called with the event alone, after the commit.
        handle: the reaction.
    """

    event: type = object
    when: Literal["in_transaction", "after_commit"] = "after_commit"
    handle: Callable[..., None] = lambda *_arguments: None


@dataclass(frozen=True)
class Job(Declared):
    """Work done now and then, by one worker of all.

    `run(uow)` is called in a unit of work of its own about every `every` seconds while the plugin is on; it must be short and repeatable.
    """

    every: int = 3600
    run: Callable[[Any], None] = lambda _uow: None


# — set-up —


@dataclass(frozen=True)
class SettingsPage(Declared):
    """A page of the site's set-up on which a plugin's settings are edited.

    Args:
        title: heading.
        description: one sentence.
        form: returns the WTForms class; its fields' names are the settings' names.
        defaults: what holds until somebody saves; JSON values.
        permission: who may edit; `site.configure` where not named.
    """

    title: Words = ""
    description: Words = ""
    form: Callable[[], type[Any]] = lambda: object
    defaults: Mapping[str, Any] = field(default_factory=dict)
    permission: str = "site.configure"


@dataclass(frozen=True)
class CheckResult:
    """What a health check found: `ok`, `warning` or `error`, and a sentence that says what to do."""

    level: Literal["ok", "warning", "error"]
    words: Words


@dataclass(frozen=True)
class Check(Declared):
    """A health check: `run(session)` reads and says how things stand."""

    title: Words = ""
    run: Callable[[Session], CheckResult] = lambda _session: CheckResult("ok", "")


# — what the core makes of it —


@dataclass(frozen=True)
class Owned(Generic[D_co]):
    """A declared object with the plugin it belongs to."""

    owner: str
    item: D_co

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
