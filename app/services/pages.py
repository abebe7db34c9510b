"""Pages in their tree: made, moved, renamed, put into the trash and taken back; an address that a page ever had leads to it for ever."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.models import Page, PageAddress, PageText, SiteState
from app.db.pages import Node, page_tree
from app.kernel.access import PAGE_EDIT, PAGE_PUBLISH, Actor
from app.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from app.kernel.events import PagesMoved
from app.kernel.ids import new_salt
from app.kernel.pages import MOST_DEPTH, SEGMENT, SEGMENT_LENGTH, child_path, depth, first_segment
from app.kernel.slug import numbered, slugify
from app.services.access import require
from app.services.unit_of_work import UnitOfWork

SITE_ROW = 1
DEFAULT_TYPE = "page"


def may_edit_pages(actor: Actor | None) -> None:
    """Raises NotAllowed unless the actor may write, move and delete pages; None is the command line."""
    if actor is not None:
        require(actor, PAGE_EDIT)


def living_page(session: Session, page_id: str) -> Page:
    """Returns a page that is not in the trash.

    Raises:
        NotFound: if it does not exist or is in the trash.
    """
    page = session.get(Page, page_id)
    if page is None or page.deleted_at is not None:
        raise NotFound("page")
    return page


def touch_navigation(uow: UnitOfWork) -> None:
    """Tells every worker that menus, or what they show, have changed."""
    uow.session.execute(update(SiteState).where(SiteState.id == SITE_ROW).values(navigation=SiteState.navigation + 1))


# — making, moving —


def make_page(
    uow: UnitOfWork,
    actor: Actor | None,
    parent_id: str | None,
    title: str,
    *,
    slug: str = "",
    type: str = DEFAULT_TYPE,
    reserved: Collection[str] = (),
) -> Page:
    """Gives a new page its place at the end of its siblings; its text is the caller's next step.

    Args:
        slug: its word in the address; made from the title, and numbered where it is taken, if it is empty.
        reserved: first words of paths that belong to the core or to a plugin.
    """
    may_edit_pages(actor)
    parent = _parent(uow.session, parent_id)
    above = parent.path if parent else ""
    if depth(above) >= MOST_DEPTH:
        raise Invalid("parent", "page_too_deep", limit=MOST_DEPTH)
    slug = _checked_slug(slug) if slug else _free_slug(uow.session, above, slugify(title, "page"), reserved)
    path = child_path(above, slug)
    _check_free(uow.session, path, "", reserved, "slug")
    page = Page(
        parent_id=parent.id if parent else None,
        slug=slug,
        path=path,
        type=type,
        position=1 + len(children_of(uow.session, parent.id if parent else None)),
        salt=new_salt(),
        created_at=uow.now,
        created_by=actor.account if actor else None,
    )
    uow.session.add(page)
    uow.session.flush()
    uow.session.add(PageAddress(path=path, page_id=page.id, created_at=uow.now))
    uow.session.flush()
    uow.record(actor, "page.create", "page", page.id, parent=page.parent_id)
    return page


def place_page(
    uow: UnitOfWork, actor: Actor | None, page_id: str, parent_id: str | None, slug: str, *, reserved: Collection[str] = ()
) -> Page:
    """Puts a page, with all below it, under another parent or another word; the old addresses go on leading there.

    Raises:
        Invalid: if the place is below the page itself or too deep, or an address there is or was another page's.
    """
    may_edit_pages(actor)
    page = living_page(uow.session, page_id)
    parent = _parent(uow.session, parent_id)
    below = subtree(uow.session, page.id)
    if parent is not None and parent.id in {row.id for row in below}:
        raise Invalid("parent", "page_below_itself")
    above = parent.path if parent else ""
    slug = _checked_slug(slug)
    path = child_path(above, slug)
    grows = depth(path) - depth(page.path)
    if max(depth(row.path) for row in below) + grows > MOST_DEPTH:
        raise Invalid("parent", "page_too_deep", limit=MOST_DEPTH)
    if path == page.path:
        return page
    before = page.path
    _check_free(uow.session, path, page.id, reserved, "slug")
    if page.parent_id != (parent.id if parent else None):
        page.position = 1 + len(children_of(uow.session, parent.id if parent else None))
        page.parent_id = parent.id if parent else None
    page.slug = slug
    for row in below:
        _move_to(uow, row, path + row.path[len(before) :])
    uow.session.flush()
    touch_navigation(uow)
    uow.record(actor, "page.move", "page", page.id, parent=page.parent_id, pages=len(below))
    uow.emit(PagesMoved(tuple(row.id for row in below)))
    return page


def shift_page(uow: UnitOfWork, actor: Actor, page_id: str, step: int) -> Page:
    """Moves a page one place up (-1) or down (+1) among its siblings; at the edge nothing changes."""
    may_edit_pages(actor)
    page = living_page(uow.session, page_id)
    row = children_of(uow.session, page.parent_id)
    index, target = row.index(page), row.index(page) + step
    if 0 <= target < len(row):
        row[index], row[target] = row[target], row[index]
    for position, sibling in enumerate(row, 1):
        sibling.position = position
    uow.record(actor, "page.order", "page", page.id)
    return page


def children_of(session: Session, parent_id: str | None) -> list[Page]:
    """Returns the living pages directly below a page, or at the root, in their order."""
    place = Page.parent_id.is_(None) if parent_id is None else Page.parent_id == parent_id
    return list(session.scalars(select(Page).where(place, Page.deleted_at.is_(None)).order_by(Page.position, Page.id)))


def subtree(session: Session, page_id: str) -> list[Page]:
    """Returns a page and every living page below it, the page first; below a page in the trash, what went there with it."""
    root = session.get(Page, page_id)
    if root is None:
        return []
    found, layer = [root], [root.id]
    with_it = Page.deleted_at.is_(None) if root.deleted_at is None else Page.deleted_with == root.deleted_with
    while layer:
        rows = list(session.scalars(select(Page).where(Page.parent_id.in_(layer), with_it).order_by(Page.position, Page.id)))
        found += rows
        layer = [row.id for row in rows]
    return found


def _parent(session: Session, parent_id: str | None) -> Page | None:
    if not parent_id:
        return None
    parent = session.get(Page, parent_id)
    if parent is None or parent.deleted_at is not None:
        raise Invalid("parent", "unknown_choice")
    return parent


def _move_to(uow: UnitOfWork, page: Page, path: str) -> None:
    owner = uow.session.get(PageAddress, path)
    if owner is not None and owner.page_id != page.id:
        raise Invalid("slug", "address_taken", path=path)
    if owner is None:
        uow.session.add(PageAddress(path=path, page_id=page.id, created_at=uow.now))
    page.path = path


# — addresses —


def _checked_slug(slug: str) -> str:
    slug = slug.strip().lower()
    if not SEGMENT.fullmatch(slug):
        raise Invalid("slug", "address_word", limit=SEGMENT_LENGTH)
    return slug


def _check_free(session: Session, path: str, own_page: str, reserved: Collection[str], field: str) -> None:
    if first_segment(path) in reserved:
        raise Invalid(field, "address_reserved", path=f"/{first_segment(path)}")
    owner = session.get(PageAddress, path)
    if owner is not None and owner.page_id != own_page:
        raise Invalid(field, "address_taken", path=path)


def _free_slug(session: Session, above: str, wanted: str, reserved: Collection[str]) -> str:
    number = 1
    while True:
        slug = numbered(wanted, number)
        path = child_path(above, slug)
        if session.get(PageAddress, path) is None and first_segment(path) not in reserved:
            return slug
        number += 1


def shadowed_pages(session: Session, reserved: Collection[str]) -> list[Page]:
    """Returns the living pages whose address has become the core's or a plugin's, and which nobody can read there any more; a health check names them."""
    living = session.scalars(select(Page).where(Page.deleted_at.is_(None)).order_by(Page.path))
    return [page for page in living if first_segment(page.path) in reserved]


# — trash —


def delete_page(uow: UnitOfWork, actor: Actor, page_id: str) -> list[Page]:
    """Puts a page and all below it into the trash; returns them.

    Raises:
        NotAllowed: if one of them is public and the actor may not unpublish.
    """
    may_edit_pages(actor)
    page = living_page(uow.session, page_id)
    rows = subtree(uow.session, page.id)
    _may_change_what_is_public(uow.session, actor, rows)
    for row in rows:
        row.deleted_at, row.deleted_by, row.deleted_with = uow.now, actor.account, page.id
    touch_navigation(uow)
    uow.record(actor, "page.delete", "page", page.id, pages=len(rows))
    uow.emit(PagesMoved(tuple(row.id for row in rows)))
    return rows


def restore_page(uow: UnitOfWork, actor: Actor, page_id: str) -> list[Page]:
    """Takes a page back from the trash with what went there with it, as it was: what was public is public again.

    Raises:
        Refused: while the page that it stood under is in the trash.
    """
    may_edit_pages(actor)
    page = uow.session.get(Page, page_id)
    if page is None or page.deleted_at is None or page.deleted_with != page.id:
        raise NotFound("page")
    parent = uow.session.get(Page, page.parent_id) if page.parent_id else None
    if parent is not None and parent.deleted_at is not None:
        raise Refused("parent_in_trash")
    rows = subtree(uow.session, page.id)
    _may_change_what_is_public(uow.session, actor, rows)
    above = parent.path if parent else ""
    before = page.path
    for row in rows:
        row.deleted_at = row.deleted_by = row.deleted_with = None
        _move_to(uow, row, child_path(above, page.slug) + row.path[len(before) :])  # the parent may have moved meanwhile
    touch_navigation(uow)
    uow.record(actor, "page.restore", "page", page.id, pages=len(rows))
    uow.emit(PagesMoved(tuple(row.id for row in rows)))
    return rows


def _may_change_what_is_public(session: Session, actor: Actor, rows: Sequence[Page]) -> None:
    ids = [row.id for row in rows]
    public = select(PageText.page_id).where(PageText.page_id.in_(ids), PageText.published_version_id.is_not(None)).limit(1)
    if not actor.may(PAGE_PUBLISH) and session.scalar(public):
        raise NotAllowed("page_is_public")


def tree_choices(session: Session, without: str | None = None) -> list[Node]:
    """Returns the living pages as they are read, as places to put another under; `without` leaves out a page and all below it."""
    found: list[Node] = []

    def gather(nodes: Sequence[Node]) -> None:
        for node in nodes:
            if node.page.id != without:
                found.append(node)
                gather(node.children)

    gather(page_tree(session))
    return found
