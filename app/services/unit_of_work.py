"""The only way to write: one transaction that holds the write lock from its first statement (docs/decisions.md, 1)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db.engine import writing_engine
from app.db.guard import WritingSession
from app.db.models import AuditEntry
from app.hooks.calls import CALLS
from app.hooks.snapshot import Snapshot
from app.kernel.access import Actor
from app.kernel.canonical import digest
from app.kernel.clock import Clock
from app.kernel.events import Event
from app.services.live_documents import LiveWords, NoLive
from app.services.snapshots import SnapshotCache

log = logging.getLogger("recits.events")

CHAIN_START = "0" * 64
MOST_EVENTS = 1000


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

    def __init__(self, session: Session, clock: Clock, snapshots: SnapshotCache, live: LiveWords) -> None:
        self.session = session
        self.clock = clock
        self._snapshots = snapshots
        self._live = live
        self.now: datetime = clock()
        self.events: list[Event] = []

    @property
    def today(self) -> date:
        """The site's day in which the work is done."""
        return self.clock.day_of(self.now)

    @property
    def snapshot(self) -> Snapshot:
        """Which plugins are on, as of this transaction."""
        return self._snapshots.within(self.session)

    def unsealed(self, passage_ids: Sequence[str]) -> frozenset[str]:
        """Returns those of some passages that are being written right now: no revision holds their last words. Asked before words are frozen."""
        return self._live.unsealed(self.session, passage_ids)

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


Reaction = Callable[[UnitOfWork, Event], None]
Subscriber = Callable[[Event], None]


class EventBus:
    """Who reacts to events, in the order in which the composition root added them; a reaction that fails is logged and stops nobody."""

    def __init__(self) -> None:
        self._reactions: list[Reaction] = []
        self._subscribers: list[tuple[type[Event], Subscriber]] = []

    def react(self, reaction: Reaction) -> None:
        """Calls `reaction` with each event inside the transaction, before the commit; it must keep its own failures."""
        self._reactions.append(reaction)

    def subscribe(self, kind: type[Event], subscriber: Subscriber) -> None:
        """Calls `subscriber` with each committed event of that kind."""
        self._subscribers.append((kind, subscriber))

    def before_commit(self, uow: UnitOfWork) -> None:
        """Lets the reactions write beside what they react to; events that they emit are reacted to as well."""
        for event in iter_growing(uow.events):
            for reaction in self._reactions:
                reaction(uow, event)

    def publish(self, events: Sequence[Event]) -> None:
        """Delivers committed events; the data is safe already, so that a failing effect must not look like a failed save."""
        for event in events:
            for kind, subscriber in self._subscribers:
                if not isinstance(event, kind):
                    continue
                try:
                    subscriber(event)
                except Exception:  # an effect's failure is its own
                    log.exception("a subscriber of %s failed", type(event).__name__)


def iter_growing(events: list[Event]) -> Iterator[Event]:
    """Yields the events of a list that may grow meanwhile, at most MOST_EVENTS of them: two reactions could call each other for ever."""
    index = 0
    while index < min(len(events), MOST_EVENTS):
        yield events[index]
        index += 1


@dataclass(frozen=True)
class Writer:
    """Opens units of work on one database; `live` is what is being written beside it."""

    engine: Engine
    bus: EventBus
    clock: Clock
    snapshots: SnapshotCache
    live: LiveWords = NoLive()  # noqa: RUF009  # it holds nothing

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Opens a unit of work in a session of its own; commits at the end of the block, rolls back if it raises, then publishes the events."""
        with WritingSession(writing_engine(self.engine), expire_on_commit=False) as session:
            uow = UnitOfWork(session, self.clock, self.snapshots, self.live)
            with session.begin():
                # The first statement takes the write lock, so that what the block reads is still true when it writes.
                with CALLS.waiting():
                    session.connection()
                uow.now = self.clock()
                yield uow
                self.bus.before_commit(uow)
        self.bus.publish(uow.events)
