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
class PassageReopened(Event):
    """Signed words were opened for writing again."""

    story: str
    passage: str


@dataclass(frozen=True)
class SignatureRevoked(Event):
    story: str
    passage: str
    voice: str


@dataclass(frozen=True)
class StoryArranged(Event):
    """Passages were added, moved, put into the trash or taken back from it."""

    story: str


@dataclass(frozen=True)
class StoryMoved(Event):
    """A story's working copy took a step of the workflow, or went to or came back from the trash."""

    story: str


@dataclass(frozen=True)
class RightsChanged(Event):
    """What an account may do may have changed: its roles, its voices, its sessions. An empty `account` means everybody's."""

    account: str


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
