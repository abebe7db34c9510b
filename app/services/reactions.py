"""Hands the core's events to the plugins that asked for them; a reaction that fails undoes its own writes and nothing else."""

from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.hooks.contracts import Subscriber
from app.kernel.events import Event
from app.services.asking import ask
from app.services.snapshots import SnapshotCache
from app.services.unit_of_work import UnitOfWork


def react_in_transaction(uow: UnitOfWork, event: Event) -> None:
    """Lets plugins that are on write beside what happened, before the commit."""
    for owned in uow.snapshot.of(Subscriber):
        if owned.item.when == "in_transaction" and isinstance(event, owned.item.event):
            ask(uow.session, owned, partial(owned.item.handle, uow, event))


class AfterCommit:
    """Tells plugins that are on what was committed."""

    def __init__(self, engine: Engine, snapshots: SnapshotCache) -> None:
        self._engine = engine
        self._snapshots = snapshots

    def __call__(self, event: Event) -> None:
        with Session(self._engine) as session:
            for owned in self._snapshots.current(session).of(Subscriber):
                if owned.item.when == "after_commit" and isinstance(event, owned.item.event):
                    ask(session, owned, partial(owned.item.handle, event))
