"""What the site itself was set to, by kind; knows nothing of what the kinds mean."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.db.models import SiteSetting, SiteState
from app.kernel.access import Actor
from app.services.snapshots import SITE_ROW
from app.services.unit_of_work import UnitOfWork


def read_setting(session: Session, name: str) -> dict[str, Any]:
    """Returns what was saved of a kind; empty where nothing was."""
    row = session.get(SiteSetting, name)
    return dict(row.data) if row is not None else {}


def write_setting(uow: UnitOfWork, actor: Actor | None, name: str, data: Mapping[str, Any]) -> bool:
    """Saves a kind as a whole and lets every worker's next request see it; the record says which parts changed, not what they say.

    Returns:
        Whether anything changed.
    """
    row = uow.session.get(SiteSetting, name)
    before = dict(row.data) if row is not None else {}
    changed = sorted(key for key in before.keys() | data.keys() if before.get(key) != data.get(key))
    if not changed:
        return False
    if row is None:
        row = SiteSetting(name=name)
        uow.session.add(row)
    row.data, row.changed_at = dict(data), uow.now
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(actor, "site.set", "site", name, changed=changed)
    return True
