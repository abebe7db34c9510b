"""All rooms and sockets of one worker, on its event loop: who is where, what goes to whom, what other workers say; the slow work is done in threads."""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

from pycrdt import Doc

from app.asgi_types import Receive, Send
from app.live import socket, wire, words
from app.live.log import ROWS_WORTH_COMPACTING, SUGGEST, Append, Loaded, Row, Signal, UpdateLog
from app.live.rights import NONE, Right, Rights
from app.live.room import LITTLE_SPACE, Channel, Room, length_of
from app.live.socket import Connection
from app.live.ydoc import doc_of

log = logging.getLogger("recits.live")
T = TypeVar("T")

THREADS = 4
# What other workers need to know of this one: where people are.
HERE_SECONDS = 10.0
ELSEWHERE_SECONDS = 30.0
CARET_SECONDS = 0.01
PRESENCE_SECONDS = 0.05
RECHECK_SECONDS = 30.0
ROUND_SECONDS = 2.0
# When a room's words become a revision.
PAUSE_SECONDS, LONGEST_SECONDS = 30.0, 600.0
# What is proposed goes on record, and to the margin of who decides, this long after the last keystroke.
PROPOSAL_SECONDS = 1.2
# How long a text is, is measured at most this often, and only where it may be long.
MEASURE_SECONDS = 1.0
# A room that nobody has open is kept this long: whoever reloads the page finds it warm.
KEPT_SECONDS = 20.0
ROWS_TO_COMPACT_MEANWHILE = 2000

# What somebody may do may have changed with these, not with `saved`, `comments` or `suggestions`.
MOVES_RIGHTS = frozenset({"state", "passages", "stop"})
CARETS, PRESENT, STORY, ACCOUNT, FORGET = "carets", "present", "story:", "account:", "forget"


