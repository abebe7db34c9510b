"""An answer to "may this be done?" that knows why: the services act on it, the page « Qui peut quoi » reads it aloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.errors import RecitsError


@dataclass(frozen=True)
class Decision:
    """Yes or no, with a reason.

    Args:
        because: code of the reason (`web/why.py` has the words); it may say more than the refusal, which must not tell what one may not know.
        facts: what the sentence needs: ids, codes, days.
        refusal: what a service raises; None for a yes.
    """

    because: str
    facts: Mapping[str, object] = field(default_factory=dict)
    refusal: RecitsError | None = None

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    def demand(self) -> None:
        """Raises the refusal, if there is one."""
        if self.refusal is not None:
            raise self.refusal


def yes(because: str, **facts: object) -> Decision:
    """Returns a decision that allows."""
    return Decision(because, facts)


def no(refusal: RecitsError, because: str, **facts: object) -> Decision:
    """Returns a decision that refuses, and with what."""
    return Decision(because, facts, refusal)
