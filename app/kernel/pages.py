"""Pages as pure rules: where a text of a page stands, which steps lead where, and which paths a page may have; nothing here knows who is asking."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.access import PAGE_EDIT, PAGE_PUBLISH

MOST_DEPTH = 6
SEGMENT_LENGTH = 80
PATH_LENGTH = 500
SEGMENT = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{SEGMENT_LENGTH - 1}}}")


class PageState(StrEnum):
    """Where the working copy of a page stands in one language. What is public lives on beside it."""

    PRIVATE = "private"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True)
class PageTransition:
    """One arrow of the workflow; `permission` is what it takes."""

    name: str
    sources: frozenset[PageState]
    target: PageState
    permission: str
    needs_public_version: bool = False


_P = PageState

PAGE_TRANSITIONS: tuple[PageTransition, ...] = (
    PageTransition("propose", frozenset({_P.PRIVATE, _P.UNPUBLISHED}), _P.PROPOSED, PAGE_EDIT),
    PageTransition("take_back", frozenset({_P.PROPOSED}), _P.PRIVATE, PAGE_EDIT),
    PageTransition("publish", frozenset({_P.PRIVATE, _P.PROPOSED, _P.UNPUBLISHED}), _P.PUBLISHED, PAGE_PUBLISH),
    PageTransition(
        "unpublish", frozenset({_P.PUBLISHED, _P.PRIVATE, _P.PROPOSED}), _P.UNPUBLISHED, PAGE_PUBLISH, needs_public_version=True
    ),
)


def page_transition(name: str) -> PageTransition:
    """Returns the transition of that name; each has one line in the table."""
    return next(arrow for arrow in PAGE_TRANSITIONS if arrow.name == name)


def open_page_transitions(state: PageState, permissions: frozenset[str], has_public_version: bool) -> tuple[PageTransition, ...]:
    """Returns what may be done from a state by somebody with these permissions."""
    return tuple(
        arrow
        for arrow in PAGE_TRANSITIONS
        if state in arrow.sources and arrow.permission in permissions and (has_public_version or not arrow.needs_public_version)
    )


def state_after_edit(state: PageState, *, same_as_public: bool) -> PageState:
    """Returns where a working copy stands once it was saved.

    Going back to the public words is being published again. A proposal stays one: whoever publishes says which version they have read.
    """
    if same_as_public:
        return PageState.PUBLISHED
    return PageState.PROPOSED if state is PageState.PROPOSED else PageState.PRIVATE


def child_path(parent: str, slug: str) -> str:
    """Returns the path of a page below another; the parent of a page at the root is the empty path."""
    return f"{parent}/{slug}"


def parent_paths(path: str) -> tuple[str, ...]:
    """Returns the paths above a path, the root's child first: `/a/b/c` → `/a`, `/a/b`."""
    parts = path.split("/")[1:-1]
    return tuple("/" + "/".join(parts[: number + 1]) for number in range(len(parts)))


def first_segment(path: str) -> str:
    """Returns the first word of a path, which may be the core's or a plugin's."""
    return path.split("/")[1] if path.startswith("/") else ""


def depth(path: str) -> int:
    """Returns how many pages deep a path is; a page at the root is one."""
    return path.count("/")
