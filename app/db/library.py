"""What the media library reads: images with who shows them, and where each is used; the callers say which images somebody may see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.db.models import ContentLink, Media, Page, PageText, PageVersion, Passage, PublicMedia, Story, StoryVersion
from app.db.pages import public_page_clause
from app.db.reading import public_story_clause
from app.db.restrictions import not_hidden_image_clause, not_restricted_clause
from app.kernel.links import TargetKind

PAGE_SIZE = 24
ORPHANS, NO_ALT, NO_CREDIT, NO_RIGHTS = "orphelines", "sans-alternative", "sans-credit", "sans-droits"
GAPS = (ORPHANS, NO_ALT, NO_CREDIT, NO_RIGHTS)


@dataclass(frozen=True)
class MediaUse:
    """A place that shows an image.

    Args:
        kind: `passage` (a working copy), `story` (its public version), `page`, or `identity` (the site's logo).
        title: what the place is called, empty for the site's identity.
        public: whether the public sees the image there.
        key: slug of a story or path of a page, by which it is opened; empty where there is nothing to open.
    """

    kind: str
    id: str
    title: str
    lang: str
    public: bool
    key: str = ""


UseFinder = Callable[[Session, Sequence[Media]], dict[str, list[MediaUse]]]


def used_clause() -> ColumnElement[bool]:
    """Images that some text shows, or the site's identity: what is left are orphans."""
    cited = exists().where(ContentLink.target_kind == TargetKind.MEDIA, ContentLink.target_key == Media.id).correlate(Media)
    shown = exists().where(PublicMedia.hash == Media.hash).correlate(Media)
    return or_(cited, shown)


def public_media_clause() -> ColumnElement[bool]:
    """Images that the public sees: in a public story, or by a public page."""
    in_story = exists().where(PublicMedia.hash == Media.hash, not_restricted_clause("story", PublicMedia.story_id)).correlate(Media)
    return and_(or_(in_story, on_public_page_clause()), not_hidden_image_clause(Media.hash))


def on_public_page_clause() -> ColumnElement[bool]:
    """Images of the library that a public page shows."""
    cited = (
        select(ContentLink.id)
        .join(Page, Page.id == ContentLink.source_id)
        .where(
            ContentLink.source_kind == "page",
            ContentLink.public.is_(True),
            ContentLink.target_kind == TargetKind.MEDIA,
            ContentLink.target_key == Media.id,
            public_page_clause(),
        )
    )
    return and_(Media.story_id.is_(None), cited.correlate(Media).exists())


def gap_clause(gap: str, identity_hash: str = "") -> ColumnElement[bool]:
    """Images with a gap: nobody shows them, or something is not said of them.

    Raises:
        KeyError: if there is no such gap.
    """
    return {
        ORPHANS: and_(~used_clause(), Media.hash != identity_hash),
        NO_ALT: Media.alt == "",
        NO_CREDIT: Media.credit == "",
        NO_RIGHTS: Media.rights == "",
    }[gap]


@dataclass(frozen=True)
class MediaCount:
    """How many images, and their bytes with all renditions."""

    number: int
    size: int


@dataclass(frozen=True)
class MediaLine:
    """An image in the library, with the story it was given to and where it is used."""

    media: Media
    story: Story | None
    uses: tuple[MediaUse, ...]

    @property
    def weight(self) -> int:
        """Bytes of the file and of all its renditions."""
        return weight_of(self.media)

    @property
    def is_public(self) -> bool:
        return any(use.public for use in self.uses)


def weight_of(media: Media) -> int:
    """Returns the bytes of an image with all its renditions."""
    return int(media.size + sum(size for _width, _height, size in media.renditions))


@dataclass(frozen=True)
class MediaPosition:
    """Where a page of the library ends: the instant and id of its last image."""

    at: datetime
    id: str


def list_media(
    session: Session,
    visible: ColumnElement[bool],
    *,
    where: Iterable[ColumnElement[bool]] = (),
    after: MediaPosition | None = None,
    limit: int = PAGE_SIZE,
    finders: Sequence[UseFinder] = (),
) -> tuple[list[MediaLine], MediaPosition | None]:
    """Returns the images that somebody may see, newest first, and where to go on, or None at the end."""
    query = _living(visible, where).order_by(Media.created_at.desc(), Media.id.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(or_(Media.created_at < after.at, and_(Media.created_at == after.at, Media.id < after.id)))
    rows = list(session.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return lines_of(session, rows[:limit], finders), MediaPosition(last.created_at, last.id) if last is not None else None


def _living(visible: ColumnElement[bool], where: Iterable[ColumnElement[bool]]) -> Select[Media]:
    return select(Media).where(Media.deleted_at.is_(None), visible, *where)


def lines_of(session: Session, rows: Sequence[Media], finders: Sequence[UseFinder]) -> list[MediaLine]:
    """Returns images with their stories and uses, in a fixed number of queries."""
    ids = {row.story_id for row in rows if row.story_id}
    stories = {story.id: story for story in session.scalars(select(Story).where(Story.id.in_(ids)))} if ids else {}
    uses: dict[str, list[MediaUse]] = {}
    for find in finders:
        for media_id, found in find(session, rows).items():
            uses.setdefault(media_id, []).extend(found)
    return [MediaLine(row, stories.get(row.story_id or ""), tuple(uses.get(row.id, ()))) for row in rows]


def count_media(session: Session, visible: ColumnElement[bool], where: Iterable[ColumnElement[bool]] = ()) -> MediaCount:
    """Returns how many images somebody may see, and what they weigh, files and renditions."""
    rows = session.execute(select(Media.size, Media.renditions).where(Media.deleted_at.is_(None), visible, *where)).all()
    return MediaCount(len(rows), sum(size + sum(part for _w, _h, part in renditions) for size, renditions in rows))


# — where an image is used, one function for each kind of place —


def passage_uses(session: Session, rows: Sequence[Media]) -> dict[str, list[MediaUse]]:
    """Finds the working copies of passages that show images; named by the story's title, not by their words."""
    query = (
        select(ContentLink.target_key, Passage.id, Story)
        .join(Passage, Passage.id == ContentLink.source_id)
        .join(Story, Story.id == Passage.story_id)
        .where(*_cites(rows), ContentLink.source_kind == "passage", Passage.deleted_at.is_(None))
        .order_by(Passage.position)
    )
    found: dict[str, list[MediaUse]] = {}
    for key, passage_id, story in session.execute(query):
        found.setdefault(key, []).append(MediaUse("passage", passage_id, story.title, story.lang, public=False))
    return found


def story_uses(session: Session, rows: Sequence[Media]) -> dict[str, list[MediaUse]]:
    """Finds the public stories that show images."""
    query = (
        select(ContentLink.target_key, Story, StoryVersion.manifest)
        .join(Story, Story.id == ContentLink.source_id)
        .join(StoryVersion, StoryVersion.id == Story.published_version_id)
        .where(*_cites(rows), ContentLink.source_kind == "story", ContentLink.public.is_(True), public_story_clause())
    )
    found: dict[str, list[MediaUse]] = {}
    for key, story, manifest in session.execute(query):
        found.setdefault(key, []).append(
            MediaUse("story", story.id, str(manifest["title"]), str(manifest["lang"]), public=True, key=story.slug)
        )
    return found


def page_uses(session: Session, rows: Sequence[Media]) -> dict[str, list[MediaUse]]:
    """Finds the pages that show images, in public or in their working copies."""
    found: dict[str, list[MediaUse]] = {}
    for public, column in ((True, PageText.published_version_id), (False, PageText.version_id)):
        query = (
            select(ContentLink.target_key, Page, PageVersion)
            .join(Page, Page.id == ContentLink.source_id)
            .join(PageText, and_(PageText.page_id == Page.id, PageText.lang == ContentLink.lang))
            .join(PageVersion, PageVersion.id == column)
            .where(*_cites(rows), ContentLink.source_kind == "page", ContentLink.public.is_(public), Page.deleted_at.is_(None))
        )
        for key, page, version in session.execute(query):
            found.setdefault(key, []).append(MediaUse("page", page.id, version.title, version.lang, public, page.path if public else ""))
    return found


def _cites(rows: Sequence[Media]) -> tuple[ColumnElement[bool], ...]:
    return ContentLink.target_kind == TargetKind.MEDIA, ContentLink.target_key.in_([row.id for row in rows])
