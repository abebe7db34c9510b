"""Who cites what: what a thing is cited by, and which public links lead nowhere; private words of a delegation are never named here."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.db.models import ContentLink, Media, Page, PageAddress, PageText, PageVersion, Story, StoryAddress, StoryVersion, Territory
from app.db.pages import present_paths
from app.db.reading import public_story_clause
from app.kernel.links import TargetKind


@dataclass(frozen=True)
class Citing:
    """A text that cites something: its kind and id, its title with its language, and whether the public reads it."""

    kind: str
    id: str
    title: str
    lang: str
    public: bool
    slug: str = ""


@dataclass(frozen=True)
class CitingLink:
    """A link as it stands in a text: what was written, and where."""

    citing: Citing
    address: str
    why: str = ""


def cited_by(session: Session, kind: TargetKind, keys: Collection[str], *, working: bool = False) -> list[Citing]:
    """Returns what cites a thing by any of its keys, each text once.

    Args:
        working: also name working copies of pages, for whoever may write them; those of stories are their delegations' own and stay unnamed.
    """
    condition = and_(ContentLink.target_kind == kind, ContentLink.target_key.in_(keys))
    return list(dict.fromkeys(link.citing for link in _links(session, condition, working=working)))


def _without_copies(links: list[tuple[CitingLink, tuple[str, str]]]) -> list[tuple[CitingLink, tuple[str, str]]]:
    """Leaves out what a working copy cites where the public words of the same text cite it too."""
    public = {(link.citing.kind, link.citing.id, link.citing.lang, key) for link, key in links if link.citing.public}
    return [
        (link, key) for link, key in links if link.citing.public or (link.citing.kind, link.citing.id, link.citing.lang, key) not in public
    ]


def page_cited_by(session: Session, page_id: str, *, working: bool = False) -> list[Citing]:
    """Returns what cites a page, by any path that it ever had; itself left out."""
    found = cited_by(session, TargetKind.PATH, page_paths(session, [page_id]), working=working)
    return [citing for citing in found if (citing.kind, citing.id) != ("page", page_id)]


def story_cited_by(session: Session, story_id: str, *, working: bool = False) -> list[Citing]:
    """Returns what cites a story, by any address that it ever had; itself left out."""
    slugs = list(session.scalars(select(StoryAddress.slug).where(StoryAddress.story_id == story_id)))
    found = cited_by(session, TargetKind.STORY, slugs, working=working)
    return [citing for citing in found if (citing.kind, citing.id) != ("story", story_id)]


def page_paths(session: Session, page_ids: Collection[str]) -> list[str]:
    """Returns every path that pages ever had."""
    return list(session.scalars(select(PageAddress.path).where(PageAddress.page_id.in_(page_ids))))


def breaking_without(session: Session, page_ids: Collection[str]) -> list[CitingLink]:
    """Returns the public links that would lead nowhere without these pages; links of the pages themselves are left out."""
    condition = and_(ContentLink.target_kind == TargetKind.PATH, ContentLink.target_key.in_(page_paths(session, page_ids)))
    return [link for link in _links(session, condition) if link.citing.kind != "page" or link.citing.id not in page_ids]


def breaking_without_story(session: Session, story_id: str) -> list[CitingLink]:
    """Returns the public links that would lead nowhere without a story; its own are left out."""
    slugs = list(session.scalars(select(StoryAddress.slug).where(StoryAddress.story_id == story_id)))
    condition = and_(ContentLink.target_kind == TargetKind.STORY, ContentLink.target_key.in_(slugs))
    return [link for link in _links(session, condition) if (link.citing.kind, link.citing.id) != ("story", story_id)]


def broken_links(session: Session, answers: Callable[[str], bool]) -> list[CitingLink]:
    """Returns every link of a public text, or of a page's working copy, whose target of this site is not there or not public; `why` says which.

    Args:
        answers: tells whether a path that is no page's is a place of the site.
    """
    query = select(ContentLink.target_kind, ContentLink.target_key).where(ContentLink.target_kind != TargetKind.EXTERNAL).distinct()
    wanted: dict[str, set[str]] = {}
    for kind, key in session.execute(query):
        wanted.setdefault(kind, set()).add(key)
    faults = _faults(session, wanted, answers)
    if not faults:
        return []
    condition = or_(
        *(
            and_(ContentLink.target_kind == kind, ContentLink.target_key.in_([key for of, key in faults if of == kind]))
            for kind in {kind for kind, _key in faults}
        )
    )
    return [
        CitingLink(link.citing, link.address, faults[key]) for link, key in _keyed_links(session, condition, working=True) if key in faults
    ]


def _faults(session: Session, wanted: dict[str, set[str]], answers: Callable[[str], bool]) -> dict[tuple[str, str], str]:
    """Returns (kind, key) → why, for each target that is not there (`missing`), or not public (`private`)."""
    faults: dict[tuple[str, str], str] = {}
    pages = present_paths(session, wanted.get(TargetKind.PATH, set()))
    for path in wanted.get(TargetKind.PATH, ()):
        if path not in pages and not answers(path):
            faults[TargetKind.PATH, path] = "missing"
        elif path in pages and pages[path] is None:
            faults[TargetKind.PATH, path] = "private"
    slugs = wanted.get(TargetKind.STORY, set())
    rows = session.execute(
        select(StoryAddress.slug, public_story_clause()).join(Story, Story.id == StoryAddress.story_id).where(StoryAddress.slug.in_(slugs))
    )
    stories = {slug: public for slug, public in rows}
    faults |= {(TargetKind.STORY, slug): "private" if slug in stories else "missing" for slug in slugs if not stories.get(slug)}
    for kind, column, alive in (
        (TargetKind.TERRITORY, Territory.slug, Territory.id.is_not(None)),
        (TargetKind.MEDIA, Media.id, Media.deleted_at.is_(None)),
    ):
        keys = wanted.get(kind, set())
        there = set(session.scalars(select(column).where(column.in_(keys), alive)))
        faults |= {(kind, key): "missing" for key in keys - there}
    return faults


def _links(session: Session, condition: ColumnElement[bool], *, working: bool = False) -> list[CitingLink]:
    return [link for link, _key in _keyed_links(session, condition, working=working)]


def _keyed_links(session: Session, condition: ColumnElement[bool], *, working: bool = False) -> list[tuple[CitingLink, tuple[str, str]]]:
    """Returns links with what they lead to. Passages are left out: whoever may read them finds them in their story."""
    wanted = select(ContentLink).where(condition, ContentLink.source_kind != "passage")
    if not working:
        wanted = wanted.where(ContentLink.public.is_(True))
    rows = list(session.scalars(wanted.order_by(ContentLink.source_kind, ContentLink.public.desc(), ContentLink.id)))
    names = _names(session, rows)
    found = []
    for row in rows:
        citing = names.get((row.source_kind, row.source_id, row.lang, row.public))
        if citing is not None:
            found.append((CitingLink(citing, row.address), (row.target_kind, row.target_key)))
    return _without_copies(found)


def _names(session: Session, rows: Collection[ContentLink]) -> dict[tuple[str, str, str, bool], Citing]:
    """Returns what citing texts are called, by kind, id, language and whether they are public."""
    ids = {kind: {row.source_id for row in rows if row.source_kind == kind} for kind in ("page", "story", "territory")}
    names: dict[tuple[str, str, str, bool], Citing] = {}
    if ids["page"]:
        for public, column in ((True, PageText.published_version_id), (False, PageText.version_id)):
            query = (
                select(PageText, PageVersion.title, Page.path)
                .join(PageVersion, PageVersion.id == column)
                .join(Page, Page.id == PageText.page_id)
                .where(PageText.page_id.in_(ids["page"]), Page.deleted_at.is_(None))
            )
            for text, title, path in session.execute(query):
                names["page", text.page_id, text.lang, public] = Citing("page", text.page_id, title, text.lang, public, path)
    if ids["story"]:
        stories = select(Story, StoryVersion.manifest).join(StoryVersion, StoryVersion.id == Story.published_version_id)
        for story, manifest in session.execute(stories.where(Story.id.in_(ids["story"]), public_story_clause())):
            names["story", story.id, "", True] = Citing("story", story.id, str(manifest["title"]), story.lang, True, story.slug)
    for territory in session.scalars(select(Territory).where(Territory.id.in_(ids["territory"]))) if ids["territory"] else ():
        names["territory", territory.id, "", True] = Citing("territory", territory.id, territory.name, "fr", True, territory.slug)
    return names
