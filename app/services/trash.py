"""One trash for everything: the kinds of things that can be put there, what of them somebody may see, and how each is taken back; every service keeps its own rights."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.trash import (
    Trashed,
    trashed_images,
    trashed_library,
    trashed_moments,
    trashed_pages,
    trashed_passages,
    trashed_stories,
    trashed_themes,
)
from app.kernel.access import MEDIA_MANAGE, PAGE_EDIT, PROGRAMME_MANAGE, TRASH_MANAGE, Actor
from app.kernel.errors import NotAllowed, NotFound
from app.services.media import restore_image
from app.services.moments import restore_moment
from app.services.pages import restore_page
from app.services.passages import restore_passage
from app.services.stories import restore_story
from app.services.themes import restore_theme
from app.services.unit_of_work import UnitOfWork

# Who has any of these sees the site's trash; each kind then shows what is theirs.
TRASH_PERMISSIONS = (TRASH_MANAGE, PROGRAMME_MANAGE, MEDIA_MANAGE, PAGE_EDIT)


@dataclass(frozen=True)
class TrashKind:
    """A kind of thing that can be in the trash.

    Args:
        name: its key in addresses.
        of_site: returns what of it somebody sees in the site's trash.
        restore: takes one back; refuses whoever may not.
        of_delegation: returns what of it is a delegation's, for its members; None for what delegations have not.
    """

    name: str
    of_site: Callable[[Session, Actor], list[Trashed]]
    restore: Callable[[UnitOfWork, Actor, str], object]
    of_delegation: Callable[[Session, str], list[Trashed]] | None = None


def _managed(actor: Actor) -> bool:
    return actor.may(TRASH_MANAGE)


def _stories(session: Session, actor: Actor) -> list[Trashed]:
    """A draft is there, from where and since when; its words, its title among them, are its delegation's."""
    return trashed_stories(session) if _managed(actor) else []


def _passages(session: Session, actor: Actor) -> list[Trashed]:
    return trashed_passages(session) if _managed(actor) else []


def _moments(session: Session, actor: Actor) -> list[Trashed]:
    return trashed_moments(session) if _managed(actor) else []


def _images(session: Session, actor: Actor) -> list[Trashed]:
    own = trashed_library(session) if _managed(actor) or actor.may(MEDIA_MANAGE) else []
    return sorted([*own, *(trashed_images(session) if _managed(actor) else [])], key=lambda row: row.at, reverse=True)


def _themes(session: Session, actor: Actor) -> list[Trashed]:
    return trashed_themes(session) if _managed(actor) or actor.may(PROGRAMME_MANAGE) else []


def _pages(session: Session, actor: Actor) -> list[Trashed]:
    return trashed_pages(session) if actor.may(PAGE_EDIT) else []


KINDS: tuple[TrashKind, ...] = (
    TrashKind("story", _stories, restore_story, trashed_stories),
    TrashKind("passage", _passages, restore_passage, trashed_passages),
    TrashKind("moment", _moments, restore_moment, trashed_moments),
    TrashKind("image", _images, restore_image, trashed_images),
    TrashKind("page", _pages, restore_page),
    TrashKind("theme", _themes, restore_theme),
)


def site_trash(session: Session, actor: Actor) -> list[tuple[str, list[Trashed]]]:
    """Returns, kind by kind, what of the site's trash somebody sees, the latest first; kinds of which nothing is there are left out.

    Raises:
        NotAllowed: if nothing of it could be theirs.
    """
    if not any(actor.may(permission) for permission in TRASH_PERMISSIONS):
        raise NotAllowed("needs_permission", permission=TRASH_MANAGE)
    return [(kind.name, found) for kind in KINDS if (found := kind.of_site(session, actor))]


def delegation_trash(session: Session, actor: Actor, delegation_id: str) -> list[tuple[str, list[Trashed]]]:
    """Returns, kind by kind, what a delegation has in the trash, for one of its members.

    Raises:
        NotFound: if it is not a delegation of the actor's.
    """
    if delegation_id not in actor.writing_delegations:
        raise NotFound("delegation")
    return [
        (kind.name, found) for kind in KINDS if kind.of_delegation is not None and (found := kind.of_delegation(session, delegation_id))
    ]


def restore(uow: UnitOfWork, actor: Actor, kind_name: str, thing_id: str) -> None:
    """Takes a thing back from the trash, by the service that it belongs to.

    Raises:
        NotFound: if there is no such kind, or nothing of it there that the actor may know of.
    """
    kind = next((kind for kind in KINDS if kind.name == kind_name), None)
    if kind is None:
        raise NotFound("page")
    kind.restore(uow, actor, thing_id)
