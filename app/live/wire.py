"""Frames of the live socket as bytes: several messages in each, every integer a lib0 varuint, every string and byte string with its length before it."""

import json
from collections.abc import Iterable

SYNC, AWARE, OPEN, CLOSE, RIGHT, NOTICE, REFUSED, PRESENCE, HERE, ACK = 0, 1, 2, 3, 4, 5, 6, 7, 8, 100
STEP1, STEP2, UPDATE = 0, 1, 2
STORY = 0  # the channel of the story itself; passages have the others

LONGEST_STRING = 1000
LONGEST_STATE = 4000
# What lib0 can hold without losing a bit.
_MOST = 2**53 - 1

# (type, channel, number, bytes): the number is the step of a SYNC or the Yjs client of an OPEN, else 0.
Message = tuple[int, int, int, bytes]
# (Yjs client, clock, JSON of its state) of one entry of an awareness update.
Entry = tuple[int, int, bytes]


class Malformed(Exception):
    """What was received follows no rule of this module."""


class TooLong(Exception):
    """What was received follows the rules and is longer than anybody needs."""


# — reading —


def read_varuint(data: bytes, at: int) -> tuple[int, int]:
    """Returns the integer that stands at a place, and the place after it.

    Raises:
        Malformed: if the data ends before it does, or it is larger than JavaScript can count.
    """
    try:
        byte = data[at]
        if byte < 128:
            return byte, at + 1
        value, shift = byte & 127, 7
        while True:
            at += 1
            byte = data[at]
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 56:
                raise Malformed("integer")
    except IndexError:
        raise Malformed("integer") from None
    if value > _MOST:
        raise Malformed("integer")
    return value, at + 1


def read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """Returns the byte string that stands at a place, and the place after it.

    Raises:
        Malformed: if the data ends before it does.
    """
    length, at = read_varuint(data, at)
    end = at + length
    if end > len(data):
        raise Malformed("bytes")
    return data[at:end], end


def read_frame(frame: bytes) -> list[Message]:
    """Returns the messages of a frame that a client sent; all of it is read before anything is done.

    Raises:
        Malformed: if any part of it is no message of a client.
    """
    messages: list[Message] = []
    at, end = 0, len(frame)
    while at < end:
        kind, at = read_varuint(frame, at)
        channel, at = read_varuint(frame, at)
        number = 0
        body = b""
        if kind == SYNC:
            number, at = read_varuint(frame, at)
            if number > UPDATE:
                raise Malformed("step")
            body, at = read_bytes(frame, at)
        elif kind in (AWARE, HERE):
            body, at = read_bytes(frame, at)
        elif kind == OPEN:
            body, at = read_bytes(frame, at)
            number, at = read_varuint(frame, at)
        elif kind != CLOSE:
            raise Malformed("type")
        if (channel == STORY) != (kind == HERE):
            raise Malformed("channel")
        messages.append((kind, channel, number, body))
    return messages


def read_string(body: bytes) -> str:
    """Returns the text of a message's bytes.

    Raises:
        Malformed: if they are no UTF-8, hold a NUL, or are longer than an identifier ever is.
    """
    if len(body) > LONGEST_STRING or b"\0" in body:
        raise Malformed("string")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Malformed("string") from None


def read_passage(body: bytes) -> str | None:
    """Returns the passage that a HERE message names.

    Raises:
        Malformed: if it is another JSON, or none.
    """
    try:
        value = json.loads(read_string(body))
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    passage = value.get("passage", "") if isinstance(value, dict) else ""
    if passage is None or (isinstance(passage, str) and passage):
        return passage
    raise Malformed("json")


def read_awareness(payload: bytes) -> list[Entry]:
    """Returns the entries of an awareness update; browsers parse the states unasked, so that nothing but an object or null passes.

    Raises:
        Malformed: if it is no awareness update.
        TooLong: if a state is longer than a caret and a selection need.
    """
    count, at = read_varuint(payload, 0)
    entries = []
    for _ in range(count):
        client, at = read_varuint(payload, at)
        clock, at = read_varuint(payload, at)
        state, at = read_bytes(payload, at)
        if len(state) > LONGEST_STATE:
            raise TooLong("state")
        if state != b"null":
            _check_object(state)
        entries.append((client, clock, state))
    if at != len(payload):
        raise Malformed("awareness")
    return entries


def _constant(name: str) -> None:
    """Refuses NaN and the infinities, which browsers cannot read."""
    raise ValueError(name)


# What json.loads does once it knows that it was given text: each key brings a caret.
_scan = json.JSONDecoder(parse_constant=_constant).scan_once  # type: ignore[attr-defined]  # typeshed does not know it


def _check_object(state: bytes) -> None:
    try:
        text = state.decode()
        value, end = _scan(text, 0)
    except (StopIteration, ValueError, RecursionError):
        raise Malformed("state") from None
    if end != len(text) or not (value is None or isinstance(value, dict)):
        raise Malformed("state")


# — writing —


def varuint(value: int) -> bytes:
    """Returns the bytes of an integer."""
    if value < 128:
        return bytes((value,))
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def sized(body: bytes) -> bytes:
    """Returns a byte string with its length before it."""
    return varuint(len(body)) + body


def head(kind: int, channel: int) -> bytes:
    """Returns how a message of a channel begins; what follows is the same for every reader of a room."""
    return varuint(kind) + varuint(channel)


def sync_body(step: int, data: bytes) -> bytes:
    """Returns what follows the head of a SYNC message."""
    return varuint(step) + sized(data)


def sync(channel: int, step: int, data: bytes) -> bytes:
    """Returns a whole SYNC message."""
    return head(SYNC, channel) + sync_body(step, data)


def acknowledgement(channel: int, count: int) -> bytes:
    """Returns the message that so many updates of a channel are on disk."""
    return head(ACK, channel) + varuint(count)


def told(kind: int, channel: int, value: object) -> bytes:
    """Returns a message of JSON: RIGHT, NOTICE, REFUSED, PRESENCE."""
    return head(kind, channel) + sized(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def awareness(entries: Iterable[Entry]) -> bytes:
    """Returns an awareness update of some entries."""
    listed = list(entries)
    return varuint(len(listed)) + b"".join(varuint(client) + varuint(clock) + sized(state) for client, clock, state in listed)


def awareness_gone(clocks: Iterable[tuple[int, int]]) -> bytes:
    """Returns the awareness update that takes clients away, given (client, last clock) of each."""
    return awareness((client, clock + 1, b"null") for client, clock in clocks)