@dataclass
class StoryPage:
    """A story as this worker sees it: its sockets here, and who is at it through other workers."""

    connections: set[Connection] = field(default_factory=set)
    elsewhere: dict[str, tuple[float, list[dict[str, object]]]] = field(default_factory=dict)
    due: asyncio.TimerHandle | None = None


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
        self.stories: dict[str, StoryPage] = {}
        self._rights = rights
        self._seed = seed
        self._seal = seal
        self._record = record
        self._threads = ThreadPoolExecutor(THREADS, "recits-live-work")
        self._worker = f"{random.getrandbits(48):x}"
        self._carets: list[bytes] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._told_at = 0.0
        self._leaving = False
        self._started = False
        self._starting = asyncio.Lock()

    # — beginning and end —

    async def _start(self) -> bool:
        """Binds the hub to the running loop and starts the log's thread, with the first socket; False if the log does not answer."""
        async with self._starting:
            if self._started:
                return True
            self.loop = asyncio.get_running_loop()
            self.now = self.loop.time
            try:
                await self._in_thread(self.log.start, _Ears(self))
            except Exception:  # whatever it is kept in; the next socket tries again
                log.exception("live writing cannot begin")
                return False
            self._started = True
            self._do(self._rounds())
            return True

    def leave(self) -> None:
        """Tells every browser that this worker goes; they come back to another."""
        self._leaving = True
        for connection in self._connections():
            connection.end(socket.RESTART)

    def stop(self) -> None:
        """Commits what is queued; called when the last socket is closed."""
        self.log.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def serve(self, receive: Receive, send: Send, story: str, lang: str, token: str | None) -> None:
        """Serves one socket of a story, from its opening to its end."""
        started = await self._start()
        await receive()
        await send({"type": "websocket.accept"})
        found = socket.RESTART if self._leaving or not started else await self._in_thread(self._rights.enter, token, story)
        if isinstance(found, str) or token is None:
            reason = found if isinstance(found, str) else socket.SIGNED_OUT
            await send({"type": "websocket.close", "code": socket.CODES[reason], "reason": reason})
            return
        connection = Connection(self, story, lang, token, found, send)
        page = self.stories.setdefault(story, StoryPage())
        page.connections.add(connection)
        self.log.busy = True
        self.presence_changed(story)
        try:
            await connection.run(receive)
        finally:
            page.connections.discard(connection)
            self.presence_changed(story)

    def _connections(self) -> list[Connection]:
        return [connection for page in self.stories.values() for connection in page.connections]

    def next_number(self) -> int:
        """Returns a number for a socket that no other worker gives."""
        return random.getrandbits(48)

    # — rooms —

    async def right_of(self, connection: Connection, passage: str) -> Right:
        """Returns what somebody may do in a passage now."""
        return (await self._in_thread(self._rights.of, connection.token, connection.story, [passage]))[passage]

    async def room_of(self, passage: str, story: str, shared: bool) -> Room:
        """Returns a room, read from the log or begun if nobody had it open."""
        room = self.rooms.get(passage)
        if room is None:
            room = self.rooms[passage] = Room(passage, story, shared)
            try:
                room.fill(*await self._in_thread(self._load, passage))
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
        self.presence_changed(channel.room.story)

    def left(self, channel: Channel) -> None:
        """Notes that a browser left a passage."""
        room = channel.room
        gone = room.leave(channel)
        if gone:
            room.tell_carets(gone, None)
            self._carry_carets(room, gone)
        self.presence_changed(room.story)
        if not any(other.right.kind == "write" for other in room.channels):
            self._seal_soon(room)

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
        now = self.now()
        acknowledged: dict[Channel, int] = {}
        for passage, _account, kind, update, caret, (channel, count) in batch:
            room: Room = channel.room
            if room.gone:
                room = self.rooms.get(passage, room)
                room.apply(update)
            else:
                room.committed()
            room.tell_update(update, caret, channel if count else None)
            room.written_at = now
            room.unsealed_since = room.unsealed_since or now
            if kind == SUGGEST:
                self._record_soon(room)
            if room.may_be_long:
                self._measure_soon(room)
            if caret:
                self._carry_carets(room, caret)
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
        now = self.now()
        for passage, update, _account, _kind in rows:
            room = self.rooms.get(passage)
            if room is None:
                continue
            room.apply(update)
            room.tell_update(update, b"", None)
            room.written_at = now
            room.unsealed_since = room.unsealed_since or now
        for topic, data in signals:
            try:
                self._hear(topic, data)
            except (ValueError, KeyError, wire.Malformed):
                log.exception("a signal was not understood")

    def refuse(self, channel: Channel, reason: str, lang: str) -> None:
        """Tells a browser that what it sent was not taken."""
        facts = {"reason": reason, "sentence": words.refusal(reason, lang)}
        channel.outlet.put(wire.told(wire.REFUSED, channel.number, facts))

    # — carets and presence —

    def caret_moved(self, channel: Channel, payload: bytes) -> None:
        """Shows where a caret is that no text came with."""
        channel.room.tell_carets(payload, channel)
        self._carry_carets(channel.room, payload)

    def _carry_carets(self, room: Room, payload: bytes) -> None:
        """Sends carets to the other workers that have the story open, many at a time."""
        page = self.stories.get(room.story)
        if page is None or not page.elsewhere:
            return
        if not self._carets:
            self.loop.call_later(CARET_SECONDS, self._send_carets)
        self._carets.append(wire.sized(room.passage.encode()) + wire.sized(payload))

    def _send_carets(self) -> None:
        carets, self._carets = self._carets, []
        self.log.say(CARETS, b"".join(carets))

    def presence_changed(self, story: str) -> None:
        """Tells everybody at a story who is there, soon: a page that opens ten passages is told once."""
        page = self.stories.get(story)
        if page is not None and page.due is None:
            page.due = self.loop.call_later(PRESENCE_SECONDS + 0.002 * len(page.connections), self._tell_presence, story)

    def _tell_presence(self, story: str) -> None:
        page = self.stories.get(story)
        if page is None:
            return
        page.due = None
        self._say_who_is_here([story])
        message = wire.told(wire.PRESENCE, wire.STORY, _everybody(page))
        for connection in page.connections:
            connection.put(message)
        if not page.connections:
            self.stories.pop(story, None)

    def _say_who_is_here(self, stories: Sequence[str]) -> None:
        """Tells the other workers who is at some stories through this one."""
        people = {story: [_present(connection) for connection in self.stories[story].connections] for story in stories}
        self.log.say(PRESENT, json.dumps({"worker": self._worker, "stories": people}, ensure_ascii=False).encode())

    # — what other workers and threads say —

    def _hear(self, topic: str, data: bytes) -> None:
        if topic == CARETS:
            self._hear_carets(data)
        elif topic == PRESENT:
            self._hear_presence(json.loads(data))
        elif topic.startswith(STORY):
            self._hear_notice(topic.removeprefix(STORY), json.loads(data))
        elif topic.startswith(ACCOUNT):
            account = topic.removeprefix(ACCOUNT)
            self._do(self.recheck([connection for connection in self._connections() if account in ("", connection.visitor.account)]))
        elif topic == FORGET:
            room = self.rooms.get(data.decode())
            if room is not None:
                self.drop(room, socket.RESTART)

    def _hear_carets(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            passage, at = wire.read_bytes(data, at)
            payload, at = wire.read_bytes(data, at)
            room = self.rooms.get(passage.decode())
            if room is not None and room.channels:
                room.moved_elsewhere(payload)
                room.tell_carets(payload, None)

    def _hear_presence(self, facts: dict[str, Any]) -> None:
        worker = facts["worker"]
        for story, people in facts["stories"].items():
            page = self.stories.get(story)
            if page is None:
                continue
            _at, known = page.elsewhere.pop(worker, (0.0, []))
            if people:
                page.elsewhere[worker] = (self.now(), people)
                if not known:
                    self._introduce(story)
            if known != people:
                self.presence_changed(story)

    def _introduce(self, story: str) -> None:
        """Shows the carets of this worker's browsers to one that has just come."""
        for room in self.rooms.values():
            if room.story == story and room.carets:
                self._carry_carets(room, room.all_carets())

    def _hear_notice(self, story: str, facts: dict[str, object]) -> None:
        page = self.stories.get(story)
        if page is None:
            return
        message = wire.told(wire.NOTICE, wire.STORY, facts)
        for connection in page.connections:
            connection.put(message)
        if facts.get("kind") in MOVES_RIGHTS:
            self._do(self.recheck(list(page.connections)))

    async def recheck(self, connections: Sequence[Connection]) -> None:
        """Asks again what some people may do, and tells those for whom it changed."""
        for connection in connections:
            found = await self._in_thread(self._rights.enter, connection.token, connection.story)
            if isinstance(found, str):
                connection.end(found)
                continue
            passages = {channel.room.passage: channel for channel in connection.channels.values()}
            if not passages:
                continue
            rights = await self._in_thread(self._rights.of, connection.token, connection.story, list(passages))
            for passage, right in rights.items():
                channel = passages[passage]
                if right == channel.right or connection.channels.get(channel.number) is not channel:
                    continue
                connection.put(self.right_message(channel.number, right, connection.lang, channel.room.space))
                if right.kind == NONE:
                    connection.lose(channel)
                else:
                    channel.right = right

    def right_message(self, number: int, right: Right, lang: str, space: str = "") -> bytes:
        """Returns the message that says what somebody may do in a passage, and whether there is space in it."""
        facts = {"right": right.kind, "why": words.why(right, lang), "voice": right.voice, "shared": right.shared, "space": space}
        return wire.told(wire.RIGHT, number, facts)

    # — what is done now and then —

    async def _rounds(self) -> None:
        rechecked = self.now()
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                self._round()
                if self.now() - rechecked > RECHECK_SECONDS:
                    rechecked = self.now()
                    self._do(self.recheck(self._connections()))
            except Exception:  # the round must go on
                log.exception("a round of live writing failed")

    def _round(self) -> None:
        now = self.now()
        for room in list(self.rooms.values()):
            if room.unsealed_since and (now - room.written_at > PAUSE_SECONDS or now - room.unsealed_since > LONGEST_SECONDS):
                self._seal_soon(room)
            if room.rows > ROWS_TO_COMPACT_MEANWHILE:
                room.rows = 0
                self._do(self._in_thread(self.log.compact, room.passage))
            if (
                not room.channels
                and not room.in_flight
                and not room.unsealed_since
                and room.ready.done()
                and now - room.written_at > KEPT_SECONDS
            ):
                self.rooms.pop(room.passage, None)
                if room.rows > ROWS_WORTH_COMPACTING:
                    self._do(self._in_thread(self.log.compact, room.passage))
        for story, page in list(self.stories.items()):
            for worker, (at, _people) in list(page.elsewhere.items()):
                if now - at > ELSEWHERE_SECONDS:
                    del page.elsewhere[worker]
                    self.presence_changed(story)
        self.log.busy = bool(self.stories)
        if self.stories and now - self._told_at > HERE_SECONDS:
            self._told_at = now
            self._say_who_is_here(list(self.stories))

    def _record_soon(self, room: Room) -> None:
        """Puts what is proposed on record once its author pauses."""
        if room.recording is not None:
            room.recording.cancel()
        room.recording = self.loop.call_later(PROPOSAL_SECONDS, lambda: self._do(self._in_thread(self._record, room.passage)))

    def _measure_soon(self, room: Room) -> None:
        if room.measuring is None:
            room.measuring = self.loop.call_later(MEASURE_SECONDS, lambda: self._do(self._measure(room)))

    async def _measure(self, room: Room) -> None:
        """Measures a text, and tells those who have it open if there is less space now, or more."""
        room.measuring, grown = None, room.grown
        room.measure(await self._in_thread(_length, room.document.get_update()), grown)
        if room.space != room.told_space:
            room.told_space = room.space
            for channel in room.channels:
                channel.outlet.put(self.right_message(channel.number, channel.right, channel.outlet.lang, room.space))

    def _seal_soon(self, room: Room) -> None:
        if room.unsealed_since and not room.sealing and not self._leaving:
            room.sealing = True
            self._do(self._sealed(room))

    async def _sealed(self, room: Room) -> None:
        written = room.written_at
        try:
            await self._in_thread(self._seal, room.passage)
            room.unsealed_since = 0.0 if room.written_at == written else self.now()
        except Exception:  # tried again at the next pause; the words are in the log
            log.exception("a passage was not sealed")
            room.unsealed_since = room.written_at = self.now()
        finally:
            room.sealing = False

    # — threads —

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await self.loop.run_in_executor(self._threads, partial(work, *arguments))

    def _do(self, work: Awaitable[Any]) -> None:
        """Does something beside what is asked for; its failure is logged."""
        task = self.loop.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _length(update: bytes) -> int:
    return length_of(doc_of([update]))


async def _logged(work: Awaitable[Any]) -> None:
    try:
        await work
    except Exception:  # nobody waits for it
        log.exception("work beside live writing failed")


def _everybody(page: StoryPage) -> list[dict[str, object]]:
    """Returns who is at a story. A worker that was killed cannot say that its people left: whoever of them came back through another is told once."""
    found = [_present(connection) for connection in page.connections]
    seen = {client for person in found for client in person["clients"]}
    for _at, people in sorted(page.elsewhere.values(), key=itemgetter(0), reverse=True):
        come = [person for person in people if seen.isdisjoint(person["clients"])]
        seen |= {client for person in come for client in person["clients"]}
        found += come
    return found


def _present(connection: Connection) -> dict[str, object]:
    """Returns what others are told of somebody; names come from here, never from a browser."""
    visitor = connection.visitor
    clients = [channel.client for channel in connection.channels.values()]
    return {"n": connection.number, "name": visitor.name, "key": visitor.key, "passage": connection.here, "clients": clients}


class _Ears:
    """Carries what the log's thread says onto the loop."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def _call(self, act: Callable[..., None], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile: nobody is there to be told
            self._hub.loop.call_soon_threadsafe(act, *arguments)

    def committed(self, batch: Sequence[Append]) -> None:
        self._call(self._hub.committed, batch)

    def failed(self, batch: Sequence[Append], reason: str) -> None:
        self._call(self._hub.failed, batch, reason)

    def arrived(self, rows: Sequence[Row], signals: Sequence[Signal]) -> None:
        self._call(self._hub.arrived, rows, signals)
