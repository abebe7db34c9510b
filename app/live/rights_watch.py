"""Asks what people may do: when they come, when it may have changed, and now and then, should nobody have said that it did."""

from collections.abc import Iterable, Sequence
from itertools import count, islice

from app.live.background import Background
from app.live.outlet import SIGNED_OUT
from app.live.presence import Presence
from app.live.rights import NONE, Right, Rights, Visitor
from app.live.socket import Connection

# A session ends by itself; that costs one question for all.
SESSIONS_SECONDS = 30.0
# All else that changes rights is announced as it happens, but for days that begin and what somebody changes past the services, in the database. Asking about
# one socket takes milliseconds in which no key is passed on: each is asked about so often, and few in one round.
EVERYTHING_SECONDS = 300.0
MOST_IN_A_ROUND = 8


class RightsWatch:
    """What the people of a worker's sockets may do.

    Args:
        rights: decides.
        presence: the sockets.
        background: the worker's loop and threads.
    """

    def __init__(self, rights: Rights, presence: Presence, background: Background) -> None:
        self._rights = rights
        self._presence = presence
        self._background = background
        self._sessions_at = 0.0
        self._questions = count(1)
        # How often somebody announced that rights may have changed: what was asked before the last time may have an answer from before.
        self.announced = 0

    async def enter(self, token: str | None, story: str) -> Visitor | str:
        """Returns who somebody is, or why they may not be at a story."""
        return await self._background.in_thread(self._rights.enter, token, story)

    async def of(self, connection: Connection, passage: str) -> Right:
        """Returns what somebody may do in a passage now."""
        return (await self._background.in_thread(self._rights.of, connection.token, connection.story, [passage]))[passage]

    def round(self, now: float) -> None:
        """Asks what is due."""
        connections = self._presence.connections()
        if now - self._sessions_at > SESSIONS_SECONDS and connections:
            self._sessions_at = now
            self._background.do(self._end_sessions(connections))
        due = list(islice((connection for connection in connections if now - connection.asked_at > EVERYTHING_SECONDS), MOST_IN_A_ROUND))
        if due:
            self._background.do(self.recheck(due))

    async def _end_sessions(self, connections: Sequence[Connection]) -> None:
        ended = await self._background.in_thread(self._rights.ended, {connection.token for connection in connections})
        for connection in connections:
            if connection.token in ended:
                connection.end(SIGNED_OUT)

    def recheck_soon(self, connections: Iterable[Connection]) -> None:
        """Asks about some sockets, beside all else: somebody announced that their rights may have changed."""
        self.announced += 1
        self._background.do(self.recheck(list(connections)))

    def overtaken(self, connection: Connection, announced: int) -> None:
        """Asks again about a socket whose rights were being asked about while a change of rights was announced, which could not be told to it yet.

        Args:
            announced: how often that had been done before the question.
        """
        if self.announced != announced:
            self._background.do(self.recheck([connection]))

    async def recheck(self, connections: Sequence[Connection]) -> None:
        """Asks again what some people may do, and tells those for whom it changed."""
        for connection in connections:
            connection.asked_at = self._background.now()
        for connection in connections:
            question = next(self._questions)
            found = await self.enter(connection.token, connection.story)
            if isinstance(found, str):
                connection.end(found)
                continue
            passages = {channel.room.passage: channel for channel in connection.channels.values()}
            if not passages:
                continue
            rights = await self._background.in_thread(self._rights.of, connection.token, connection.story, list(passages))
            if question < connection.answered:  # threads overtake each other: what was asked later knows more
                continue
            connection.answered = question
            for passage, right in rights.items():
                channel = passages[passage]
                if right == channel.right or connection.channels.get(channel.number) is not channel:
                    continue
                channel.right = right
                channel.tell_right()
                if right.kind == NONE:
                    connection.lose(channel)
