"""Ways to narrow the list of stories by what their voices do: part, or leave one of them out."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.sdk import Facet, Session, Story, list_tellings

PARTED, MISSING = "divergent", "manque"


def options(_session: Session) -> Sequence[tuple[str, Any]]:
    """Returns the choices."""
    return [(PARTED, _l("Les voix divergent")), (MISSING, _l("Une voix manque"))]


def clause(session: Session, key: str) -> Any:
    """Returns the condition: stories with a moment on which voices part, or which a category does not tell.

    It is asked of what readers see: a voice that shows no category makes none missing.
    """
    if key == PARTED:
        found = {telling.story for telling in list_tellings(session) if telling.mark == "disagree"}
    else:
        found = {telling.story for telling in list_tellings(session) if telling.missing}
    return Story.id.in_(sorted(found))


VOICES = Facet("voix", order=50, title=_l("Les voix"), options=options, clause=clause)
