"""What happened, as past-tense frozen dataclasses that carry ids; published after the commit, never before."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """Base of every event."""


@dataclass(frozen=True)
class PassageSaved(Event):
    story: str
    passage: str
    revision: str


@dataclass(frozen=True)
class PassageSigned(Event):
    story: str
    passage: str
    voice: str


@dataclass(frozen=True)
class MarginChanged(Event):
    """What stands beside a passage's words changed; `kind` is `comments` or `suggestions`."""

    story: str
    passage: str
    kind: str


@dataclass(frozen=True)
class StorySubmitted(Event):
    story: str
    version: str


@dataclass(frozen=True)
class ChangesRequested(Event):
    story: str
    version: str


@dataclass(frozen=True)
class StoryPublished(Event):
    story: str
    version: str


@dataclass(frozen=True)
class StoryUnpublished(Event):
    story: str


@dataclass(frozen=True)
class RestrictionLaid(Event):
    """Something was hidden from the public; `kind` and `subject` say what, `owner` who laid it (`core` or a plugin)."""

    kind: str
    subject: str
    owner: str


@dataclass(frozen=True)
class RestrictionLifted(Event):
    kind: str
    subject: str
    owner: str


@dataclass(frozen=True)
class PagePublished(Event):
    page: str
    lang: str
    version: str


@dataclass(frozen=True)
class PageUnpublished(Event):
    page: str
    lang: str


@dataclass(frozen=True)
class PagesMoved(Event):
    """Pages have another address, or went to or came back from the trash."""

    pages: tuple[str, ...]


@dataclass(frozen=True)
class StoryClassified(Event):
    """The themes of a story changed, which its page and the lists show without a new version."""

    story: str


@dataclass(frozen=True)
class MailQueued(Event):
    message: str


@dataclass(frozen=True)
class PluginToggled(Event):
    plugin: str
    enabled: bool
