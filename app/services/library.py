"""The media library: images that belong to the site or to a story, described, put into the trash and taken back; nothing is replaced, nothing is lost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.db.library import MediaUse, UseFinder, page_uses, passage_uses, public_media_clause, story_uses, used_clause
from app.db.models import Media, Story
from app.kernel.access import MEDIA_MANAGE, Actor
from app.kernel.errors import NotFound, Refused
from app.kernel.workflow import Capacity
from app.services.access import require
from app.services.checks import checked
from app.services.identity import read_identity
from app.services.media import ALT, CREDIT, PreparedImage, new_media
from app.services.stories import capacities_in_each
from app.services.unit_of_work import UnitOfWork

RIGHTS = 300
SOURCE = 400


@dataclass(frozen=True)
class MediaWords:
    """What is said of an image.

    Args:
        alt: what it shows, for who does not see it; empty for one that decorates.
        credit: who made it.
        rights: under what conditions it may be shown and used again.
        source: where it comes from: an address, an archive, an agreement.
    """

    alt: str
    credit: str
    rights: str = ""
    source: str = ""


def visible_clause(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Says which images somebody sees in the library: the site's own, what is public, and those of the stories that they may read; nothing else."""
    require(actor, MEDIA_MANAGE)
    return or_(Media.story_id.is_(None), public_media_clause(), Media.story_id.in_(readable_stories(session, actor)))


def readable_stories(session: Session, actor: Actor, ids: Collection[str] | None = None) -> list[str]:
    """Returns the stories with images whose working copy somebody may read: a member always, an editor once it was submitted."""
    query = select(Story.id, Story.submitted_version_id).where(Story.deleted_at.is_(None))
    query = query.where(Story.id.in_(select(Media.story_id).where(Media.story_id.is_not(None))) if ids is None else Story.id.in_(ids))
    submitted = {story_id: version is not None for story_id, version in session.execute(query)}
    capacities = capacities_in_each(session, actor, list(submitted))
    return sorted(
        story_id for story_id, own in capacities.items() if Capacity.MEMBER in own or (Capacity.EDITOR in own and submitted[story_id])
    )


def find_media(session: Session, actor: Actor, media_id: str, *, deleted: bool = False) -> Media:
    """Returns an image that somebody sees in the library.

    Raises:
        NotFound: if it does not exist, is (not) in the trash, or is of a story that they may not read.
    """
    trash = Media.deleted_at.is_not(None) if deleted else Media.deleted_at.is_(None)
    row = session.scalar(select(Media).where(Media.id == media_id, trash, visible_clause(session, actor)))
    if row is None:
        raise NotFound("media")
    return row


def add_to_library(uow: UnitOfWork, actor: Actor, image: PreparedImage, words: MediaWords) -> Media:
    """Adds a prepared image to the site's own, for pages; no story shows it.

    Raises:
        Refused: if the site has these very bytes already and they are not in the trash; two descriptions of one image would part.
    """
    require(actor, MEDIA_MANAGE)
    same = select(Media.id).where(Media.hash == image.hash, Media.story_id.is_(None), Media.deleted_at.is_(None))
    if uow.session.scalar(same.limit(1)):
        raise Refused("image_known")
    row = new_media(uow, actor, image, None)
    _describe(row, words)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "media.add", "media", row.id, hash=row.hash)
    return row


def describe_media(uow: UnitOfWork, actor: Actor, media_id: str, words: MediaWords) -> Media:
    """Changes what is said of an image from now on; words that were signed or published keep what was said when they were written."""
    row = find_media(uow.session, actor, media_id)
    before = (row.alt, row.credit, row.rights, row.source)
    _describe(row, words)
    changed = [name for name, old in zip(("alt", "credit", "rights", "source"), before, strict=True) if getattr(row, name) != old]
    if changed:
        uow.record(actor, "media.describe", "media", row.id, changed=changed)
    return row


def _describe(row: Media, words: MediaWords) -> None:
    """An image of a story is never without alternative and credit: its delegation had to give both."""
    told = row.story_id is not None
    row.alt = checked("alt", words.alt, ALT, required=told)
    row.credit = checked("credit", words.credit, CREDIT, required=told)
    row.rights = checked("rights", words.rights, RIGHTS)
    row.source = checked("source", words.source, SOURCE)


def trash_media(uow: UnitOfWork, actor: Actor, media_id: str) -> None:
    """Puts an image into the trash: it is offered no more, and what shows it goes on showing it.

    Raises:
        Refused: for an image of a story whose words use it; that is its delegation's to take out.
    """
    row = find_media(uow.session, actor, media_id)
    used = uow.session.scalar(select(Media.id).where(Media.id == row.id, used_clause()))
    if row.story_id is not None and used:
        raise Refused("image_used")
    row.deleted_at, row.deleted_by = uow.now, actor.account
    uow.record(actor, "media.delete", "media", row.id, story=row.story_id)


def restore_media(uow: UnitOfWork, actor: Actor, media_id: str) -> None:
    """Takes an image back from the trash, as it was."""
    row = find_media(uow.session, actor, media_id, deleted=True)
    row.deleted_at = row.deleted_by = None
    uow.record(actor, "media.restore", "media", row.id, story=row.story_id)


# — where images are used —


def identity_uses(session: Session, rows: Sequence[Media]) -> dict[str, list[MediaUse]]:
    """Finds the image that is the site's logo."""
    logo = read_identity(session).logo
    return {row.id: [MediaUse("identity", "", "", "fr", public=True)] for row in rows if logo is not None and row.hash == logo.hash}


def identity_hash(session: Session) -> str:
    """Returns the hash of the site's logo, or nothing."""
    logo = read_identity(session).logo
    return logo.hash if logo is not None else ""


# Each kind of place that can show an image has one function here.
USE_FINDERS: tuple[UseFinder, ...] = (story_uses, page_uses, identity_uses, passage_uses)
