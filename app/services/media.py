"""Images: decoded, stripped of metadata, scaled and stored by the hash of their bytes before any transaction; shown only to who may see them."""

import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.config import MEBIBYTE
from app.db.library import on_public_page_clause
from app.db.models import Media, PassageRevision, PrivateMedia, PublicMedia, Story, StoryVersion
from app.db.restrictions import IMAGE, not_hidden_image_clause, not_restricted_clause, restrictions_on
from app.kernel.access import MEDIA_MANAGE, PAGE_EDIT, TRASH_MANAGE, Actor, permission_decision
from app.kernel.decision import Decision, no, yes
from app.kernel.errors import Invalid, NotFound
from app.kernel.ids import new_id
from app.services.checks import checked
from app.services.stories import rescued_story, visibility, writable_story, writing_decision
from app.services.unit_of_work import UnitOfWork

MOST_BYTES = 10 * MEBIBYTE
MOST_PIXELS = 40_000_000
MASTER_WIDTH = 2400
WIDTHS = (480, 960, 1600)
ALT = 400
CREDIT = 200
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# Phones write JPEG in a container of several pictures; the first is the photograph.
_ALIASES = {"MPO": "JPEG"}
_BARE_JFIF, _END_OF_JPEG = 14, b"\xff\xd9"
_CHUNKS_OF_PIXELS = {"PNG": {b"IHDR", b"IDAT", b"IEND"}, "WEBP": {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}}
ORPHAN_MARK = "orphan"
"""A file beside those of an image that nothing referred to when the last sweep looked."""
MOST_SIDE = 16_000  # WebP holds no side above 16,383 pixels


@dataclass(frozen=True)
class Rendition:
    """A scaled file: pixels wide and high, bytes."""

    width: int
    height: int
    size: int


@dataclass(frozen=True)
class PreparedImage:
    """An image whose files are on disk."""

    hash: str
    mime: str
    width: int
    height: int
    size: int
    renditions: tuple[Rendition, ...]


@dataclass(frozen=True)
class CleanImage:
    """An image of pixels alone, in memory; `hash` is that of the file that would be stored."""

    hash: str
    image: Image.Image
    kind: str
    master: bytes


def prepare_image(folder: Path, data: bytes) -> PreparedImage:
    """Cleans an image and writes it with its renditions below `folder`; to be called before the unit of work.

    Args:
        folder: the site's media folder.
        data: the uploaded file.

    Raises:
        Invalid: as `clean_image`.
    """
    return write_image(folder, clean_image(data))


