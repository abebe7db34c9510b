"""All rooms and sockets of one worker, on its event loop: what somebody writes goes to the log, and from there to everybody; the slow work is done in threads."""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from pycrdt import Doc

from app.asgi_types import Receive, Send
from app.live import outlet, wire, words
from app.live.background import Background
from app.live.log import SUGGEST, Append, Loaded, Row, Signal, UpdateLog
from app.live.outlet import Direct, Outlet
from app.live.presence import CARETS, PRESENT, Presence
from app.live.rights import WRITE, Rights
from app.live.rights_watch import RightsWatch
from app.live.room import LITTLE_SPACE, Channel, Room, length_of
from app.live.socket import Connection
from app.live.upkeep import Upkeep

log = logging.getLogger("recits.live")

ROUND_SECONDS = 2.0
# What somebody may do may have changed with these, not with `saved`, `comments` or `suggestions`.
MOVES_RIGHTS = frozenset({"state", "passages", "stop"})
STORY, ACCOUNT, FORGET = "story:", "account:", "forget"


class Hub:
    """The live part of a worker.

    Args:
        update_log: where updates are kept.
        rights: who may do what.
        seed: makes the first update of a room from the passage's revision.
        seal: makes a passage's live words a revision.
        record: puts on record what is proposed in a passage.
    """

    def __init__(
        self,
        update_log: UpdateLog,
        rights: Rights,
        seed: Callable[[str], tuple[bytes, str | None]],
        seal: Callable[[str], None],
        record: Callable[[str], None],
    ) -> None:
        self.log = update_log
        self.rooms: dict[str, Room] = {}
        self.background = Background()
        self.presence = Presence(update_log, self.rooms, self.background)
        self.rights = RightsWatch(rights, self.presence, self.background)
        self._upkeep = Upkeep(update_log, self.rooms, self.background, seal, record)
        self._seed = seed
        self._unsent: list[Outlet] = []
        self._leaving = False
        self._started = False
        self._starting = asyncio.Lock()

    # — beginning and end —

    async def _start(self) -> bool:
        """Binds the hub to the running loop and starts the log's thread, with the first socket; False if the log does not answer."""
        async with self._starting:
            if self._started:
                return True
            self.background.bind()
            try:
                await self.background.in_thread(self.log.start, _Ears(self))
            except Exception:  # whatever it is kept in; the next socket tries again
                log.exception("live writing cannot begin")
                return False
            self._started = True
            self.background.do(self._rounds())
            return True

    def leave(self) -> None:
        """Tells every browser that this worker goes; they come back to another."""
        self._leaving = True
        self._upkeep.leave()
        for connection in self.presence.connections():
            connection.end(outlet.RESTART)

    def stop(self) -> None:
        """Commits what is queued; called when the last socket is closed."""
        self.log.stop()
        self.background.stop()

    async def serve(self, receive: Receive, send: Send, story: str, lang: str, token: str | None, direct: Direct | None = None) -> None:
        """Serves one socket of a story, from its opening to its end.

        Args:
            lang: language of the page.
            token: of the session that it was opened with.
            direct: the shorter way to the browser, if the server has it.
        """
        started = await self._start()
        await receive()
        await send({"type": "websocket.accept"})
        announced = self.rights.announced
        found = outlet.RESTART if self._leaving or not started else await self.rights.enter(token, story)
        if isinstance(found, str) or token is None:
            reason = found if isinstance(found, str) else outlet.SIGNED_OUT
            await send({"type": "websocket.close", "code": outlet.CODES[reason], "reason": reason})
            return
        connection = Connection(self, story, lang, token, found, send, direct)
        self.log.busy = True
        self.presence.enter(connection)
        self.rights.overtaken(connection, announced)
        try:
            await connection.run(receive)
        finally:
            self.presence.leave(connection)

    def next_number(self) -> int:
        """Returns a number for a socket that no other worker gives."""
        return random.getrandbits(48)

    def flush_soon(self, way: Outlet) -> None:
        """Has a browser's messages sent in the next turn of the loop, with those of all others."""
        if not self._unsent:
            self.background.loop.call_soon(self._flush)
        self._unsent.append(way)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        for way in unsent:
            way.flush()

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            now = self.background.now()
            for part in (self._upkeep, self.presence, self.rights):
                try:
                    part.round(now)
                except Exception:  # the rounds must go on
                    log.exception("a round of live writing failed")
            self.log.busy = bool(self.presence.stories)

    # — rooms —

    async def room_of(self, passage: str, story: str, shared: bool) -> Room:
        """Returns a room, read from the log or begun if nobody had it open."""
        room = self.rooms.get(passage)
        if room is None:
            room = self.rooms[passage] = Room(passage, story, shared)
            try:
                room.fill(*await self.background.in_thread(self._load, passage))
            except BaseException as error:
                self.rooms.pop(passage, None)
                room.ready.set_exception(error)
                room.ready.exception()  # whoever else waits is told; nobody else need
                raise
        await asyncio.shield(room.ready)
        return room

    def _load(self, passage: str) -> tuple[Loaded, Doc[Any], int, int]:
        loaded = self.log.seed(passage, partial(self._seed, passage))
        document = loaded.document()
        size = sum(map(len, loaded.updates))
        return loaded, document, size, length_of(document) if size > LITTLE_SPACE else size

    def opened(self, channel: Channel) -> None:
        """Notes that a browser has a passage open."""
        channel.room.channels.add(channel)
        self.presence.changed(channel.room.story)

    def left(self, channel: Channel) -> None:
        """Notes that a browser left a passage."""
        room = channel.room
        gone = room.leave(channel)
        if gone:
            room.tell_carets(gone, None)
            self.presence.carry_carets(room, gone)
        self.presence.changed(room.story)
        if not any(other.right.kind == WRITE for other in room.channels):
            self._upkeep.seal_soon(room)

    def drop(self, room: Room, reason: str) -> None:
        """Forgets a room whose memory is ahead of the disk; its browsers come back with what they kept."""
        self.rooms.pop(room.passage, None)
        room.gone = True
        for channel in list(room.channels):
            channel.outlet.end(reason)

    # — updates —

    def append(self, entries: list[Append]) -> None:
        """Gives updates of one frame to the log."""
        for entry in entries:
            entry[5][0].room.appended()
        self.log.append(entries)

    def committed(self, batch: Sequence[Append]) -> None:
        """Shows what is on disk to the others, and tells those who wrote it."""
        now = self.background.now()
        acknowledged: dict[Channel, int] = {}
        for passage, _account, kind, update, caret, (channel, count) in batch:
            room: Room = channel.room
            if room.gone:
                room = self.rooms.get(passage, room)
                room.apply(update)
            else:
                room.committed()
            room.tell_update(update, caret, channel if count else None)
            room.written(now)
            if kind == SUGGEST:
                self._upkeep.record_soon(room)
            if room.may_be_long:
                self._upkeep.measure_soon(room)
            if caret:
                self.presence.carry_carets(room, caret)
            if count:
                channel.in_flight -= 1
                acknowledged[channel] = count
        for channel, count in acknowledged.items():
            channel.outlet.put(wire.acknowledgement(channel.number, count if channel.in_flight else channel.received))

    def failed(self, batch: Sequence[Append], reason: str) -> None:
        """Drops the rooms of what could not be kept: nothing of it was shown or acknowledged, and all of it is still in the browsers."""
        for passage in {entry[0] for entry in batch}:
            room = self.rooms.get(passage)
            if room is not None:
                self.drop(room, reason)

    def arrived(self, rows: Sequence[Row], signals: Sequence[Signal]) -> None:
        """Takes in what others committed."""
        now = self.background.now()
        for passage, update, _account, _kind in rows:
            room = self.rooms.get(passage)
            if room is not None:
                room.apply(update)
                room.tell_update(update, b"", None)
                room.written(now)
        for topic, data in signals:
            try:
                self._hear(topic, data)
            except (ValueError, KeyError, wire.Malformed):
                log.exception("a signal was not understood")

    def refuse(self, channel: Channel, reason: str, lang: str) -> None:
        """Tells a browser that what it sent was not taken."""
        facts = {"reason": reason, "sentence": words.refusal(reason, lang)}
        channel.outlet.put(wire.told(wire.REFUSED, channel.number, facts))

    def caret_moved(self, channel: Channel, payload: bytes) -> None:
        """Shows where a caret is that no text came with."""
        channel.room.tell_carets(payload, channel)
        self.presence.carry_carets(channel.room, payload)

    # — what other workers and threads say —

    def _hear(self, topic: str, data: bytes) -> None:
        if topic == CARETS:
            self.presence.hear_carets(data)
        elif topic == PRESENT:
            self.presence.hear(data)
        elif topic.startswith(STORY):
            self._hear_notice(topic.removeprefix(STORY), json.loads(data))
        elif topic.startswith(ACCOUNT):
            account = topic.removeprefix(ACCOUNT)
            self.rights.recheck_soon(one for one in self.presence.connections() if account in ("", one.visitor.account))
        elif topic == FORGET:
            room = self.rooms.get(data.decode())
            if room is not None:
                self.drop(room, outlet.RESTART)

    def _hear_notice(self, story: str, facts: dict[str, object]) -> None:
        self.presence.tell(story, wire.told(wire.NOTICE, wire.STORY, facts))
        if facts.get("kind") in MOVES_RIGHTS:
            self.rights.recheck_soon(one for one in self.presence.connections() if one.story == story)


class _Ears:
    """Carries what the log's thread says onto the loop."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def _call(self, act: Callable[..., None], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile: nobody is there to be told
            self._hub.background.loop.call_soon_threadsafe(act, *arguments)

    def committed(self, batch: Sequence[Append]) -> None:
        self._call(self._hub.committed, batch)

    def failed(self, batch: Sequence[Append], reason: str) -> None:
        self._call(self._hub.failed, batch, reason)

    def arrived(self, rows: Sequence[Row], signals: Sequence[Signal]) -> None:
        self._call(self._hub.arrived, rows, signals)
