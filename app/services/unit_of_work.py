"""The only way to write: one transaction that holds the write lock from its first statement (docs/decisions.md, 1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db.engine import writing_engine
from app.db.models import AuditEntry
from app.kernel.access import Actor
from app.kernel.canonical import digest
from app.kernel.clock import Clock
from app.kernel.events import Event
from app.services.bus import EventBus

CHAIN_START = "0" * 64


def audit_record(entry: AuditEntry) -> dict[str, object]:
    """Returns what an audit entry's hash covers."""
    return {
        "v": 1,
        "seq": entry.seq,
        "prev": entry.prev,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "verb": entry.verb,
        "subject": {"kind": entry.subject_kind, "id": entry.subject_id},
        "facts": entry.facts,
    }


class UnitOfWork:
    """One writing transaction; services receive it and never commit."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.clock = clock
        self.now: datetime = clock()
        self.events: list[Event] = []

    @property
    def today(self) -> date:
        """The site's day in which the work is done."""
        return self.clock.day_of(self.now)

    def record(self, actor: Actor | None, verb: str, kind: str, subject: str, **facts: object) -> AuditEntry:
        """Adds an entry to the audit chain; facts are ids, codes and hashes, never names or words."""
        self.session.flush()
        last = self.session.execute(select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)).first()
        entry = AuditEntry(
            seq=last.seq + 1 if last else 1,
            prev=last.hash if last else CHAIN_START,
            at=self.now,
            actor_id=actor.account if actor else None,
            verb=verb,
            subject_kind=kind,
            subject_id=subject,
            facts=dict(facts),
        )
        entry.hash = digest(audit_record(entry))
        self.session.add(entry)
        self.session.flush()
        return entry

    def emit(self, event: Event) -> None:
        """Keeps an event until the commit."""
        self.events.append(event)


@dataclass(frozen=True)
class Writer:
    """Opens units of work on one database."""

    engine: Engine
    bus: EventBus
    clock: Clock

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Opens a unit of work in a session of its own; commits at the end of the block, rolls back if it raises, then publishes the events."""
        with Session(writing_engine(self.engine), expire_on_commit=False) as session:
            uow = UnitOfWork(session, self.clock)
            with session.begin():
                # The first statement takes the write lock, so that what the block reads is still true when it writes.
                session.connection()
                uow.now = self.clock()
                yield uow
        self.bus.publish(uow.events)
