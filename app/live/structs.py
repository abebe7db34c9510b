"""Reads how far a Yjs update reaches, so that nothing is folded while a piece is missing: a document tells what it has, not what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.live.wire import Malformed, read_bytes, read_varuint, varuint

# Kinds of content in an update of version 1, by the five lowest bits of a struct's first byte.
_GC, _DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY, _DOCUMENT, _SKIP, _MOVE = range(12)
_HAS_LEFT, _HAS_RIGHT, _HAS_PARENT_KEY = 128, 64, 32
_NAMED_TYPES = (3, 5)  # XML elements and hooks carry a name
_TYPES = 7
_FIXED = {0x7C: 4, 0x7B: 8, 0x7A: 8}  # floats and big integers


def reaches(state: bytes, updates: Iterable[bytes]) -> bool:
    """Tells whether a document's state vector holds all that some updates insert or delete."""
    have = read_state(state)
    return all(clock <= have.get(client, 0) for update in updates for client, clock in ends(update))


def check(update: bytes) -> None:
    """Raises Malformed if a browser could not read an update; our own library reads kinds of content that Yjs 13 does not know.

    A lone piece of text, as nearly every key sends, is seen at once; what follows its kind is for the library to read.
    """
    if update[:2] == b"\1\1":
        _, at = read_varuint(update, 2)
        _, at = read_varuint(update, at)
        if at < len(update) and update[at] & 31 == _STRING:
            return
    ends(update)


@dataclass(slots=True)
class Typing:
    """A piece of text that stands alone in an update, and with which bytes an update begins that goes on typing right after it.

    Args:
        client: who typed, as the update writes it.
        clock: of what that client says next.
        right: the id of what stood to the right, as the update writes it; empty at the end of a line.
    """

    client: bytes
    clock: int
    right: bytes
    prefix: bytes = b""

    def __post_init__(self) -> None:
        self._expect()

    def _expect(self) -> None:
        info = b"\xc4" if self.right else b"\x84"
        self.prefix = b"".join((b"\1\1", self.client, varuint(self.clock), info, self.client, varuint(self.clock - 1), self.right))

    def goes_on(self, update: bytes) -> bool:
        """Tells whether an update is a lone piece of text right after this one, before the same neighbour; if so, stands for that one from now on.

        Raises:
            UnicodeDecodeError: if it would be, and its text is none.
        """
        if not update.startswith(self.prefix):
            return False
        at = len(self.prefix) + 1
        text = update[at:-1]
        if not text or update[-1] or update[at - 1] != len(text) or len(text) > 127:
            return False
        self.clock += len(text) if text.isascii() else _units(text.decode())
        self._expect()
        return True


def client_of(update: bytes) -> bytes:
    """Returns the client of an update of one piece, as it is written there; empty where there are more, or none."""
    if update[:2] != b"\1\1":
        return b""
    end = 2
    while end < len(update) and update[end] & 128:
        end += 1
    return update[2 : end + 1]


def lone_text(update: bytes) -> Typing | None:
    """Returns the piece of text that is all there is in an update and that stands beside something; None if there is more, or less.

    Raises:
        Malformed: if it is no update of version 1.
    """
    if update[:2] != b"\1\1" or update[-1]:
        return None
    _, clock_at = read_varuint(update, 2)
    clock, info_at = read_varuint(update, clock_at)
    info, at = _byte(update, info_at)
    if info & 31 != _STRING or not info & (_HAS_LEFT | _HAS_RIGHT):
        return None
    if info & _HAS_LEFT:
        at = _id(update, at)
    right_at = at
    if info & _HAS_RIGHT:
        at = _id(update, at)
    length, end = _content(_STRING, update, at)
    if end != len(update) - 1 or not length:
        return None
    return Typing(update[2:clock_at], clock + length, update[right_at:at])


