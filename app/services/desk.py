"""Where words change beside those who write live: the site's writer, which extensions are on, and the rooms."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.models import PassageRevision
from app.hooks.snapshot import Snapshot
from app.kernel.access import Actor
from app.services.access import reread
from app.services.live_documents import LiveDocuments
from app.services.unit_of_work import UnitOfWork, Writer


@dataclass(frozen=True)
class Desk:
    """What a verb needs that works on the database and on what is written live. The two share no transaction, so that such a verb opens its own."""

    writer: Writer
    snapshot: Snapshot
    live: LiveDocuments

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Lends a session to check a right with before the rooms are asked; closed before anything is written."""
        with Session(self.writer.engine) as session:
            yield session

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[tuple[UnitOfWork, Actor]]:
        """Opens a unit of work and reads the actor again inside it."""
        with self.writer.begin() as uow:
            yield uow, reread(uow, actor, self.snapshot)

    def seal(self, passage_ids: Iterable[str]) -> None:
        """Makes what is being written in some passages their current words, in transactions of its own."""
        for passage_id in passage_ids:
            self.live.seal(passage_id)

    def tell(self, actor: Actor, revision: PassageRevision) -> None:
        """Brings what a revision that was made beside a room changed into the text that others are writing."""
        with self.reading() as session:
            parent = session.get(PassageRevision, revision.parent_id) if revision.parent_id else None
            before = parent.body if parent is not None else ""
        self.live.meet(revision.passage_id, before, revision.body, actor.account, revision.id)
