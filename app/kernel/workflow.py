"""The story's workflow as pure tables; nothing here knows who is asking or where it is stored."""

from dataclasses import dataclass
from enum import StrEnum


class StoryState(StrEnum):
    """Where the working copy of a story stands. The published version lives on beside it."""

    WRITING = "writing"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"


class Capacity(StrEnum):
    """In which capacity a person acts on one story."""

    MEMBER = "member"  # holds or serves a voice of a delegation of the story
    EDITOR = "editor"  # has the role, and no voice in the story


@dataclass(frozen=True)
class Transition:
    """One arrow of the workflow.

    `target` None means that the working copy stays where it is (only the public version changes).
    """

    name: str
    sources: frozenset[StoryState]
    target: StoryState | None
    capacity: Capacity
    needs_reasons: bool = False
    needs_public_version: bool = False


_S = StoryState
_UNDER_WAY = frozenset({_S.WRITING, _S.SUBMITTED, _S.IN_REVIEW, _S.CHANGES_REQUESTED})

STORY_TRANSITIONS: tuple[Transition, ...] = (
    Transition("submit", frozenset({_S.WRITING, _S.CHANGES_REQUESTED}), _S.SUBMITTED, Capacity.MEMBER),
    Transition("reopen", frozenset({_S.SUBMITTED, _S.PUBLISHED, _S.UNPUBLISHED}), _S.WRITING, Capacity.MEMBER),
    Transition("start_review", frozenset({_S.SUBMITTED}), _S.IN_REVIEW, Capacity.EDITOR),
    Transition("request_changes", frozenset({_S.IN_REVIEW}), _S.CHANGES_REQUESTED, Capacity.EDITOR, needs_reasons=True),
    Transition("endorse", frozenset({_S.IN_REVIEW}), None, Capacity.EDITOR),
    Transition("publish", frozenset({_S.IN_REVIEW}), _S.PUBLISHED, Capacity.EDITOR),
    Transition("unpublish", frozenset({_S.PUBLISHED}), _S.UNPUBLISHED, Capacity.EDITOR, needs_reasons=True, needs_public_version=True),
    Transition("unpublish", _UNDER_WAY, None, Capacity.EDITOR, needs_reasons=True, needs_public_version=True),
)

EDITABLE_STATES = frozenset({_S.WRITING, _S.CHANGES_REQUESTED})
REVIEWABLE_STATES = frozenset({_S.SUBMITTED, _S.IN_REVIEW})


def find_transition(name: str, state: StoryState) -> Transition | None:
    """Returns the transition of that name that leaves that state, or None."""
    return next((arrow for arrow in STORY_TRANSITIONS if arrow.name == name and state in arrow.sources), None)


def open_transitions(state: StoryState, capacities: frozenset[Capacity], has_public_version: bool) -> tuple[Transition, ...]:
    """Returns what may be done from a state by somebody with these capacities."""
    return tuple(
        arrow
        for arrow in STORY_TRANSITIONS
        if state in arrow.sources and arrow.capacity in capacities and (has_public_version or not arrow.needs_public_version)
    )


def capacity_for(name: str) -> Capacity:
    """Returns the capacity in which a transition is taken; it is the same from every state."""
    return next(arrow.capacity for arrow in STORY_TRANSITIONS if arrow.name == name)
