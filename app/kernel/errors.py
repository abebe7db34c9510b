"""What a service may answer instead of doing what was asked; carries codes, never sentences (`web/words.py` has them)."""

from collections.abc import Mapping


class RecitsError(Exception):
    """Base of every refusal that a person can be told about."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts: Mapping[str, object] = facts


class NotFound(RecitsError):
    """The thing does not exist, or the person may not know that it does: both answer alike."""

    def __init__(self, what: str = "page") -> None:
        super().__init__("not_found", what=what)


class NotAllowed(RecitsError):
    """The person may know of the thing and may not do this to it."""


class Refused(RecitsError):
    """The state of things does not allow it now (a workflow guard, a limit, a plugin's check)."""


class Invalid(RecitsError):
    """One field of what was sent cannot be used.

    Args:
        field: name of the form field.
        reason: code of the sentence to show beside it.
    """

    def __init__(self, field: str, reason: str, **facts: object) -> None:
        super().__init__(reason, **facts)
        self.field = field
