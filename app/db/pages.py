"""What pages are read with: the public's clause, addresses, the tree, versions; a page costs a fixed number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from app.db.models import Page, PageAddress, PageText, PageVersion
from app.db.restrictions import not_restricted_clause
from app.kernel.pages import parent_paths


def public_page_clause() -> ColumnElement[bool]:
    """The one clause that says which pages the public may know of: those with a public text in some language that nothing hides.

    Every list, menu and link goes through it.
    """
    has_text = exists().where(PageText.page_id == Page.id, PageText.published_version_id.is_not(None)).correlate(Page)
    return and_(Page.deleted_at.is_(None), has_text, not_restricted_clause("page", Page.id))


@dataclass(frozen=True)
class PublicPage:
    """A page with its public versions by language."""

    page: Page
    versions: dict[str, PageVersion]

    def best(self, lang: str, fallback: str) -> PageVersion:
        """Returns the version of a language, else of the site's, else any."""
        return self.versions.get(lang) or self.versions.get(fallback) or next(iter(self.versions.values()))


def find_page(session: Session, path: str) -> Page | None:
    """Returns the page that has or had a path, public or not."""
    return session.scalar(select(Page).join(PageAddress, PageAddress.page_id == Page.id).where(PageAddress.path == path))


def public_pages(session: Session, *conditions: ColumnElement[bool]) -> list[PublicPage]:
    """Returns the public pages that fulfil conditions, in the order of their tree."""
    query = (
        select(Page, PageVersion)
        .join(PageText, PageText.page_id == Page.id)
        .join(PageVersion, PageVersion.id == PageText.published_version_id)
        .where(public_page_clause(), *conditions)
        .order_by(Page.position, Page.id)
    )
    found: dict[str, PublicPage] = {}
    for page, version in session.execute(query):
        found.setdefault(page.id, PublicPage(page, {})).versions[version.lang] = version
    return list(found.values())


def find_public(session: Session, page_id: str) -> PublicPage | None:
    """Returns a page's public versions, or None if it has none."""
    return next(iter(public_pages(session, Page.id == page_id)), None)


def public_above(session: Session, page: Page) -> list[PublicPage]:
    """Returns the public pages above a page, the uppermost first; one that is not public is left out."""
    paths = parent_paths(page.path)
    return sorted(public_pages(session, Page.path.in_(paths)), key=lambda found: len(found.page.path)) if paths else []


def public_children(session: Session, page_id: str) -> list[PublicPage]:
    """Returns the public pages directly below a page."""
    return public_pages(session, Page.parent_id == page_id)


def present_paths(session: Session, paths: Collection[str]) -> dict[str, str | None]:
    """Returns, for each path that is or was a page's, its present path, or None where the page is not public; other paths are left out."""
    if not paths:
        return {}
    query = select(PageAddress.path, Page.path, public_page_clause()).join(Page, Page.id == PageAddress.page_id)
    return {old: new if public else None for old, new, public in session.execute(query.where(PageAddress.path.in_(paths)))}


# — the working side; the callers have checked who may see it —


@dataclass
class Node:
    """A page of the tree with its texts by language (state and working title), and the pages below it."""

    page: Page
    texts: dict[str, PageText]
    titles: dict[str, str]
    children: list["Node"] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        return self.page.deleted_at is None and any(text.published_version_id for text in self.texts.values())

    def title(self, lang: str, fallback: str) -> tuple[str, str]:
        """Returns (title, its language): of a language, else of the site's, else any."""
        chosen = next((code for code in (lang, fallback) if code in self.titles), None) or next(iter(self.titles), "")
        return self.titles.get(chosen, self.page.slug), chosen or fallback

    def walk(self) -> Iterable["Node"]:
        """Yields the node and everything below it, as it is read."""
        yield self
        for child in self.children:
            yield from child.walk()


def page_nodes(session: Session, *conditions: ColumnElement[bool]) -> dict[str, Node]:
    """Returns pages by id, each with its texts, without their places in the tree."""
    query = (
        select(Page, PageText, PageVersion.title)
        .outerjoin(PageText, PageText.page_id == Page.id)
        .outerjoin(PageVersion, PageVersion.id == PageText.version_id)
        .where(*conditions)
        .order_by(Page.position, Page.id)
    )
    nodes: dict[str, Node] = {}
    for page, text, title in session.execute(query):
        node = nodes.setdefault(page.id, Node(page, {}, {}))
        if text is not None:
            node.texts[text.lang], node.titles[text.lang] = text, title
    return nodes


def page_tree(session: Session) -> list[Node]:
    """Returns the living pages as a tree."""
    nodes = page_nodes(session, Page.deleted_at.is_(None))
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.page.parent_id or "")
        (parent.children if parent else roots).append(node)
    return roots


def deleted_pages(session: Session) -> list[Node]:
    """Returns what was put into the trash, the latest first, each with the pages that went with it."""
    nodes = page_nodes(session, Page.deleted_at.is_not(None))
    roots = [node for node in nodes.values() if node.page.deleted_with == node.page.id]
    for node in nodes.values():
        parent = nodes.get(node.page.parent_id or "")
        if parent is not None and node not in roots and parent.page.deleted_with == node.page.deleted_with:
            parent.children.append(node)
    return sorted(roots, key=lambda node: (node.page.deleted_at, node.page.path), reverse=True)


def list_page_versions(session: Session, page_id: str, lang: str) -> list[PageVersion]:
    """Returns the versions of a page in one language, the newest first."""
    query = select(PageVersion).where(PageVersion.page_id == page_id, PageVersion.lang == lang)
    return list(session.scalars(query.order_by(PageVersion.number.desc())))
