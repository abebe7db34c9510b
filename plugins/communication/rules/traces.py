"""What a trace is, and how one reads; pure, no database."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

KINDS = {
    "document": _l("Un document"),
    "figure": _l("Un chiffre"),
    "words": _l("Une parole rapportée"),
    "object": _l("Un objet, un lieu"),
    "image": _l("Une image"),
}


def facts_of(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Returns the lines of a trace: what it is, when, where from; what was not said is left out."""
    pairs = (
        (_l("Trace"), KINDS.get(str(data.get("kind")), "")),
        (_l("Date"), data.get("date")),
        (_l("Origine"), data.get("source")),
    )
    return tuple((str(label), str(value)) for label, value in pairs if value)
