"""What is saved on plugins' settings pages; knows the pages by what plugins declared, never by their forms."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.db.models import PluginSetting, SiteState
from app.hooks.contracts import Owned, SettingsPage
from app.kernel.access import Actor
from app.services.access import require
from app.services.snapshots import SITE_ROW
from app.services.unit_of_work import UnitOfWork


def read_settings(session: Session, owner: str, page: SettingsPage) -> dict[str, Any]:
    """Returns a page's settings: what was saved, and its defaults for what was not."""
    row = session.get(PluginSetting, (owner, page.name))
    saved = row.data if row is not None else {}
    return {name: saved.get(name, default) for name, default in page.defaults.items()}


def save_settings(uow: UnitOfWork, actor: Actor | None, owned: Owned[SettingsPage], data: Mapping[str, Any]) -> None:
    """Saves a page's settings; the record says which changed, not what they say.

    Args:
        actor: who does it; None only on the command line.
        data: values by name of setting; what the page does not declare is left out.
    """
    if actor is not None:
        require(actor, owned.item.permission)
    before = read_settings(uow.session, owned.owner, owned.item)
    after = {name: data.get(name, value) for name, value in before.items()}
    changed = sorted(name for name in before if before[name] != after[name])
    if not changed:
        return
    row = uow.session.get(PluginSetting, (owned.owner, owned.item.name))
    if row is None:
        row = PluginSetting(owner=owned.owner, page=owned.item.name)
        uow.session.add(row)
    row.data, row.changed_at = after, uow.now
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(actor, "plugin.set", "plugin", owned.owner, page=owned.item.name, changed=changed)
