"""Images of somebody's notebook: theirs alone to see, and theirs to give to a story; cleaned as every image is, before any transaction."""

from sqlalchemy.orm import Session

from app.db.models import Media, PrivateMedia
from app.kernel.access import Actor
from app.kernel.errors import NotFound
from app.services.media import PreparedImage, Rendition, add_image
from app.services.unit_of_work import UnitOfWork


def keep_private_image(uow: UnitOfWork, actor: Actor, image: PreparedImage) -> PrivateMedia:
    """Keeps a prepared image for the actor alone; no alternative text is asked until it is given to a story."""
    row = PrivateMedia(
        account_id=actor.account,
        hash=image.hash,
        mime=image.mime,
        width=image.width,
        height=image.height,
        size=image.size,
        renditions=[[rendition.width, rendition.height, rendition.size] for rendition in image.renditions],
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "private_media.add", "private_media", row.id)
    return row


def find_private_image(session: Session, actor: Actor, image_id: str) -> PrivateMedia:
    """Returns one of the actor's own images.

    Raises:
        NotFound: if it does not exist, or is somebody else's.
    """
    row = session.get(PrivateMedia, image_id)
    if row is None or row.account_id != actor.account:
        raise NotFound("media")
    return row


def give_private_image(uow: UnitOfWork, actor: Actor, image_id: str, story_id: str, alt: str, credit: str) -> Media:
    """Adds one of the actor's own images to a story that they may change now; what it shows and whose it is must be said."""
    row = find_private_image(uow.session, actor, image_id)
    renditions = tuple(Rendition(*numbers) for numbers in row.renditions)
    image = PreparedImage(row.hash, row.mime, row.width, row.height, row.size, renditions)
    return add_image(uow, actor, story_id, image, alt, credit)


def drop_private_image(uow: UnitOfWork, actor: Actor | None, image_id: str) -> None:
    """Forgets an image of a notebook; stories to which it was given keep theirs. Nobody can reach its file any more unless a story uses it.

    Args:
        actor: whose image it is; None for a job that empties what its writer threw away.
    """
    row = uow.session.get(PrivateMedia, image_id) if actor is None else find_private_image(uow.session, actor, image_id)
    if row is None:
        return
    uow.session.delete(row)
    uow.record(actor, "private_media.drop", "private_media", image_id)
