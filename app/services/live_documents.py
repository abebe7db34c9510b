"""The port to what is being written together right now: what services and pages ask of it; they never know how it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from app.kernel.content import Span
from app.kernel.editor.accepted import Proposal


@dataclass(frozen=True)
class LiveText:
    """What a passage says in the room where it is written, what is only proposed left out.

    Args:
        markdown: canonical.
        spans: which voice says what, over the plain text.
        contributors: accounts that took part since the text was last made a revision, the one who wrote most first.
        upto: up to which change of the room this holds.
        has_suggestions: whether insertions or deletions are proposed in it.
    """

    markdown: str
    spans: tuple[Span, ...]
    contributors: tuple[str, ...]
    upto: int
    has_suggestions: bool


class LiveWords(Protocol):
    """What a unit of work asks of the rooms."""

    def unsealed(self, session: Session, passage_ids: Sequence[str]) -> frozenset[str]:
        """Returns those of some passages in whose rooms stand words that no revision holds.

        Args:
            session: in which the passages and their revisions are read, so that they are those of its transaction.
        """


class LiveDocuments(LiveWords, Protocol):
    """What is written live, passage by passage."""

    @property
    def is_open(self) -> bool:
        """Whether pages of this site can open a socket."""

    @property
    def keeps_words(self) -> bool:
        """Whether a log is there: words may be in it that no revision holds yet, also where no page can open a socket."""

    def check(self) -> None:
        """Raises UnsafeSettings, which says what to set, if what is written live cannot be kept."""

    def text(self, passage_id: str) -> LiveText | None:
        """Returns what a passage says in its room; None if it was never opened there."""

    def seal(self, passage_id: str) -> None:
        """Makes what was written a revision, unless it is one already or the passage is signed or locked."""

    def seal_what_was_left(self) -> None:
        """Makes revisions of what a process that ended left in its rooms."""

    def mark_sealed(self, passage_id: str, upto: int, revision_id: str) -> None:
        """Notes that a revision holds the room's text up to a change."""

    def meet(self, passage_id: str, base: str, new: str, account: str | None, revision_id: str) -> None:
        """Brings into a room what a revision that was made elsewhere changed from `base` to `new`."""

    def accept(self, passage_id: str, suggestion_id: str, account: str) -> bool:
        """Makes proposed words part of the text; False if they are not there any more."""

    def refuse(self, passage_id: str, suggestion_id: str, account: str) -> bool:
        """Takes proposed words out of the text; False if they are not there any more."""

    def anchors(self, passage_id: str) -> Mapping[str, str]:
        """Returns the words that each anchor of a comment marks now."""

    def suggestions(self, passage_id: str) -> Sequence[Proposal]:
        """Returns what is proposed in a passage, in the order of its text."""

    def announce(self, story_id: str, kind: str, **facts: object) -> None:
        """Tells every open page of a story, in all workers, what has changed."""

    def forget(self, passage_id: str) -> None:
        """Drops all that is kept of a passage beside its revisions."""


class NoLive:
    """Where nothing is written live: every passage is what its revision says."""

    is_open = False
    keeps_words = False

    def check(self) -> None:
        return None

    def unsealed(self, session: Session, passage_ids: Sequence[str]) -> frozenset[str]:
        return frozenset()

    def text(self, passage_id: str) -> LiveText | None:
        return None

    def seal(self, passage_id: str) -> None:
        return None

    def seal_what_was_left(self) -> None:
        return None

    def mark_sealed(self, passage_id: str, upto: int, revision_id: str) -> None:
        return None

    def meet(self, passage_id: str, base: str, new: str, account: str | None, revision_id: str) -> None:
        return None

    def accept(self, passage_id: str, suggestion_id: str, account: str) -> bool:
        return False

    def refuse(self, passage_id: str, suggestion_id: str, account: str) -> bool:
        return False

    def anchors(self, passage_id: str) -> Mapping[str, str]:
        return {}

    def suggestions(self, passage_id: str) -> Sequence[Proposal]:
        return ()

    def announce(self, story_id: str, kind: str, **facts: object) -> None:
        return None

    def forget(self, passage_id: str) -> None:
        return None
