"""Gives a site the pages, the menus and the index of links that it never had; what somebody deleted or renamed is never brought back."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.db.models import ContentLink, Page, PageAddress, PageVersion, SiteState
from app.kernel.pages import parent_paths
from app.services.links import rebuild_links
from app.services.markup import PreparedBody, prepare_here
from app.services.menus import FOOT, MAIN, PAGE, PLACE, add_entry
from app.services.page_texts import PageWords, create_page, page_text, publish_text, save_text, saved
from app.services.pages import SITE_ROW, touch_navigation
from app.services.site import Site
from app.services.story_files import PageFile, read_corpus
from app.services.unit_of_work import UnitOfWork

# (menu, kind, place or path of a page, words where the title is not what a menu should say)
FIRST_MENUS: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
    (MAIN, PLACE, "stories", {}),
    (MAIN, PLACE, "territories", {}),
    (MAIN, PAGE, "/methode", {"fr": "Méthode", "en": "Method"}),
    (FOOT, PAGE, "/a-propos", {}),
    (FOOT, PAGE, "/mentions-legales", {}),
    (FOOT, PLACE, "accessibility", {}),
    (FOOT, PAGE, "/vos-donnees", {}),
)


def complete_site(site: Site, folder: Path) -> None:
    """Does what `recits migrate` does after the tables: makes the pages that the site never had, its first menus, and the index of links. Repeatable.

    Args:
        folder: the starter files.
    """
    pages = read_corpus(folder).pages
    with Session(site.engine) as session:
        had = set(session.scalars(select(PageAddress.path).where(PageAddress.path.in_({entry.path for entry in pages}))))
        indexed = bool(session.scalar(select(exists().select_from(ContentLink))))
        if indexed and session.get_one(SiteState, SITE_ROW).navigation and had == {entry.path for entry in pages}:
            return
    bodies = prepare_pages(pages)
    with site.writer.begin() as uow:
        if not indexed:
            rebuild_links(uow)
        make_missing_pages(uow, pages, bodies)


def prepare_pages(pages: Sequence[PageFile]) -> dict[str, PreparedBody]:
    """Parses and renders the texts of starter pages, by file, before the transaction."""
    return {entry.file: prepare_here(entry.body, lang=entry.lang) for entry in pages}


def make_missing_pages(uow: UnitOfWork, pages: Sequence[PageFile], bodies: Mapping[str, PreparedBody]) -> None:
    """Publishes the pages whose address no page of the site ever had, each in every language of its files; then the first menus."""
    first = uow.session.get_one(SiteState, SITE_ROW).navigation == 0
    made: dict[str, str] = {}
    for entry in sorted(pages, key=lambda page: (page.path.count("/"), page.path, page.lang != "fr")):
        words = PageWords(entry.title, entry.standfirst, bodies[entry.file], entry.data)
        if entry.path not in made:
            page = _make(uow, entry, words)
            if page is None:
                continue
            made[entry.path] = page.id
            version = uow.session.get_one(PageVersion, page_text(uow.session, page.id, entry.lang).version_id)
        else:
            version = saved(save_text(uow, None, made[entry.path], entry.lang, words, None))
        publish_text(uow, None, made[entry.path], entry.lang, version.hash)
    if first:
        _make_first_menus(uow)


def _make(uow: UnitOfWork, entry: PageFile, words: PageWords) -> Page | None:
    """Makes a page with its first text, or returns None where the site had one there, or never had the page above it."""
    if uow.session.get(PageAddress, entry.path) is not None:
        return None
    above = parent_paths(entry.path)
    parent = uow.session.get(PageAddress, above[-1]) if above else None
    if above and parent is None:
        return None
    slug = entry.path.rsplit("/", 1)[-1]
    return create_page(uow, None, parent.page_id if parent else None, entry.lang, words, slug=slug)


def _make_first_menus(uow: UnitOfWork) -> None:
    for menu, kind, place, titles in FIRST_MENUS:
        target: str | None = place
        if kind == PAGE:
            target = uow.session.scalar(
                select(Page.id)
                .join(PageAddress, PageAddress.page_id == Page.id)
                .where(PageAddress.path == place, Page.deleted_at.is_(None))
            )
        if target is not None:
            add_entry(uow, None, menu, kind, target, titles)
    touch_navigation(uow)
