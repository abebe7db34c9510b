"""The images of a story: which there are, and where their files stand."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.models import Media
from app.services.media import image_folder
from app.services.story_export.naming import unique
from app.services.story_files import ImageFile

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def images_of(session: Session, copy: queries.WorkingCopy, media: Path) -> tuple[tuple[ImageFile, ...], dict[str, Path]]:
    """Returns a story's images, those that passages name first, and where their files stand; one that is named and not there is said to be lost."""
    pieces = (piece for line in copy.lines if line.revision for piece in line.revision.fragment if isinstance(piece, list))
    named = unique(str(piece[1]) for piece in pieces if piece[0] == "image")
    rows = {row.id: row for row in session.scalars(select(Media).where(Media.story_id == copy.story.id))}
    listed = sorted(row.id for row in rows.values() if row.deleted_at is None and row.id not in named)
    pictures: list[ImageFile] = []
    found: dict[str, Path] = {}
    for media_id in [*named, *listed]:
        row = rows.get(media_id)
        place = image_folder(media, row.hash) / "master" if row else None
        name = f"images/{row.hash}.{EXTENSIONS[row.mime]}" if row and place and place.is_file() else None
        if name is not None and place is not None:
            found[name] = place
        pictures.append(
            ImageFile(media_id, name, row.alt, row.credit, row.rights, row.source) if row else ImageFile(media_id, None, "", "")
        )
    return tuple(pictures), found
