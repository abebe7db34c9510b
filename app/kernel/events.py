"""What happened, as past-tense frozen dataclasses that carry ids; published after the commit, never before."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """Base of every event."""


# — what several events say, and what one may subscribe to —


@dataclass(frozen=True)
class StoryEvent(Event):
    """Base of what happens to a story."""

    story: str


@dataclass(frozen=True)
class VersionEvent(StoryEvent):
    """Base of what happens to a version of a story."""

    version: str


@dataclass(frozen=True)
class PassageEvent(StoryEvent):
    """Base of what happens to a passage."""

    passage: str


@dataclass(frozen=True)
class SignatureEvent(PassageEvent):
    """Base of what happens to a voice's signature under a passage."""

    voice: str


@dataclass(frozen=True)
class RestrictionEvent(Event):
    """Base of what happens to a restriction: `kind` and `subject` say what it hides, `owner` who laid it (`core` or a plugin)."""

    kind: str
    subject: str
    owner: str


@dataclass(frozen=True)
class PageEvent(Event):
    """Base of what happens to a page in one language."""

    page: str
    lang: str


# — writing —


@dataclass(frozen=True)
class PassageSaved(PassageEvent):
    """A passage has a new revision."""

    revision: str


@dataclass(frozen=True)
class PassageSigned(SignatureEvent):
    """A voice signed a passage's words."""


@dataclass(frozen=True)
class PassageReopened(PassageEvent):
    """Signed words were opened for writing again."""


@dataclass(frozen=True)
class SignatureRevoked(SignatureEvent):
    """A voice took its signature back."""


@dataclass(frozen=True)
class MarginChanged(PassageEvent):
    """What stands beside a passage's words changed; `kind` is `comments` or `suggestions`."""

    kind: str


@dataclass(frozen=True)
class StoryArranged(StoryEvent):
    """Passages were added, moved, put into the trash or taken back from it."""


@dataclass(frozen=True)
class StoryMoved(StoryEvent):
    """A story's working copy took a step of the workflow, or went to or came back from the trash."""


@dataclass(frozen=True)
class StoryClassified(StoryEvent):
    """The themes of a story changed, which its page and the lists show without a new version."""


# — publishing —


@dataclass(frozen=True)
class StorySubmitted(VersionEvent):
    """A delegation proposed a version to the editors."""


@dataclass(frozen=True)
class ChangesRequested(VersionEvent):
    """An editor returned a version with reasons."""


@dataclass(frozen=True)
class StoryPublished(VersionEvent):
    """A version is public."""


@dataclass(frozen=True)
class StoryUnpublished(StoryEvent):
    """A story is public no more."""


@dataclass(frozen=True)
class RestrictionLaid(RestrictionEvent):
    """Something was hidden from the public; `kind` and `subject` say what, `owner` who laid it (`core` or a plugin)."""


@dataclass(frozen=True)
class RestrictionLifted(RestrictionEvent):
    """What a restriction hid is shown again, unless another hides it too."""


@dataclass(frozen=True)
class PagePublished(PageEvent):
    """A version of a page is public."""

    version: str


@dataclass(frozen=True)
class PageUnpublished(PageEvent):
    """A page is public no more in one language."""


@dataclass(frozen=True)
class PagesMoved(Event):
    """Pages have another address, or went to or came back from the trash."""

    pages: tuple[str, ...]


# — the site —


@dataclass(frozen=True)
class RightsChanged(Event):
    """What an account may do may have changed: its roles, its voices, its sessions. An empty `account` means everybody's."""

    account: str


@dataclass(frozen=True)
class MailQueued(Event):
    """A mail waits to be sent."""

    message: str


@dataclass(frozen=True)
class PluginToggled(Event):
    """A plugin was switched on or off."""

    plugin: str
    enabled: bool
