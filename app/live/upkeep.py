"""What becomes of rooms: words become revisions, proposals go on record, long logs are folded, and rooms that nobody has open are let go."""

import logging
from collections.abc import Callable
from typing import Any

from app.live.background import Background
from app.live.log import ROWS_WORTH_COMPACTING, UpdateLog
from app.live.room import Room, length_of
from app.live.ydoc import doc_of

log = logging.getLogger("recits.live")

# When a room's words become a revision.
PAUSE_SECONDS, LONGEST_SECONDS = 30.0, 600.0
# What is proposed goes on record, and to the margin of who decides, this long after the last keystroke.
PROPOSAL_SECONDS = 1.2
# How long a text is, is measured at most this often, and only where it may be long.
MEASURE_SECONDS = 1.0
# A room that nobody has open is kept this long: whoever reloads the page finds it warm.
KEPT_SECONDS = 20.0
ROWS_TO_COMPACT_MEANWHILE = 2000


class Upkeep:
    """Looks after the rooms of a worker.

    Args:
        update_log: where updates are kept.
        rooms: the open passages, by id.
        background: the worker's loop and threads.
        seal: makes a passage's live words a revision.
        record: puts on record what is proposed in a passage.
    """

    def __init__(
        self,
        update_log: UpdateLog,
        rooms: dict[str, Room],
        background: Background,
        seal: Callable[[str], None],
        record: Callable[[str], None],
    ) -> None:
        self._log = update_log
        self._rooms = rooms
        self._background = background
        self._seal = seal
        self._record = record
        self._leaving = False

    def leave(self) -> None:
        """Begins nothing any more: another worker, or the round of those that are left, seals what is in the log."""
        self._leaving = True

    def round(self, now: float) -> None:
        """Does what is due."""
        for room in list(self._rooms.values()):
            if room.unsealed_since and (now - room.written_at > PAUSE_SECONDS or now - room.unsealed_since > LONGEST_SECONDS):
                self.seal_soon(room)
            if room.rows > ROWS_TO_COMPACT_MEANWHILE:
                room.rows = 0
                self._in_thread(self._log.compact, room.passage)
            if room.is_idle and now - room.written_at > KEPT_SECONDS:
                self._rooms.pop(room.passage, None)
                if room.rows > ROWS_WORTH_COMPACTING:
                    self._in_thread(self._log.compact, room.passage)

    def seal_soon(self, room: Room) -> None:
        """Makes what was written in a room since it was sealed a revision."""
        if room.unsealed_since and not room.sealing and not self._leaving:
            room.sealing = True
            self._background.do(self._sealed(room))

    async def _sealed(self, room: Room) -> None:
        written = room.written_at
        try:
            await self._background.in_thread(self._seal, room.passage)
            room.unsealed_since = 0.0 if room.written_at == written else self._background.now()
        except Exception:  # tried again at the next pause; the words are in the log
            log.exception("a passage was not sealed")
            room.unsealed_since = room.written_at = self._background.now()
        finally:
            room.sealing = False

    def record_soon(self, room: Room) -> None:
        """Puts what is proposed on record once its author pauses."""
        if room.recording is not None:
            room.recording.cancel()
        room.recording = self._background.later(PROPOSAL_SECONDS, self._in_thread, self._record, room.passage)

    def measure_soon(self, room: Room) -> None:
        """Measures how long a text is, and tells those who have it open if there is less space now, or more."""
        if room.measuring is None:
            room.measuring = self._background.later(MEASURE_SECONDS, lambda: self._background.do(self._measure(room)))

    async def _measure(self, room: Room) -> None:
        room.measuring, grown = None, room.grown
        room.measure(await self._background.in_thread(_length, room.document.get_update()), grown)
        if room.space != room.told_space:
            room.told_space = room.space
            for channel in room.channels:
                channel.tell_right()

    def _in_thread(self, work: Callable[..., Any], passage: str) -> None:
        self._background.do(self._background.in_thread(work, passage))


def _length(update: bytes) -> int:
    return length_of(doc_of([update]))
