"""Removes the files of images that nothing refers to any more: erased notebook photographs, replaced logos, uploads that were never kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Media, PageVersion, PassageRevision, PrivateMedia, PublicMedia
from app.services.identity import read_identity
from app.services.media import ORPHAN_MARK
from app.services.site import Site

GRACE_DAYS = 30
_HASH = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(rf"master|\d+\.webp|{re.escape(ORPHAN_MARK)}|\.(master|\d+\.webp)\.[0-9a-z]+")


@dataclass(frozen=True)
class Swept:
    """What a sweep found: images without a use that wait for the end of their grace, and what was removed, with its bytes; in a dry run, what would be."""

    waiting: int = 0
    removed: int = 0
    size: int = 0


def sweep_media(site: Site, *, days: int = GRACE_DAYS, dry_run: bool = False) -> Swept:
    """Marks the files that nothing refers to, and removes those that were marked long enough ago; what is used again loses its mark.

    It asks and removes under the write lock: no row can come to refer to a file in between.

    Args:
        days: how long a file stays after it was first found without a use.
        dry_run: only counts.
    """
    with site.writer.begin() as uow:
        used = used_hashes(uow.session)
        waiting = removed = size = 0
        for folder in stored_folders(site.settings.media_folder):
            if folder.name in used:
                _unmark(folder, dry_run=dry_run)
            elif not _is_over(folder, uow.now, days):
                waiting += 1
                if not dry_run and not (folder / ORPHAN_MARK).exists():
                    (folder / ORPHAN_MARK).touch()  # its time says since when
            else:
                removed, size = removed + 1, size + _weight(folder)
                if not dry_run:
                    _remove(folder)
        if removed and not dry_run:
            uow.record(None, "media.sweep", "site", "media", images=removed, bytes=size)
    return Swept(waiting, removed, size)


def used_hashes(session: Session) -> set[str]:
    """Returns every hash that something refers to: images of stories and of the library, in the trash too; notebooks; the logo; every version ever written."""
    found: set[str] = set()
    for column in (Media.hash, PrivateMedia.hash, PublicMedia.hash):
        found.update(session.scalars(select(column).distinct()))
    for kept in (PassageRevision.media, PageVersion.media):
        found.update(use["hash"] for uses in session.scalars(select(kept)) for use in uses or ())
    logo = read_identity(session).logo
    return found | {logo.hash} if logo is not None else found


def stored_folders(media_folder: Path) -> Iterator[Path]:
    """Yields the folder of each stored image; whatever else lies there is not ours to touch."""
    for folder in sorted(media_folder.glob("??/*")):
        if folder.is_dir() and not folder.is_symlink() and _HASH.fullmatch(folder.name) and folder.name.startswith(folder.parent.name):
            yield folder


def _is_over(folder: Path, now: datetime, days: int) -> bool:
    mark = folder / ORPHAN_MARK
    return mark.is_file() and datetime.fromtimestamp(mark.stat().st_mtime, UTC) + timedelta(days=days) <= now


def _unmark(folder: Path, *, dry_run: bool) -> None:
    if not dry_run:
        (folder / ORPHAN_MARK).unlink(missing_ok=True)


def _weight(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if _OURS.fullmatch(file.name))


def _remove(folder: Path) -> None:
    """Removes our files, and the folders that are empty then."""
    for file in list(folder.iterdir()):
        if _OURS.fullmatch(file.name):
            file.unlink()
    for place in (folder, folder.parent):
        if not any(place.iterdir()):
            place.rmdir()
