"""What editors read: submitted versions, and what changed between two of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import PassageRevision, Story, StoryVersion
from app.kernel.diff import Change, DiffPiece, compare_texts


@dataclass(frozen=True)
class PassageChange:
    """What happened to one passage between two versions: `added`, `removed`, `changed`, `same`."""

    kind: str
    pieces: tuple[DiffPiece, ...] = ()


@dataclass(frozen=True)
class VersionComparison:
    """What changed between two versions: words of the title and standfirst, and passage by passage (by passage id)."""

    title: tuple[DiffPiece, ...]
    standfirst: tuple[DiffPiece, ...]
    passages: dict[str, PassageChange]
    removed: tuple[tuple[str, str], ...]

    @property
    def changed(self) -> int:
        """How many passages are not the same, those that were taken out included."""
        return sum(change.kind != "same" for change in self.passages.values()) + len(self.removed)


def find_version(session: Session, story: Story, version_id: str | None) -> StoryVersion | None:
    """Returns a version of a story by its id."""
    version = session.get(StoryVersion, version_id) if version_id else None
    return version if version is not None and version.story_id == story.id else None


def compare_versions(session: Session, before: StoryVersion, after: StoryVersion) -> VersionComparison:
    """Compares two versions of a story, word by word."""
    old, new = _pins(before), _pins(after)
    words = _plain(session, [*old.values(), *new.values()])
    passages = {
        passage: PassageChange("added")
        if passage not in old
        else PassageChange("same")
        if old[passage] == content
        else PassageChange("changed", compare_texts(words.get(old[passage], ""), words.get(content, "")))
        for passage, content in new.items()
    }
    return VersionComparison(
        compare_texts(before.manifest["title"], after.manifest["title"]),
        compare_texts(before.manifest["standfirst"], after.manifest["standfirst"]),
        passages,
        tuple((passage, words.get(content, "")) for passage, content in old.items() if passage not in new),
    )


def _pins(version: StoryVersion) -> dict[str, str]:
    pins: list[dict[str, Any]] = version.manifest["passages"]
    return {pin["passage"]: pin["hash"] for pin in pins}


def _plain(session: Session, hashes: Iterable[str]) -> dict[str, str]:
    query = select(PassageRevision.hash, PassageRevision.plain).where(PassageRevision.hash.in_(set(hashes)))
    return {row.hash: row.plain for row in session.execute(query)}


def has_changes(pieces: Iterable[DiffPiece]) -> bool:
    """Tells whether a comparison found anything."""
    return any(piece.change is not Change.SAME for piece in pieces)
