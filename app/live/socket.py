"""One browser's socket: reads its frames, answers what belongs to it alone, sends what the hub puts; ends with a word that the page can say."""

import asyncio
import logging
from collections import deque
from typing import Any

from app.asgi_types import Receive, Send
from app.live import wire
from app.live.log import SERVER, SUGGEST, WRITE, Append
from app.live.outlet import MALFORMED, MOST_QUEUED, RESTART, TOO_FAST, TOO_LARGE, Direct, Outlet
from app.live.rights import NOTHING, Right, Visitor
from app.live.room import EMPTY_UPDATE, Broken, Channel, TooLarge, right_message

log = logging.getLogger("recits.live")

RATE, BURST = 60.0, 400.0
MOST_CHANNELS = 200


class Ended(Exception):
    """The socket is to be closed; `reason` is the word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Connection(Outlet):
    """A socket of a story with the passages that it has open.

    Args:
        hub: all rooms and sockets of this worker.
        lang: language of the page.
        token: of the session that it was opened with.
        direct: the shorter way to the browser and back, if the server has it.
    """

    def __init__(self, hub: Any, story: str, lang: str, token: str, visitor: Visitor, send: Send, direct: Direct | None) -> None:
        super().__init__(lang, send, direct, hub.flush_soon)
        self.hub = hub
        self.story = story
        self.token = token
        self.visitor = visitor
        self.number = hub.next_number()
        self.here: str | None = None
        self.asked_at = hub.background.now()
        self.answered = 0
        self.channels: dict[int, Channel] = {}
        self._budget, self._filled = BURST, hub.background.now()
        self._waiting: deque[bytes] = deque()
        self._waits = 0
        self._working: asyncio.Task[None] | None = None

    async def run(self, receive: Receive) -> None:
        """Serves the socket until it ends."""
        self.put(wire.told(wire.NOTICE, wire.STORY, {"kind": "you", "n": self.number}))
        try:
            if self._direct is not None:
                self._direct.listen(self.heard)
            while self.ending is None:
                event = await receive()
                if event["type"] != "websocket.receive":
                    return
                frame = event.get("bytes")
                if frame is None:
                    self.end(MALFORMED)
                else:
                    self.heard(frame)
                    if self._working is not None:
                        await self._working
        finally:
            self._waiting.clear()
            if self._working is not None:  # a passage that is being opened is closed afterwards, with the others
                await asyncio.wait([self._working])
            for number in list(self.channels):
                self.close(number)
            if self.ending is not None:
                await self.ended()
                while (await receive())["type"] != "websocket.disconnect":
                    pass

    def heard(self, frame: bytes) -> None:
        """Takes a frame; what comes while a passage is being opened waits for it."""
        if self.ending is not None:
            return
        if self._working is not None:
            self._waiting.append(frame)
            self._waits += len(frame)
            if self._waits > MOST_QUEUED:
                self.end(TOO_FAST)
            return
        try:
            messages = self._read(frame)
            at = self._take(messages, 0)
            if at < len(messages):
                self._working = self.hub.background.loop.create_task(self._open_and_go_on(messages, at))
        except Exception as error:
            self._end_with(error)

    async def _open_and_go_on(self, messages: list[wire.Message], at: int) -> None:
        """Takes what is left of a frame from a message that opens a passage, and all frames that came meanwhile."""
        try:
            while True:
                while at < len(messages):
                    _kind, number, client, body = messages[at]
                    await self._open(number, client, wire.read_string(body))
                    at = self._take(messages, at + 1)
                if not self._waiting or self.ending is not None:
                    return
                frame = self._waiting.popleft()
                self._waits -= len(frame)
                messages = self._read(frame)
                at = self._take(messages, 0)
        except Exception as error:
            self._end_with(error)
        finally:
            self._working = None

    def _end_with(self, error: Exception) -> None:
        """Ends the socket for what went wrong with a frame."""
        if isinstance(error, Ended):
            self.end(error.reason)
        elif isinstance(error, wire.Malformed | UnicodeDecodeError):
            self.end(MALFORMED)
        elif isinstance(error, TooLarge | wire.TooLong):
            self.end(TOO_LARGE)
        elif isinstance(error, Broken):
            self.end(MALFORMED)
            self.hub.drop(error.room, RESTART)
        else:  # the database is away, for example: they come back with what they kept
            log.error("a socket ended", exc_info=error)
            self.end(RESTART)

    def _read(self, frame: bytes) -> list[wire.Message]:
        messages = wire.read_frame(frame)
        self._spend(len(messages))
        return messages

    def _take(self, messages: list[wire.Message], at: int) -> int:
        """Takes messages from a place on, until one opens a passage, for which one waits; returns its place, or how many there are.

        Their updates become one commit, the caret travels with the text that it belongs to.
        """
        entries: list[Append] = []
        try:
            for place in range(at, len(messages)):
                kind, number, step, body = messages[place]
                if kind <= wire.AWARE:
                    channel = self.channels.get(number)
                    if channel is None:
                        continue  # it was refused or taken away, which the browser may not know yet
                    if kind == wire.AWARE:
                        self._caret(channel, body, entries)
                    elif step == wire.STEP1:
                        self._answer(channel, body)
                    else:
                        self._update(channel, body, entries)
                elif kind == wire.OPEN:
                    return place
                else:
                    self._flush(entries)
                    self._steer(kind, number, body)
            return len(messages)
        finally:  # what is in a room is on its way to the log, whatever comes after it in the frame
            self._flush(entries)

    def _flush(self, entries: list[Append]) -> None:
        if entries:
            self.hub.append(entries[:])
            entries.clear()

    def _steer(self, kind: int, number: int, body: bytes) -> None:
        if kind == wire.CLOSE:
            self.close(number)
        else:
            self.here = wire.read_passage(body)
            self.hub.presence.changed(self.story)

    def _spend(self, messages: int) -> None:
        """Counts the messages of a frame; a burst is for the hour that somebody was offline, not for a script.

        Raises:
            Ended: if too many came.
        """
        now = self.hub.background.now()
        self._budget = min(2 * BURST, self._budget + (now - self._filled) * 2 * RATE) - messages
        self._filled = now
        if self._budget < 0:
            raise Ended(TOO_FAST)

    def _caret(self, channel: Channel, payload: bytes, entries: list[Append]) -> None:
        moved = channel.room.move(channel, payload)
        if not moved:
            return
        if entries and entries[-1][5][0] is channel:
            room, account, kind, data, _none, token = entries[-1]
            entries[-1] = (room, account, kind, data, moved, token)
        else:
            self.hub.caret_moved(channel, moved)

    def _answer(self, channel: Channel, state: bytes) -> None:
        answer = wire.sync(channel.number, wire.STEP2, channel.room.since(state))
        channel.room.once_on_disk(lambda: self.put(answer))

    def _update(self, channel: Channel, update: bytes, entries: list[Append]) -> None:
        """Takes an update into its room and into what is to be committed, if the sender may."""
        if channel.refused:
            return
        if update == EMPTY_UPDATE:
            channel.received += 1
            if not channel.in_flight:
                self.put(wire.acknowledgement(channel.number, channel.received))
            return
        room, right = channel.room, channel.right
        reason = room.objection(channel, update)
        if reason is not None:
            channel.refused = True
            self.hub.refuse(channel, reason, self.lang)
            return
        correction = room.take(update, right.voice)
        channel.received += 1
        channel.in_flight += 1
        entries.append(
            (room.passage, channel.account, SUGGEST if right.kind == SUGGEST else WRITE, update, b"", (channel, channel.received))
        )
        if correction is not None:
            entries.append((room.passage, None, SERVER, correction, b"", (channel, 0)))

    async def _open(self, number: int, client: int, passage: str) -> None:
        if number in self.channels or len(self.channels) >= MOST_CHANNELS:
            raise Ended(MALFORMED)
        announced = self.hub.rights.announced
        right: Right = await self.hub.rights.of(self, passage)
        if not right.opens:
            self.put(right_message(number, right, self.lang))
            return
        room = await self.hub.room_of(passage, self.story, right.shared)
        channel = Channel(self, number, client, self.visitor.account, room, right)
        self.channels[number] = channel
        self.hub.opened(channel)
        channel.tell_right()
        self.hub.rights.overtaken(self, announced)
        state, carets = wire.sync(number, wire.STEP1, room.state()), room.all_carets()
        room.once_on_disk(lambda: self.put(state + channel.aware_head + wire.sized(carets)))

    def close(self, number: int) -> None:
        """Leaves a passage."""
        channel = self.channels.pop(number, None)
        if channel is not None:
            self.hub.left(channel)

    def lose(self, channel: Channel) -> None:
        """Takes a passage away from somebody who may not be there any more."""
        channel.right = NOTHING
        self.close(channel.number)
