"""What a call for stories says, in the order in which it is read; pure."""

from collections.abc import Mapping
from typing import Any

PARTS = ("audience", "until", "answer")


def said(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns (part, words) of what was filled in."""
    return [(part, str(data[part]).strip()) for part in PARTS if str(data.get(part) or "").strip()]
