"""Menus in configuration files: each whole or not at all."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import MenuEntry, Page, PageAddress
from app.kernel.access import Actor
from app.services import menus
from app.services.configuration.base import Data, Faulty, listing, mapping, text
from app.services.pages import touch_navigation
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork


def export_menus(_site: Site, session: Session) -> Data:
    """Returns what the site says now."""
    paths = {row.id: row.path for row in session.execute(select(Page.id, Page.path))}
    found: dict[str, list[Any]] = {menu: [] for menu in menus.MENUS}
    for entry in menus.list_entries(session):
        found[entry.menu].append(_line(entry, paths))
    return found


def _line(entry: MenuEntry, paths: dict[str, str]) -> dict[str, Any]:
    target = paths.get(entry.target, entry.target) if entry.kind == menus.PAGE else entry.target
    return {entry.kind: target, **({"titles": dict(sorted(entry.titles.items()))} if entry.titles else {})}


def check_menus(site: Site, session: Session, data: Data) -> Data:
    """Returns what a file asks for, over what the site says now.

    Raises:
        Faulty: if it cannot be.
    """
    said = mapping(data, "", frozenset(menus.MENUS))
    now = export_menus(site, session)
    known = {row.path: row.page_id for row in session.execute(select(PageAddress.path, PageAddress.page_id))}
    for menu, lines in said.items():
        now[menu] = [_checked_line(line, f"{menu}[{number}]", known) for number, line in enumerate(listing(lines, menu), 1)]
    return now


def _checked_line(data: Data, where: str, known: dict[str, str]) -> dict[str, Any]:
    line = mapping(data, where, frozenset({menus.PAGE, menus.PLACE, menus.URL, "titles"}))
    kinds = [kind for kind in (menus.PAGE, menus.PLACE, menus.URL) if kind in line]
    if len(kinds) != 1:
        raise Faulty(where, "one_target")
    target = text(line[kinds[0]], f"{where}.{kinds[0]}")
    if kinds[0] == menus.PAGE and target not in known:
        raise Faulty(where, "page_unknown", path=target)
    if kinds[0] == menus.PLACE and target not in menus.PLACES:
        raise Faulty(where, "place_unknown", place=target)
    titles = {lang: text(title, f"{where}.titles.{lang}") for lang, title in mapping(line.get("titles", {}), f"{where}.titles").items()}
    return {kinds[0]: target, **({"titles": dict(sorted(titles.items()))} if titles else {})}


def apply_menus(site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    """Makes the site say it; in the caller's transaction."""
    now = export_menus(site, uow.session)
    known = {row.path: row.page_id for row in uow.session.execute(select(PageAddress.path, PageAddress.page_id))}
    for menu, lines in data.items():
        if lines == now[menu]:
            continue
        for entry in menus.list_entries(uow.session, menu):
            uow.session.delete(entry)
        uow.session.flush()
        for line in lines:
            kind = next(kind for kind in (menus.PAGE, menus.PLACE, menus.URL) if kind in line)
            target = known[line[kind]] if kind == menus.PAGE else line[kind]
            menus.add_entry(uow, actor, menu, kind, target, line.get("titles", {}))
    touch_navigation(uow)
