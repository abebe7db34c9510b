"""One browser's socket: reads its frames, answers what belongs to it alone, sends what the hub puts; ends with a word that the page can say."""

import asyncio
import logging
from typing import Any

from app.asgi_types import Receive, Send
from app.live import wire
from app.live.log import SERVER, SUGGEST, WRITE, Append
from app.live.rights import NOTHING, Right, Visitor
from app.live.room import EMPTY_UPDATE, Broken, Channel, TooLarge

log = logging.getLogger("recits.live")

MALFORMED, TOO_LARGE, TOO_FAST, SIGNED_OUT, NOT_ALLOWED, RESTART = (
    "malformed",
    "too_large",
    "too_fast",
    "signed_out",
    "not_allowed",
    "restart",
)
CODES = {MALFORMED: 1002, TOO_LARGE: 1009, SIGNED_OUT: 1008, NOT_ALLOWED: 1008, TOO_FAST: 1013, RESTART: 1013, "disk_full": 1013}

RATE, BURST = 60.0, 400.0
MOST_CHANNELS = 200
# A browser that reads more slowly than others write is let go: it resynchronises when it comes back.
MOST_QUEUED = 8 * 1024 * 1024


class Ended(Exception):
    """The socket is to be closed; `reason` is the word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Connection:
    """A socket of a story with the passages that it has open.

    Args:
        hub: all rooms and sockets of this worker.
        lang: language of the page.
        token: of the session that it was opened with.
    """

    def __init__(self, hub: Any, story: str, lang: str, token: str, visitor: Visitor, send: Send) -> None:
        self.hub = hub
        self.story = story
        self.lang = lang
        self.token = token
        self.visitor = visitor
        self.number = hub.next_number()
        self.here: str | None = None
        self.channels: dict[int, Channel] = {}
        self._send = send
        self._queue: list[bytes] = []
        self._queued = 0
        self._pumping: asyncio.Task[None] | None = None
        self._ending: str | None = None
        self._budget, self._filled = BURST, hub.now()

    # — to the browser —

    def put(self, message: bytes) -> None:
        """Sends a message with all others that are put in the same turn of the loop."""
        self._queue.append(message)
        self._queued += len(message)
        if self._queued > MOST_QUEUED:
            self.end(RESTART)
        elif self._pumping is None:
            self._pumping = self.hub.loop.create_task(self._pump())

    def end(self, reason: str) -> None:
        """Closes the socket with a word, after what is queued (unless that is what grew too long)."""
        if self._ending is not None:
            return
        self._ending = reason
        if self._queued > MOST_QUEUED:
            self._queue.clear()
        if self._pumping is None:
            self._pumping = self.hub.loop.create_task(self._pump())

    async def _pump(self) -> None:
        try:
            while self._queue:
                queue, self._queue, self._queued = self._queue, [], 0
                await self._send({"type": "websocket.send", "bytes": b"".join(queue)})
            if self._ending is not None:
                await self._send({"type": "websocket.close", "code": CODES[self._ending], "reason": self._ending})
        except Exception:  # whoever reads sees that the other side is gone
            self._queue = []
        finally:
            self._pumping = None

    # — from the browser —

    async def run(self, receive: Receive) -> None:
        """Serves the socket until it ends."""
        self.put(wire.told(wire.NOTICE, wire.STORY, {"kind": "you", "n": self.number}))
        try:
            while self._ending is None:
                event = await receive()
                if event["type"] != "websocket.receive":
                    return
                frame = event.get("bytes")
                if frame is None:
                    raise Ended(MALFORMED)
                await self._frame(frame)
        except (wire.Malformed, UnicodeDecodeError):
            self.end(MALFORMED)
        except Broken as broken:
            self.end(MALFORMED)
            self.hub.drop(broken.room, RESTART)
        except (TooLarge, wire.TooLong):
            self.end(TOO_LARGE)
        except Ended as ended:
            self.end(ended.reason)
        except Exception:  # the database is away, for example: they come back with what they kept
            log.exception("a socket ended")
            self.end(RESTART)
        finally:
            for number in list(self.channels):
                self.close(number)
            if self._ending is not None:
                await self._say_goodbye(receive)

    async def _say_goodbye(self, receive: Receive) -> None:
        if self._pumping is not None:
            await self._pumping
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def _frame(self, frame: bytes) -> None:
        """Takes all messages of a frame; its updates become one commit, the caret travels with the text that it belongs to."""
        entries: list[Append] = []
        messages = wire.read_frame(frame)
        self._spend(len(messages))
        try:
            for kind, number, step, body in messages:
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
                else:
                    self._flush(entries)
                    await self._steer(kind, number, step, body)
        finally:  # what is in a room is on its way to the log, whatever comes after it in the frame
            self._flush(entries)

    def _flush(self, entries: list[Append]) -> None:
        if entries:
            self.hub.append(entries[:])
            entries.clear()

    async def _steer(self, kind: int, number: int, client: int, body: bytes) -> None:
        if kind == wire.OPEN:
            await self._open(number, client, wire.read_string(body))
        elif kind == wire.CLOSE:
            self.close(number)
        else:
            self.here = wire.read_passage(body)
            self.hub.presence_changed(self.story)

    def _spend(self, messages: int) -> None:
        """Counts the messages of a frame; a burst is for the hour that somebody was offline, not for a script.

        Raises:
            Ended: if too many came.
        """
        now = self.hub.now()
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
        right: Right = await self.hub.right_of(self, passage)
        if not right.opens:
            self.put(self.hub.right_message(number, right, self.lang))
            return
        room = await self.hub.room_of(passage, self.story, right.shared)
        channel = Channel(self, number, client, self.visitor.account, room, right)
        self.channels[number] = channel
        self.hub.opened(channel)
        self.put(self.hub.right_message(number, right, self.lang, room.space))
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
