"""Who is at which story, and where their carets are, in this worker and in the others."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from app.live import wire
from app.live.background import Background
from app.live.log import UpdateLog
from app.live.room import Room
from app.live.socket import Connection

# What other workers need to know of this one: where people are.
HERE_SECONDS = 4.0
ELSEWHERE_SECONDS = 12.0
CARET_SECONDS = 0.01
PRESENCE_SECONDS = 0.05
CARETS, PRESENT = "carets", "present"


@dataclass
class StoryPage:
    """A story as this worker sees it: its sockets here, and who is at it through other workers."""

    connections: set[Connection] = field(default_factory=set)
    elsewhere: dict[str, tuple[float, list[dict[str, object]]]] = field(default_factory=dict)
    due: asyncio.TimerHandle | None = None


class Presence:
    """The sockets of a worker by story.

    Args:
        log: carries what the workers tell each other.
        rooms: the open passages, by id.
        background: the worker's loop.
    """

    def __init__(self, log: UpdateLog, rooms: Mapping[str, Room], background: Background) -> None:
        self.stories: dict[str, StoryPage] = {}
        self._log = log
        self._rooms = rooms
        self._background = background
        self._worker = f"{random.getrandbits(48):x}"
        self._carets: list[bytes] = []
        self._told_at = 0.0

    def connections(self) -> list[Connection]:
        """Returns all sockets."""
        return [connection for page in self.stories.values() for connection in page.connections]

    def enter(self, connection: Connection) -> None:
        """Counts a socket in."""
        self.stories.setdefault(connection.story, StoryPage()).connections.add(connection)
        self.changed(connection.story)

    def leave(self, connection: Connection) -> None:
        """Counts a socket out."""
        page = self.stories.get(connection.story)
        if page is not None:
            page.connections.discard(connection)
            self.changed(connection.story)

    def tell(self, story: str, message: bytes) -> None:
        """Sends a message to every socket of a story here."""
        page = self.stories.get(story)
        for connection in page.connections if page is not None else ():
            connection.put(message)

    # — who is there —

    def changed(self, story: str) -> None:
        """Tells everybody at a story who is there, soon: a page that opens ten passages is told once."""
        page = self.stories.get(story)
        if page is not None and page.due is None:
            page.due = self._background.later(PRESENCE_SECONDS + 0.002 * len(page.connections), self._tell_presence, story)

    def _tell_presence(self, story: str) -> None:
        page = self.stories.get(story)
        if page is None:
            return
        page.due = None
        self._say_who_is_here([story])
        self.tell(story, wire.told(wire.PRESENCE, wire.STORY, _everybody(page)))
        if not page.connections:
            self.stories.pop(story, None)

    def _say_who_is_here(self, stories: Sequence[str]) -> None:
        """Tells the other workers who is at some stories through this one."""
        people = {story: [_present(connection) for connection in self.stories[story].connections] for story in stories}
        self._log.say(PRESENT, json.dumps({"worker": self._worker, "stories": people}, ensure_ascii=False).encode())

    def hear(self, data: bytes) -> None:
        """Takes in who is where through another worker."""
        facts: dict[str, Any] = json.loads(data)
        worker = facts["worker"]
        for story, people in facts["stories"].items():
            page = self.stories.get(story)
            if page is None:
                continue
            _at, known = page.elsewhere.pop(worker, (0.0, []))
            if people:
                page.elsewhere[worker] = (self._background.now(), people)
                if not known:
                    self._introduce(story)
            if known != people:
                self.changed(story)

    def round(self, now: float) -> None:
        """Forgets workers that are silent, and lets the others know of this one."""
        for story, page in list(self.stories.items()):
            for worker, (at, _people) in list(page.elsewhere.items()):
                if now - at > ELSEWHERE_SECONDS:
                    del page.elsewhere[worker]
                    self.changed(story)
        if self.stories and now - self._told_at > HERE_SECONDS:
            self._told_at = now
            self._say_who_is_here(list(self.stories))

    # — carets —

    def carry_carets(self, room: Room, payload: bytes) -> None:
        """Sends carets to the other workers that have the story open, many at a time."""
        page = self.stories.get(room.story)
        if page is None or not page.elsewhere:
            return
        if not self._carets:
            self._background.later(CARET_SECONDS, self._send_carets)
        self._carets.append(wire.sized(room.passage.encode()) + wire.sized(payload))

    def _send_carets(self) -> None:
        carets, self._carets = self._carets, []
        self._log.say(CARETS, b"".join(carets))

    def hear_carets(self, data: bytes) -> None:
        """Shows where carets are that another worker tells of."""
        at = 0
        while at < len(data):
            passage, at = wire.read_bytes(data, at)
            payload, at = wire.read_bytes(data, at)
            room = self._rooms.get(passage.decode())
            if room is not None and room.channels:
                room.moved_elsewhere(payload)
                room.tell_carets(payload, None)

    def _introduce(self, story: str) -> None:
        """Shows the carets of this worker's browsers to one that has just come."""
        for room in self._rooms.values():
            if room.story == story and room.carets:
                self.carry_carets(room, room.all_carets())


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