def clean_image(data: bytes, *, as_it_is: bool = False) -> CleanImage:
    """Reads an image without trust; writes nothing.

    Args:
        as_it_is: keeps the bytes of a file that has nothing to clean, as of one that a site exported: encoding it anew would give it another hash.
            Such a file may be heavier than an upload.

    Raises:
        Invalid: for the field `image`, if it is empty, too heavy, too large, or not a JPEG, PNG or WebP image.
    """
    if not data:
        raise Invalid("image", "required")
    if len(data) > MOST_BYTES and not as_it_is:
        raise Invalid("image", "image_heavy", limit=MOST_BYTES // MEBIBYTE)
    image, kind = _decode(data)
    master = data if as_it_is and _has_nothing_to_clean(data, kind) else _encode(_scaled(image, MASTER_WIDTH), kind)
    return CleanImage(hashlib.sha256(master).hexdigest(), image, kind, master)


def _has_nothing_to_clean(data: bytes, kind: str) -> bool:
    """Tells whether a file holds one picture of a stored size, of that kind, and nothing beside its pixels: neither metadata nor a profile."""
    with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as opened:
        fits = opened.size == _scaled_size(opened, MASTER_WIDTH) and opened.mode in ("RGB", "RGBA")
        if opened.format != kind or not fits:
            return False
        if kind == "JPEG":
            marks = getattr(opened, "applist", [])
            return [name for name, _content in marks] == ["APP0"] and len(marks[0][1]) == _BARE_JFIF and data.endswith(_END_OF_JPEG)
    return set(_chunks(data, kind)) <= _CHUNKS_OF_PIXELS[kind]


def _chunks(data: bytes, kind: str) -> Iterator[bytes]:
    """Yields the names of the chunks that a PNG or WebP file consists of; what follows its end has a name of its own."""
    place = 8 if kind == "PNG" else 12
    while place < len(data):
        first, second = data[place : place + 4], data[place + 4 : place + 8]
        yield second if kind == "PNG" else first
        if kind == "PNG":
            place += 12 + int.from_bytes(first, "big")
        else:
            length = int.from_bytes(second, "little")
            place += 8 + length + length % 2


def write_image(folder: Path, clean: CleanImage) -> PreparedImage:
    """Writes a clean image with its renditions; what is there already stays."""
    image = clean.image
    target = image_folder(folder, clean.hash)
    target.mkdir(parents=True, exist_ok=True)
    (target / ORPHAN_MARK).unlink(missing_ok=True)  # somebody is about to use it: its grace begins anew
    _write(target / "master", clean.master)
    renditions = []
    for width in _widths(image.width):
        scaled = _scaled(image, width)
        encoded = _encode(scaled, "WEBP")
        _write(target / f"{scaled.width}.webp", encoded)
        renditions.append(Rendition(scaled.width, scaled.height, len(encoded)))
    master_size = _scaled_size(image, MASTER_WIDTH)
    return PreparedImage(clean.hash, _FORMATS[clean.kind], *master_size, len(clean.master), tuple(renditions))


def image_folder(folder: Path, content_hash: str) -> Path:
    """Returns where the files of an image stand."""
    return folder / content_hash[:2] / content_hash


def find_stored(folder: Path, content_hash: str) -> PreparedImage:
    """Returns an image whose files are there, by what they say of themselves.

    Raises:
        NotFound: if they are not.
    """
    place = image_folder(folder, content_hash)
    if not (place / "master").is_file():
        raise NotFound("media")
    with Image.open(place / "master", formats=tuple(_FORMATS)) as master:
        mime, width, height = _FORMATS[str(master.format)], master.width, master.height
    renditions = []
    for file in sorted(place.glob("*.webp"), key=lambda path: int(path.stem)):
        with Image.open(file, formats=("WEBP",)) as scaled:
            renditions.append(Rendition(scaled.width, scaled.height, file.stat().st_size))
    return PreparedImage(content_hash, mime, width, height, (place / "master").stat().st_size, tuple(renditions))


def _widths(width: int) -> list[int]:
    """Returns the widths to make: the usual ones that are smaller than the image, and the image's own up to the largest."""
    smaller = [candidate for candidate in WIDTHS if candidate < width]
    return [*smaller, min(width, WIDTHS[-1])] if width < WIDTHS[-1] else smaller or [width]


def _decode(data: bytes) -> tuple[Image.Image, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid("image", "image_large", limit=MOST_PIXELS // 1_000_000)
                kind = _ALIASES.get(opened.format or "", opened.format or "PNG")
                upright = ImageOps.exif_transpose(opened)
                has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
                bare = upright.convert("RGBA" if has_alpha else "RGB")
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid("image", "image_large", limit=MOST_PIXELS // 1_000_000) from error
    except Exception as error:  # a broken image may raise anything in the decoder: struct.error, KeyError, SyntaxError…
        raise Invalid("image", "image_unreadable") from error
    # A copy of the pixels alone: EXIF, GPS, comments, profiles and thumbnails stay behind.
    clean = Image.new(bare.mode, bare.size)
    clean.paste(bare)
    return clean, "PNG" if clean.mode == "RGBA" and kind == "JPEG" else kind


def _scaled_size(image: Image.Image, width: int) -> tuple[int, int]:
    share = min(1, width / image.width, MOST_SIDE / max(image.size))
    return max(1, round(image.width * share)), max(1, round(image.height * share))


def _scaled(image: Image.Image, width: int) -> Image.Image:
    size = _scaled_size(image, width)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def _encode(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        image.save(out, "JPEG", quality=88, optimize=True)
    elif kind == "PNG":
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "WEBP", quality=78, method=4)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{new_id()}")
    draft.write_bytes(data)
    draft.replace(path)


def new_media(uow: UnitOfWork, actor: Actor | None, image: PreparedImage, story_id: str | None) -> Media:
    """Returns the row of a prepared image, of which nothing is said yet; the caller has checked who asks, describes and adds it."""
    return Media(
        story_id=story_id,
        hash=image.hash,
        mime=image.mime,
        width=image.width,
        height=image.height,
        size=image.size,
        renditions=[[rendition.width, rendition.height, rendition.size] for rendition in image.renditions],
        created_at=uow.now,
        created_by=actor.account if actor else None,
    )


def add_image(uow: UnitOfWork, actor: Actor, story_id: str, image: PreparedImage, alt: str, credit: str) -> Media:
    """Adds a prepared image to a story; alternative text and credit are required."""
    writable_story(uow.session, actor, story_id)
    row = new_media(uow, actor, image, story_id)
    row.alt = checked("alt", alt, ALT, required=True)
    row.credit = checked("credit", credit, CREDIT, required=True)
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "media.add", "media", row.id, story=story_id, hash=row.hash)
    return row


def image_deletion(session: Session, actor: Actor, image: Media, story: Story | None) -> Decision:
    """Decides whether an image may be taken out of its story's list."""
    if image.deleted_at is not None:
        return no(NotFound("media"), "in_trash")
    return writing_decision(session, actor, story)


def delete_image(uow: UnitOfWork, actor: Actor, media_id: str) -> None:
    """Takes an image out of a story's list; versions that use it keep it."""
    row = uow.session.get(Media, media_id)
    if row is None or row.story_id is None:
        raise NotFound("media")
    image_deletion(uow.session, actor, row, uow.session.get(Story, row.story_id)).demand()
    row.deleted_at, row.deleted_by = uow.now, actor.account
    uow.record(actor, "media.delete", "media", row.id, story=row.story_id)


def restore_image(uow: UnitOfWork, actor: Actor, media_id: str) -> None:
    """Takes an image back into its story's list, or into the site's library."""
    row = uow.session.get(Media, media_id)
    if row is None or row.deleted_at is None:
        raise NotFound("media")
    if row.story_id is not None:
        rescued_story(uow.session, actor, row.story_id)
    elif not actor.may(MEDIA_MANAGE) and not actor.may(TRASH_MANAGE):
        raise NotFound("media")
    row.deleted_at = row.deleted_by = None
    uow.record(actor, "media.restore", "media", row.id, story=row.story_id)


def readable_file(session: Session, actor: Actor | None, folder: Path, content_hash: str, width: int) -> Path:
    """Returns the file of a rendition that the reader may see.

    Raises:
        NotFound: if there is none, or it belongs only to stories that the reader may not see, or to the site and to no public page.
    """
    image_decision(session, actor, content_hash).demand()
    path = folder / content_hash[:2] / content_hash / f"{width}.webp"
    if not path.is_file():
        raise NotFound("media")
    return path


def is_public(session: Session, content_hash: str) -> bool:
    """Tells whether an image is part of something public that nothing hides: a story, or a page."""
    shown = not_hidden_image_clause(PublicMedia.hash), not_restricted_clause("story", PublicMedia.story_id)
    in_story = select(PublicMedia.story_id).where(PublicMedia.hash == content_hash, *shown)
    on_page = select(Media.id).where(Media.hash == content_hash, on_public_page_clause(), not_hidden_image_clause(Media.hash))
    return session.scalar(in_story.limit(1)) is not None or session.scalar(on_page.limit(1)) is not None


def image_decision(session: Session, actor: Actor | None, content_hash: str) -> Decision:
    """Decides whether somebody may see an image: everybody one that is public, others who may read a working copy that has it."""
    if is_public(session, content_hash):
        return yes("public_image")
    refusal = no(NotFound("media"), "not_signed_in" if actor is None else "does_not_exist")
    hiding = [
        row
        for media_id in session.scalars(select(Media.id).where(Media.hash == content_hash))
        for row in restrictions_on(session, IMAGE, media_id)
    ]
    if hiding:
        refusal = no(NotFound("media"), "restricted", restrictions=tuple(hiding))
    if actor is None:
        return refusal
    own = select(PrivateMedia.id).where(PrivateMedia.hash == content_hash, PrivateMedia.account_id == actor.account)
    if session.scalar(own.limit(1)) is not None:
        return yes("own_image")
    for story_id in session.scalars(select(Media.story_id).where(Media.hash == content_hash).distinct()):
        if story_id is None:
            library = permission_decision(actor, MEDIA_MANAGE, ())
            seen = library if library.allowed else permission_decision(actor, PAGE_EDIT, ())
        else:
            seen = visibility(session, actor, session.get(Story, story_id))
        if seen.allowed:
            return seen
        refusal = no(NotFound("media"), seen.because, **seen.facts)
    return refusal


def publish_media(uow: UnitOfWork, story: Story) -> None:
    """Lists the images of a story's published version as public, and no others of that story."""
    withdraw_media(uow, story)
    version = uow.session.get_one(StoryVersion, story.published_version_id)
    hashes = [pin["hash"] for pin in version.manifest["passages"]]
    used = uow.session.scalars(select(PassageRevision.media).where(PassageRevision.hash.in_(hashes)))
    for media_hash in sorted({use["hash"] for uses in used for use in uses}):
        uow.session.add(PublicMedia(story_id=story.id, hash=media_hash))


def withdraw_media(uow: UnitOfWork, story: Story) -> None:
    """Lists no image of a story as public any more."""
    uow.session.execute(delete(PublicMedia).where(PublicMedia.story_id == story.id))