def _units(text: str) -> int:
    """Returns how long a text is for Yjs, which counts as JavaScript does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_state(state: bytes) -> dict[int, int]:
    """Returns the clock of each client in a state vector."""
    count, at = read_varuint(state, 0)
    found = {}
    for _ in range(count):
        client, at = read_varuint(state, at)
        found[client], at = read_varuint(state, at)
    return found


def ends(update: bytes) -> list[tuple[int, int]]:
    """Returns (client, clock after the last struct or deletion) for what an update says of each client.

    Raises:
        Malformed: if it is no update of version 1.
    """
    found = []
    clients, at = read_varuint(update, 0)
    for _ in range(clients):
        structs, at = read_varuint(update, at)
        client, at = read_varuint(update, at)
        clock, at = read_varuint(update, at)
        reached = clock
        for _ in range(structs):
            length, skipped, at = _struct(update, at)
            clock += length
            reached = reached if skipped else clock
        found.append((client, reached))
    clients, at = read_varuint(update, at)
    for _ in range(clients):
        client, at = read_varuint(update, at)
        deletions, at = read_varuint(update, at)
        for _ in range(deletions):
            clock, at = read_varuint(update, at)
            length, at = read_varuint(update, at)
            found.append((client, clock + length))
    if at != len(update):
        raise Malformed("update")
    return found


def _struct(data: bytes, at: int) -> tuple[int, bool, int]:
    """Returns (length, whether it only stands for what is missing, place after it) of the struct at a place."""
    info, at = _byte(data, at)
    kind = info & 31
    if kind in (_GC, _SKIP):
        length, at = read_varuint(data, at)
        return length, kind == _SKIP, at
    for bit in (_HAS_LEFT, _HAS_RIGHT):
        if info & bit:
            at = _id(data, at)
    if not info & (_HAS_LEFT | _HAS_RIGHT):
        at = _parent(data, at)
        if info & _HAS_PARENT_KEY:
            _, at = read_bytes(data, at)
    length, at = _content(kind, data, at)
    return length, False, at


def _parent(data: bytes, at: int) -> int:
    is_root, at = read_varuint(data, at)
    if is_root == 1:
        return read_bytes(data, at)[1]
    return _id(data, at)


def _content(kind: int, data: bytes, at: int) -> tuple[int, int]:
    """Returns (length, place after it) of a struct's content."""
    if kind == _DELETED:
        return read_varuint(data, at)
    if kind in (_JSON, _ANY):
        length, at = read_varuint(data, at)
        for _ in range(length):
            at = read_bytes(data, at)[1] if kind == _JSON else _any(data, at)
        return length, at
    if kind == _STRING:
        text, at = read_bytes(data, at)
        return _units(text.decode("utf-8", "surrogatepass")), at
    return 1, _single(kind, data, at)


def _single(kind: int, data: bytes, at: int) -> int:
    if kind in (_BINARY, _EMBED):
        return read_bytes(data, at)[1]
    if kind == _FORMAT:
        _, at = read_bytes(data, at)
        return read_bytes(data, at)[1]
    if kind == _TYPE:
        named, at = read_varuint(data, at)
        if named >= _TYPES:
            raise Malformed("type")
        return read_bytes(data, at)[1] if named in _NAMED_TYPES else at
    if kind == _DOCUMENT:
        _, at = read_bytes(data, at)
        return _any(data, at)
    raise Malformed("content")


def _any(data: bytes, at: int) -> int:
    """Returns the place after a value of lib0's own encoding."""
    kind, at = _byte(data, at)
    if kind in (0x7F, 0x7E, 0x79, 0x78):  # undefined, null, false, true
        return at
    if kind == 0x7D:
        return _signed(data, at)
    if kind in _FIXED:
        return at + _FIXED[kind]
    if kind in (0x77, 0x74):
        return read_bytes(data, at)[1]
    if kind in (0x76, 0x75):  # an object, an array
        count, at = read_varuint(data, at)
        for _ in range(count):
            if kind == 0x76:
                _, at = read_bytes(data, at)
            at = _any(data, at)
        return at
    raise Malformed("value")


def _signed(data: bytes, at: int) -> int:
    byte, at = _byte(data, at)
    while byte & 128:
        byte, at = _byte(data, at)
    return at


def _id(data: bytes, at: int) -> int:
    _, at = read_varuint(data, at)
    return read_varuint(data, at)[1]


def _byte(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise Malformed("update")
    return data[at], at + 1
