"""Whoever may read a working copy may take it away, and whoever operates the site, who has the database; nothing is written but what was being typed."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import desk as queries
from app.db.models import Programme, Story, Workstream
from app.db.themes import living_themes
from app.kernel.access import Actor
from app.kernel.errors import Invalid, Refused
from app.services.desk import Desk
from app.services.passages import living_passages
from app.services.stories import delegations_of, member_story
from app.services.story_export.delegation import PROGRAMME, DelegationPart
from app.services.story_export.images import images_of
from app.services.story_export.naming import unique
from app.services.story_files import PhaseFile, ProgrammeFile, ThemeFile, WorkstreamFile, write_programme, write_story, write_territory


@dataclass(frozen=True)
class StoriesAsFiles:
    """What one folder holds.

    Args:
        texts: name in the folder → the text of the file.
        images: name in the folder → where the bytes stand.
        lost: (story's file, id) of images that a passage names and that are not there.
    """

    texts: Mapping[str, str]
    images: Mapping[str, Path]
    lost: tuple[tuple[str, str], ...]

    def write_folder(self, folder: Path) -> None:
        """Writes the files into a folder."""
        for name, text in self.texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        for name, place in self.images.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(place.read_bytes())

    def zip_pieces(self) -> Iterator[bytes]:
        """Yields an archive of the files piece by piece, so that no more than one picture is in memory; the same files give the same bytes."""
        out = _Pieces()
        with zipfile.ZipFile(out, "w") as archive:
            for name in (*sorted(self.texts), *sorted(self.images)):
                data = self.texts[name].encode() if name in self.texts else self.images[name].read_bytes()
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
                yield out.taken()
        yield out.taken()


class _Pieces:
    """Keeps what is written until it is taken; nobody can go back in it, as in a socket."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes, /) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """There is nowhere to hand anything on to."""

    def close(self) -> None:
        """There is nothing to let go of."""

    def taken(self) -> bytes:
        """Returns what was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def export_story(desk: Desk, actor: Actor, story_id: str, media: Path) -> StoriesAsFiles:
    """Returns a story of one of the actor's delegations as files, with the last words of every passage.

    Args:
        media: the site's media folder.

    Raises:
        NotFound: if the story does not exist, is in the trash, or is not one of the actor's delegations'.
        Refused: if several delegations tell it, which files cannot say.
    """
    with desk.reading() as session:
        telling = [passage.id for passage in living_passages(session, member_story(session, actor, story_id).id)]
    desk.seal(telling)
    with desk.reading() as session:
        return _as_files(session, [member_story(session, actor, story_id)], media)


def export_stories(desk: Desk, media: Path, slugs: Sequence[str] = ()) -> StoriesAsFiles:
    """Returns stories as files for whoever operates the site: those at some addresses, or all that are not in the trash.

    Raises:
        Invalid: for the field `story`, if there is none at an address.
        Refused: as `export_story`, or if two of the delegations are of one territory.
    """
    with desk.reading() as session:
        telling = [passage.id for story in _stories(session, slugs) for passage in living_passages(session, story.id)]
    desk.seal(telling)
    with desk.reading() as session:
        return _as_files(session, _stories(session, slugs), media)


def _stories(session: Session, slugs: Sequence[str]) -> list[Story]:
    rows = {row.slug: row for row in session.scalars(select(Story).where(Story.deleted_at.is_(None)))}
    for slug in slugs:
        if slug not in rows:
            raise Invalid("story", "unknown_choice", choice=slug)
    return [rows[slug] for slug in sorted(set(slugs) or rows)]


def _as_files(session: Session, stories: Sequence[Story], media: Path) -> StoriesAsFiles:
    copies = [_told(session, story) for story in stories]
    parts = [
        DelegationPart(session, [copy for copy in copies if copy.delegation.id == one])
        for one in unique(copy.delegation.id for copy in copies)
    ]
    _check_territories(parts)
    programmes = [session.get_one(Programme, one) for one in unique(part.programme for part in parts)]
    texts: dict[str, str] = {}
    for programme in sorted(programmes, key=lambda row: row.slug):
        name = PROGRAMME if len(programmes) == 1 else f"programmes/{programme.slug}.md"
        texts[name] = write_programme(_programme(session, programme, name))
    images: dict[str, Path] = {}
    lost: list[tuple[str, str]] = []
    for part in parts:
        territory = part.territory_file()
        texts[territory.file] = write_territory(territory)
        for copy in part.copies:
            entry = part.story_file(copy)
            pictures, found = images_of(session, copy, media)
            images |= found
            lost += [(entry.file, picture.id) for picture in pictures if picture.file is None]
            texts[entry.file] = write_story(replace(entry, images=pictures))
    return StoriesAsFiles(texts, images, tuple(lost))


def _told(session: Session, story: Story) -> queries.WorkingCopy:
    if len(delegations_of(session, story.id)) > 1:
        raise Refused("told_by_several", story=story.title)
    return queries.read_working_copy(session, story)


def _check_territories(parts: Iterable[DelegationPart]) -> None:
    seen: set[str] = set()
    for part in parts:
        if part.territory.id in seen:
            raise Refused("territory_twice", territory=part.territory.name)
        seen.add(part.territory.id)


# — the programme —


def _programme(session: Session, row: Programme, file: str) -> ProgrammeFile:
    streams = session.scalars(select(Workstream).where(Workstream.programme_id == row.id).order_by(Workstream.position))
    return ProgrammeFile(
        file,
        row.slug,
        row.name,
        row.description,
        tuple(PhaseFile(phase.key, phase.name, phase.description) for phase in queries.list_phases(session, row.id)),
        tuple(WorkstreamFile(stream.key, stream.name, stream.kind, stream.description) for stream in streams),
        tuple(ThemeFile(theme.key, theme.name) for theme in living_themes(session)),
    )
