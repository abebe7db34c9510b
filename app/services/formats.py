"""Forms that a story can take, as plugins declare them; a story keeps its form's name when nobody offers it any more."""

from app.hooks.contracts import StoryFormat
from app.hooks.snapshot import Snapshot
from app.kernel.errors import Invalid

DEFAULT_FORMAT = "recit-croise"


def offered_formats(snapshot: Snapshot) -> list[StoryFormat]:
    """Returns the forms that one may choose now; of two with one name, the first."""
    offered: dict[str, StoryFormat] = {}
    for owned in snapshot.of(StoryFormat):
        offered.setdefault(owned.item.name, owned.item)
    return list(offered.values())


def find_format(snapshot: Snapshot, name: str) -> StoryFormat | None:
    """Returns a form by its name, whether its plugin is on or off: a story reads as before. None if no installed plugin declares it."""
    return next((owned.item for owned in snapshot.registry.of(StoryFormat) if owned.item.name == name), None)


def checked_format(snapshot: Snapshot, name: str, current: str = DEFAULT_FORMAT) -> str:
    """Returns a form's name if it is offered, or is the one that the story has already.

    Raises:
        Invalid: if nobody offers it.
    """
    if name != current and name not in {offered.name for offered in offered_formats(snapshot)}:
        raise Invalid("format", "unknown_choice")
    return name
