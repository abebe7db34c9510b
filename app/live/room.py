"""A room: one passage as it is being written, with those who have it open. All of it happens on the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Container
from typing import Any

from pycrdt import Doc

from app.kernel.document.markdown_writer import to_markdown
from app.kernel.editor import accepted
from app.kernel.editor.suggesting import same_accepted
from app.kernel.editor.to_tree import to_tree
from app.live import wire, words, ydoc
from app.live.log import Loaded
from app.live.outlet import Outlet
from app.live.rights import NOTHING, SUGGEST, WRITE, Right
from app.live.structs import check, reaches
from app.live.ywatch import Incomplete, VoiceWatch
from app.services.markup import MAX_INPUT

MOST_UPDATE = 1024 * 1024
MOST_DOCUMENT = 2 * 1024 * 1024
EMPTY_UPDATE = b"\0\0"
# A text is told to be long well before it can be no revision any more.
LITTLE_SPACE, NO_SPACE = MAX_INPUT - 8 * 1024, MAX_INPUT - 1024
# How many bytes of Markdown one byte of an update can make at most, but for the indentation of deep lists: each sign may need its escape.
GROWTH = 2
LITTLE, FULL, OVER = "little", "full", "over"


class TooLarge(Exception):
    """An update, or the document with it, is larger than a room holds."""


class Broken(Exception):
    """An update was read and could not be put into the document, of which nobody knows now how much of it it holds."""

    def __init__(self, room: "Room") -> None:
        super().__init__()
        self.room = room


def length_of(document: Doc[Any]) -> int:
    """Returns how many bytes of Markdown a document would be if all that is proposed in it were accepted."""
    return len(to_markdown(to_tree(ydoc.read(document))).encode())


def right_message(number: int, right: Right, lang: str, space: str = "") -> bytes:
    """Returns the message that says what somebody may do in a passage, and whether there is space in it.

    Args:
        number: what the browser calls the passage.
        space: as `Room.space`.
    """
    facts = {"right": right.kind, "why": words.why(right, lang), "voice": right.voice, "shared": right.shared, "space": space}
    return wire.told(wire.RIGHT, number, facts)


class Channel:
    """One browser's way into one room; `number` is what that browser calls it.

    `received` counts the updates that came, `in_flight` those of them that are not on disk yet.
    """

    __slots__ = (
        "account", "anchors", "aware_head", "client", "in_flight", "number", "outlet", "received", "refused", "right", "room", "sync_head",
    )  # fmt: skip

    def __init__(self, outlet: Outlet, number: int, client: int, account: str, room: "Room", right: Right) -> None:
        self.outlet = outlet
        self.number = number
        self.client = client
        self.account = account
        self.room = room
        self.right = right
        self.anchors: set[str] = set()
        self.refused = False
        self.received = self.in_flight = 0
        self.sync_head = wire.head(wire.SYNC, number)
        self.aware_head = wire.head(wire.AWARE, number)

    def tell_right(self) -> None:
        """Says what may be done here now, and how much space there is."""
        self.outlet.put(right_message(self.number, self.right, self.outlet.lang, self.room.space))


class _Anchors:
    """The anchors of comments that somebody may set and take away: those that this page set, and new ones."""

    def __init__(self, own: Container[str], there: Container[str]) -> None:
        self._own, self._there = own, there

    def __contains__(self, anchor: object) -> bool:
        return anchor in self._own or anchor not in self._there


class Room:
    """A passage's document in memory.

    Args:
        passage: its id, which is the room's name in the log.
        story: the story that it stands in.
        shared: whether several voices write in it, so that each word must keep its own.
    """

    def __init__(self, passage: str, story: str, shared: bool) -> None:
        self.passage = passage
        self.story = story
        self.channels: set[Channel] = set()
        self.document: Doc[Any] = Doc()
        self.carets: dict[int, tuple[int, bytes]] = {}
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.size = self.rows = 0
        self.written_at = self.unsealed_since = 0.0  # zero: nothing was written since it was sealed
        self.sealing = self.gone = False
        self.recording: asyncio.TimerHandle | None = None
        self.measuring: asyncio.TimerHandle | None = None
        self.told_space = ""
        self.length = self.grown = 0  # bytes of Markdown when they were last counted, and what may have come since
        self._shared = shared
        self._watch: VoiceWatch | None = None
        self._early: list[bytes] = []
        self._appended = self._committed = 0
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()

    @property
    def in_flight(self) -> bool:
        """Whether something was appended to the log that is not on disk yet."""
        return self._appended > self._committed

    @property
    def is_idle(self) -> bool:
        """Whether nobody has it open and nothing of it is still to be done."""
        return not self.channels and not self.in_flight and not self.unsealed_since and self.ready.done()

    def written(self, now: float) -> None:
        """Notes that something came into it."""
        self.written_at = now
        self.unsealed_since = self.unsealed_since or now

    def fill(self, loaded: Loaded, document: Doc[Any], size: int, length: int) -> None:
        """Puts what the log holds into the room, and what other workers wrote while it was read.

        Args:
            size: of the document, in bytes of its updates.
            length: of its text, in bytes of Markdown.
        """
        self.document, self.size, self.rows = document, size, loaded.rows
        self.length, self.grown = length, 0
        self.told_space = self.space
        self._watch = VoiceWatch(document) if self._shared else None
        for update in self._early:
            self._hear(update)
        self._early.clear()
        self.ready.set_result(None)

    def apply(self, update: bytes) -> None:
        """Takes an update that the log already holds."""
        if not self.ready.done():
            self._early.append(update)
            return
        self._hear(update)
        self._grew(update)

    # — how long the text is —

    @property
    def may_be_long(self) -> bool:
        return self.length + self.grown > LITTLE_SPACE

    @property
    def space(self) -> str:
        """What the page says of the text's length: nothing, or that little space is left, that it is full, that it can be no revision any more."""
        if self.length > MAX_INPUT:
            return OVER
        return FULL if self.length > NO_SPACE else LITTLE if self.length > LITTLE_SPACE else ""

    def measure(self, length: int, grown: int) -> None:
        """Notes how long the text was when `grown` had come since it was measured before."""
        self.length = length
        self.grown -= grown

    def _grew(self, update: bytes) -> None:
        self.size += len(update)
        self.grown += GROWTH * len(update)
        self.rows += 1

    def _hear(self, update: bytes) -> None:
        if self._watch is None:
            self.document.apply_update(update)
        else:
            self._watch.heard(update)

    def objection(self, channel: Channel, update: bytes) -> str | None:
        """Returns why an update is not taken from somebody, or None; what only suggests, or might be too long, is tried on a copy first."""
        suggests = channel.right.kind == SUGGEST
        if channel.right.kind != WRITE and not suggests:
            return "read_only"
        if len(update) > MOST_UPDATE:
            raise TooLarge
        might_be_long = self.length + self.grown + GROWTH * len(update) > MAX_INPUT
        if not suggests and not might_be_long:
            return None
        copy: Doc[Any] = ydoc.doc_of([self.document.get_update()])
        before = ydoc.read(copy)
        try:
            check(update)
            copy.apply_update(update)
        except (ValueError, UnicodeDecodeError, RuntimeError):
            raise wire.Malformed("update") from None
        if might_be_long:
            length = length_of(copy)
            if length > MAX_INPUT and length > len(to_markdown(to_tree(before)).encode()):
                return "too_long"  # one that is already may still become shorter
            self.length, self.grown = length, -GROWTH * len(update)  # which `take` adds
        if not suggests:
            return None
        own = _Anchors(channel.anchors, accepted.anchors(before))
        after = ydoc.read(copy)
        if not reaches(copy.get_state(), [update]) or not same_accepted(before, after, channel.account, own):
            return "suggest_only"
        channel.anchors |= accepted.anchors(after).keys() - accepted.anchors(before).keys()
        return None

    def take(self, update: bytes, voice: str | None) -> bytes | None:
        """Takes an update from a browser, before it is on disk.

        Args:
            voice: in which the sender speaks here.

        Returns:
            The update that sets right which words are whose, for the same commit; None if it was honest, as nearly all are.

        Raises:
            Malformed: if it cannot be read by everybody.
            TooLarge: if it, or the document, is larger than a room holds.
        """
        if len(update) > MOST_UPDATE:
            raise TooLarge
        if self.size + len(update) > MOST_DOCUMENT:
            self.size = len(self.document.get_update())  # what was measured grew with every update, also with those that took away
            if self.size + len(update) > MOST_DOCUMENT:
                raise TooLarge
        correction = None
        try:
            if self._watch is None:
                check(update)
                self.document.apply_update(update)
            elif not self._watch.typed(update, voice):
                check(update)
                correction = self._watch.apply(update, voice)
        except (ValueError, UnicodeDecodeError):
            raise wire.Malformed("update") from None
        except RuntimeError:
            raise Broken(self) from None
        except Incomplete:
            self._watch_anew()
            raise wire.Malformed("update") from None
        self._grew(update)
        return correction

    def _watch_anew(self) -> None:
        """Makes the document again without what waits for a piece that never came: an update does not hold it."""
        self.document = ydoc.doc_of([self.document.get_update()])
        self._watch = VoiceWatch(self.document)

    def state(self) -> bytes:
        """Returns how far the document reaches."""
        return self.document.get_state()

    def since(self, state: bytes) -> bytes:
        """Returns what somebody with a state vector lacks.

        Raises:
            Malformed: if that is no state vector.
        """
        try:
            return self.document.get_update(state)
        except ValueError:
            raise wire.Malformed("state") from None

    # — what is on disk —

    def appended(self) -> None:
        """Counts an update that was given to the log."""
        self._appended += 1

    def committed(self) -> None:
        """Counts one update that is on disk, and does what waited for it."""
        self._committed += 1
        while self._waiting and self._waiting[0][0] <= self._committed:
            self._waiting.popleft()[1]()

    def once_on_disk(self, act: Callable[[], None]) -> None:
        """Does something when all that was appended until now is on disk: nobody is shown what could still be lost."""
        if self.in_flight:
            self._waiting.append((self._appended, act))
        else:
            act()

    # — carets —

    def move(self, channel: Channel, payload: bytes) -> bytes:
        """Notes where a browser's caret is; returns the awareness update for the others, empty if it spoke of clients that are not its own.

        Raises:
            Malformed, TooLong: as `wire.read_awareness`.
        """
        entries = wire.read_awareness(payload)
        own = [entry for entry in entries if entry[0] == channel.client]
        if not own:
            return b""
        client, clock, state = own[-1]
        self.carets[client] = (clock, state)
        return payload if len(own) == len(entries) else wire.awareness(own)

    def moved_elsewhere(self, payload: bytes) -> None:
        """Notes where the carets of another worker's browsers are."""
        for client, clock, state in wire.read_awareness(payload):
            if state == b"null":
                self.carets.pop(client, None)
            else:
                self.carets[client] = (clock, state)

    def all_carets(self) -> bytes:
        """Returns the awareness update of everybody here."""
        return wire.awareness((client, clock, state) for client, (clock, state) in self.carets.items())

    def leave(self, channel: Channel) -> bytes:
        """Takes a channel out; returns the awareness update that tells the others, empty if they never saw it."""
        self.channels.discard(channel)
        channel.right = NOTHING
        caret = self.carets.pop(channel.client, None)
        return wire.awareness_gone([(channel.client, caret[0])]) if caret else b""

    # — telling —

    def tell_update(self, update: bytes, caret: bytes, apart: Channel | None) -> None:
        """Sends an update, and the caret that travels with it, to everybody but who wrote it."""
        tail = wire.sync_body(wire.UPDATE, update)
        if caret:
            caret = wire.sized(caret)
            for channel in self.channels:
                if channel is not apart:
                    channel.outlet.put(channel.sync_head + tail + channel.aware_head + caret)
            return
        for channel in self.channels:
            if channel is not apart:
                channel.outlet.put(channel.sync_head + tail)

    def tell_carets(self, payload: bytes, apart: Channel | None) -> None:
        """Sends an awareness update to everybody but one."""
        caret = wire.sized(payload)
        for channel in self.channels:
            if channel is not apart:
                channel.outlet.put(channel.aware_head + caret)
