"""Blocks of the chantier: a trace, told as evidence beside the words that it supports."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.sdk import BlockSnapshot, BlockType, Session
from plugins.communication.forms.traces import TraceForm
from plugins.communication.rules.traces import facts_of


def trace_snapshot(_session: Session, data: Mapping[str, Any]) -> BlockSnapshot:
    """Returns what the public reads of a trace."""
    link = (data["link"], data["title"]) if data.get("link") else None
    return BlockSnapshot(data["title"], data["shows"], facts_of(data), link=link)


TRACE = BlockType(
    "trace",
    title=_l("Une trace"),
    description=_l("Un document, un chiffre, une parole, un objet : ce qui reste d’un moment, et ce que cela montre."),
    form=lambda: TraceForm,
    snapshot=trace_snapshot,
)
