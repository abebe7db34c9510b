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
