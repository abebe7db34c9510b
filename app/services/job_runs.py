"""Runs extensions' jobs: each is taken by one worker of all, in a unit of work of its own; a job that fails is undone, noted and tried again at its next turn."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db.guard import lent, take_back
from app.db.models import JobRun
from app.hooks.calls import CALLS, said
from app.hooks.contracts import Job, Owned
from app.services.snapshots import SnapshotCache
from app.services.unit_of_work import Writer

HOOK = "register_jobs"


def run_due_jobs(writer: Writer, snapshots: SnapshotCache) -> list[str]:
    """Runs every job of the plugins that are on whose time has come; returns the full names of those that this process ran."""
    with Session(writer.engine) as session:
        due = [
            owned for owned in snapshots.current(session).of(Job) if _is_due(session.get(JobRun, owned.full_name), owned, writer.clock())
        ]
    return [owned.full_name for owned in due if _take(writer, owned) and _run(writer, owned)]


def _is_due(row: JobRun | None, owned: Owned[Job], now: datetime) -> bool:
    return row is None or row.started_at + timedelta(seconds=owned.item.every) <= now


def _take(writer: Writer, owned: Owned[Job]) -> bool:
    """Puts this process's mark on a job, unless another was quicker or the plugin was switched off meanwhile."""
    with writer.begin() as uow:
        row = uow.session.get(JobRun, owned.full_name)
        if uow.snapshot.find(Job, owned.full_name) is None or not _is_due(row, owned, uow.now):
            return False
        if row is None:
            row = JobRun(name=owned.full_name)
            uow.session.add(row)
        row.started_at, row.ended_at, row.error = uow.now, None, ""
        return True


def _run(writer: Writer, owned: Owned[Job]) -> bool:
    error = ""
    try:
        with CALLS.call(owned.owner, HOOK, owned.item.name), writer.begin() as uow, lent(uow.session):
            owned.item.run(uow)
    except (Exception, SystemExit) as failure:
        CALLS.fault(owned.owner, HOOK, owned.item.name, failure)
        error = said(failure)
    take_back()
    with writer.begin() as uow:
        row = uow.session.get_one(JobRun, owned.full_name)
        row.ended_at, row.error = uow.now, error
    return True
