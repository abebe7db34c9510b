"""Calls of plugins that are made no more until somebody resumes them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.models import PluginSuspension, SiteState
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.services.access import require
from app.services.snapshots import SITE_ROW
from app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class SuspendedCall:
    """A call that is made no more; `call` is `<hook> <plugin>:<name>`, `reason` is `hang` or `exit`."""

    call: str
    owner: str
    reason: str
    at: datetime

    @property
    def hook(self) -> str:
        return self.call.split(" ", maxsplit=1)[0]


def suspended_calls(session: Session, owner: str | None = None) -> list[SuspendedCall]:
    """Returns what is suspended, of one plugin or of all, the latest first."""
    query = select(PluginSuspension).order_by(PluginSuspension.at.desc(), PluginSuspension.call)
    if owner is not None:
        query = query.where(PluginSuspension.owner == owner)
    return [SuspendedCall(row.call, row.owner, row.reason, row.at) for row in session.scalars(query)]


def suspend(uow: UnitOfWork, call: str, owner: str, reason: str) -> bool:
    """Suspends a call for every worker's next request; repeatable. Returns whether it was not suspended yet."""
    if uow.session.get(PluginSuspension, call) is not None:
        return False
    uow.session.add(PluginSuspension(call=call, owner=owner, reason=reason, at=uow.now))
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(None, "plugin.suspend", "plugin", owner, call=call, reason=reason)
    return True


def resume(uow: UnitOfWork, actor: Actor | None, owner: str) -> int:
    """Lifts every suspension of a plugin; repeatable. Returns how many there were."""
    if actor is not None:
        require(actor, PLUGIN_MANAGE)
    return lift(uow, actor, owner)


def lift(uow: UnitOfWork, actor: Actor | None, owner: str) -> int:
    """Lifts a plugin's suspensions within another verb."""
    found = suspended_calls(uow.session, owner)
    if found:
        uow.session.execute(delete(PluginSuspension).where(PluginSuspension.owner == owner))
        uow.session.get_one(SiteState, SITE_ROW).generation += 1
        uow.record(actor, "plugin.resume", "plugin", owner, calls=[call.call for call in found])
    return len(found)
