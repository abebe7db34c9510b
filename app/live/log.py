"""The append-only log of live writing: what is here is on disk. One interface; its forms are `log_sqlite` and `log_postgresql`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pycrdt import Doc

WRITE, SUGGEST, SERVER, SEED = "write", "suggest", "server", "seed"
DISK_FULL, AWAY = "disk_full", "restart"

# A room with fewer rows is read as fast as its snapshot would be.
ROWS_WORTH_COMPACTING = 50

# (room, account, kind, update, what travels with it to the other screens, whose it is): never built twice on the way of a keystroke.
Append = tuple[str, str | None, str, bytes, bytes, Any]
# (room, update, account, kind) that another connection committed.
Row = tuple[str, bytes, str | None, str]
# (topic, data) that somebody said.
Signal = tuple[str, bytes]


@dataclass(frozen=True)
class Loaded:
    """What the log knows of a room.

    Args:
        updates: in order; the first may be a snapshot.
        upto: the last id among them; `folded_upto` that of the snapshot.
        rows: how many are not in the snapshot.
        revision: with which the text agreed when it was sealed up to `sealed_upto`.
    """

    updates: tuple[bytes, ...]
    upto: int
    folded_upto: int = 0
    rows: int = 0
    sealed_upto: int = 0
    revision: str | None = None

    @property
    def exists(self) -> bool:
        return bool(self.updates)

    def document(self) -> Doc[Any]:
        """Returns the room's document; one by one, since merging a long log is quadratic."""
        document: Doc[Any] = Doc()
        for update in self.updates:
            document.apply_update(update)
        return document


class Listener(Protocol):
    """Who is told, in the log's own thread, what became of what was appended and what others wrote."""

    def committed(self, batch: Sequence[Append]) -> None: ...

    def failed(self, batch: Sequence[Append], reason: str) -> None: ...

    def arrived(self, rows: Sequence[Row], signals: Sequence[Signal]) -> None: ...


class UpdateLog(Protocol):
    """Where live writing is kept. `append` and `say` are for the worker that serves rooms, all else for any thread of any process."""

    busy: bool

    def start(self, listener: Listener) -> None:
        """Starts the thread that commits and listens; called once, by a worker that serves rooms."""

    def stop(self) -> None:
        """Commits what is queued, ends the thread and closes what is open."""

    def check(self) -> None:
        """Makes the tables where there are none; raises UnsafeSettings, which says what to set, if somebody who is needed does not answer."""

    def append(self, entries: list[Append]) -> None:
        """Queues updates that belong into one commit; the listener is told when they are on disk, or that they will not be."""

    def say(self, topic: str, data: bytes) -> None:
        """Queues a signal to the other workers; nobody waits for it."""

    def write(self, room: str, account: str | None, kind: str, data: bytes) -> int:
        """Commits an update now; returns its id. Every worker hears of it as of another's."""

    def signal(self, topic: str, data: bytes) -> None:
        """Commits a signal now, to every worker."""

    def seed(self, room: str, make: Callable[[], tuple[bytes, str | None]]) -> Loaded:
        """Returns a room; where it has no rows yet, the first one is what `make` returns: an update, and the revision that it agrees with."""

    def load(self, room: str) -> Loaded:
        """Returns all of a room."""

    def compact(self, room: str) -> int:
        """Folds the rows of a room into one update; returns how many were folded. None is while one of them waits for another that is missing."""

    def authors_since(self, room: str, upto: int) -> list[str]:
        """Returns the accounts that wrote after a row, who wrote most first; who only proposed or commented wrote nothing yet."""

    def mark_sealed(self, room: str, upto: int, revision: str | None) -> None:
        """Notes that a room's text agrees with a revision, up to a row."""

    def ahead(self, rooms: Sequence[str]) -> list[str]:
        """Returns those of some rooms in which something was written after they were last sealed."""

    def open_rooms(self, quiet: float = 0.0) -> list[str]:
        """Returns the rooms in which something was written after they were last sealed, and nothing in the last `quiet` seconds."""

    def forget(self, room: str) -> None:
        """Takes all of a room away."""
