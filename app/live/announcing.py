"""Tells open pages what was committed elsewhere: an event of the core becomes a notice to a story, or a question anew about somebody's rights."""

from app.kernel.events import (
    Event,
    MarginChanged,
    PassageReopened,
    PassageSaved,
    PassageSigned,
    PluginToggled,
    RightsChanged,
    SignatureRevoked,
    StoryArranged,
    StoryMoved,
)
from app.live.documents import SiteDocuments


def announce(documents: SiteDocuments, event: Event) -> None:
    """Called with each committed event."""
    match event:
        case PassageSaved():
            documents.announce(event.story, "saved", passage=event.passage, revision=event.revision)
        case PassageSigned() | PassageReopened() | SignatureRevoked():
            documents.announce(event.story, "state", passage=event.passage)
        case StoryMoved():
            documents.announce(event.story, "state")
        case StoryArranged():
            documents.announce(event.story, "passages")
        case MarginChanged():
            documents.announce(event.story, event.kind, passage=event.passage)
        case RightsChanged():
            documents.announce_rights(event.account)
        case PluginToggled():
            documents.announce_rights("")  # its permissions count while it is on
        case _:
            pass
