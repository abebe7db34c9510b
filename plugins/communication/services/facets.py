"""Ways to narrow the list of stories by what their voices do: part, or leave one of them out."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.sdk import Facet, Session, missing_voice_clause, parted_clause

PARTED, MISSING = "divergent", "manque"


def options(_session: Session) -> Sequence[tuple[str, Any]]:
    """Returns the choices."""
    return [(PARTED, _l("Les voix divergent")), (MISSING, _l("Une voix manque"))]


def clause(_session: Session, key: str) -> Any:
    """Returns the condition, over what readers see."""
    return parted_clause() if key == PARTED else missing_voice_clause()


VOICES = Facet("voix", order=50, title=_l("Les voix"), options=options, clause=clause)
