"""Themes in configuration files: added, named and ordered; none is taken away."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Theme
from app.db.themes import living_themes
from app.kernel.access import Actor
from app.kernel.slug import slugify
from app.services import themes
from app.services.checks import SHORT_TEXT
from app.services.configuration.base import Data, Faulty, listing, mapping, text
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork


def export_themes(_site: Site, session: Session) -> Data:
    """Returns what the site says now."""
    return [{"key": theme.key, "name": theme.name} for theme in living_themes(session)]


def check_themes(site: Site, session: Session, data: Data) -> Data:
    """Returns what a file asks for, over what the site says now.

    Raises:
        Faulty: if it cannot be.
    """
    said: dict[str, str] = {}
    for number, entry in enumerate(listing(data, ""), 1):
        line = mapping(entry, f"[{number}]", frozenset({"key", "name"}))
        key, name = text(line.get("key"), f"[{number}].key"), text(line.get("name"), f"[{number}].name").strip()
        if not name or len(name) > SHORT_TEXT or slugify(key) != key or len(key) > themes.KEY:
            raise Faulty(f"[{number}]", "theme_key")
        if key in said:
            raise Faulty(f"[{number}]", "twice")
        said[key] = name
    kept = [theme for theme in export_themes(site, session) if theme["key"] not in said]
    wanted = [*({"key": key, "name": name} for key, name in said.items()), *kept]
    if len({theme["name"].casefold() for theme in wanted}) != len(wanted):
        raise Faulty("", "twice")
    gone = set(session.scalars(select(Theme.key).where(Theme.merged_into_id.is_not(None))))
    if merged := sorted(gone & set(said)):
        raise Faulty(merged[0], "theme_merged")
    return wanted


def apply_themes(_site: Site, uow: UnitOfWork, actor: Actor | None, data: Data) -> None:
    """Makes the site say it; in the caller's transaction."""
    rows = {row.key: row for row in uow.session.scalars(select(Theme).where(Theme.merged_into_id.is_(None)))}
    # Names may be exchanged between two themes: each leaves its own before any takes another's.
    names = {theme["key"]: theme["name"] for theme in data}
    for key, name in names.items():
        row = rows.get(key)
        if row is not None and row.name != name and row.deleted_at is None:
            row.name = f"{key} …"
    uow.session.flush()
    for position, (key, name) in enumerate(names.items(), 1):
        row = rows.get(key)
        if row is None:
            row = themes.add_theme(uow, actor, name, key)
        elif row.deleted_at is not None:
            row.name = name
            themes.restore_theme(uow, actor, row.id)
        elif row.name != name:
            themes.rename_theme(uow, actor, row.id, name)
        row.position = position
