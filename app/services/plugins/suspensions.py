"""Calls of plugins that are made no more until somebody resumes them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.models import PluginSuspension, SiteState
from app.hooks.calls import CALLS
from app.hooks.run_files import condemn_what_the_dead_did, condemned_calls
from app.kernel.access import PLUGIN_MANAGE, Actor
from app.services.access import require
from app.services.snapshots import SITE_ROW
from app.services.unit_of_work import UnitOfWork, Writer


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
    call, owner = call[:160], owner[:40]
    if uow.session.get(PluginSuspension, call) is not None:
        return False
    uow.session.add(PluginSuspension(call=call, owner=owner, reason=reason, at=uow.now))
    uow.session.flush()
    uow.session.get_one(SiteState, SITE_ROW).generation += 1
    uow.record(None, "plugin.suspend", "plugin", owner, call=call, reason=reason)
    return True


def absorb(writer: Writer, folder: Path) -> int:
    """Suspends what the site's small files condemn: calls that hung, and calls in which a worker died. Returns how many were new.

    The files are taken away after the commit, so that a process which dies in between loses nothing.
    """
    condemn_what_the_dead_did(folder)
    files = condemned_calls(folder)
    if not files:
        return 0
    with writer.begin() as uow:
        new = [entry for entry in dict.fromkeys(files.values()) if suspend(uow, entry.call, entry.owner, entry.reason)]
    for path in files:
        path.unlink(missing_ok=True)
    for entry in new:
        if entry.reason == "exit":  # a process that died could not tell
            hook, _space, rest = entry.call.partition(" ")
            CALLS.fault(entry.owner, hook, rest.partition(":")[2], "it ended the process; suspended")
    return len(new)


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
