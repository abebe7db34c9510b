"""A page as a browser has it: one socket, its channels, a Yjs document for each."""

import contextlib
import json
import random
import time
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.live import wire

SECONDS = 15


class Page:
    """An open page. `take` reads what came; whatever waits for something reads until it is there."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        origin = headers.pop("Origin", None)
        self._opened = connect(address, origin=origin, additional_headers=headers, compression=None, max_size=None, open_timeout=SECONDS)
        self.socket = self._opened.__enter__()
        self.documents: dict[int, Doc[Any]] = {}
        self.clients: dict[int, int] = {}
        self.rights: dict[int, dict[str, Any]] = {}
        self.refusals: dict[int, dict[str, Any]] = {}
        self.acknowledged: dict[int, int] = {}
        self.sent: dict[int, int] = {}
        self.presence: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.carets: dict[int, Any] = {}
        self.answered: set[int] = set()
        self.closed: tuple[int, str] | None = None
        self._applying = False
        self._observers: list[Any] = []

    # — sending —

    def send(self, *messages: bytes) -> None:
        with contextlib.suppress(ConnectionClosed):  # whoever reads next learns why
            self.socket.send(b"".join(messages))

    def open(self, passage: str, channel: int = 1, document: Doc[Any] | None = None) -> "Page":
        """Opens a passage and waits for what it says."""
        document = document if document is not None else Doc()
        client = random.getrandbits(30)
        self.documents[channel], self.clients[channel] = document, client
        self.acknowledged[channel] = self.sent[channel] = 0
        self.answered.discard(channel)
        self.rights.pop(channel, None)
        self._observers.append((document, document.observe(lambda event: self._wrote(channel, event.update))))
        asked = wire.head(wire.OPEN, channel) + wire.sized(passage.encode()) + wire.varuint(client)
        self.send(asked, wire.sync(channel, wire.STEP1, document.get_state()))
        self.wait(lambda: channel in self.rights and (channel in self.answered or self.rights[channel]["right"] == "none"))
        return self

    def _wrote(self, channel: int, update: bytes) -> None:
        if not self._applying:
            self.update(update, channel)

    def update(self, update: bytes, channel: int = 1, *more: bytes) -> None:
        """Sends an update, and counts it."""
        self.sent[channel] += 1
        self.send(wire.sync(channel, wire.UPDATE, update), *more)

    def write(self, words: str, channel: int = 1, **marks: Any) -> None:
        """Writes a paragraph at the end; the update leaves by itself."""
        document = self.documents[channel]
        with document.transaction():
            paragraph = document.get("text", type=XmlFragment).children.append(XmlElement("paragraph"))
            text = paragraph.children.append(XmlText())
            text.insert(0, words, marks or None)

    def move(self, state: object, channel: int = 1, clock: int = 1, client: int | None = None) -> None:
        """Says where the caret is."""
        self.send(self.caret(state, channel, clock, client))

    def caret(self, state: object, channel: int = 1, clock: int = 1, client: int | None = None) -> bytes:
        payload = wire.awareness([(self.clients[channel] if client is None else client, clock, json.dumps(state).encode())])
        return wire.head(wire.AWARE, channel) + wire.sized(payload)

    def here(self, passage: str | None) -> None:
        self.send(wire.head(wire.HERE, 0) + wire.sized(json.dumps({"passage": passage}).encode()))

    def leave(self, channel: int = 1) -> None:
        self.send(wire.head(wire.CLOSE, channel))

    def end(self) -> None:
        for document, observer in self._observers:
            document.unobserve(observer)
        self._observers.clear()
        self._opened.__exit__(None, None, None)

    # — receiving —

    def take(self, seconds: float) -> bool:
        """Takes in one frame; False if none came in time or the socket is closed."""
        try:
            frame = self.socket.recv(timeout=seconds)
        except TimeoutError:
            return False
        except ConnectionClosed as error:
            if self.closed is None and error.rcvd is not None:
                self.closed = (error.rcvd.code, error.rcvd.reason)
            self.closed = self.closed or (1006, "")
            return False
        self._read(frame)
        return True

    def wait(self, found: Callable[[], object], seconds: float = SECONDS) -> None:
        """Reads until something is there."""
        deadline = time.monotonic() + seconds
        while not found():
            assert self.closed is None, f"the socket was closed: {self.closed}"
            assert time.monotonic() < deadline, "it never came"
            self.take(0.05)

    def wait_saved(self) -> None:
        """Reads until all that was sent is acknowledged."""
        self.wait(lambda: self.saved)

    def wait_closed(self) -> tuple[int, str]:
        """Reads until the socket is closed; returns (code, word)."""
        deadline = time.monotonic() + SECONDS
        while self.closed is None:
            assert time.monotonic() < deadline, "it stayed open"
            self.take(0.05)
        return self.closed

    def settle(self, seconds: float = 0.3) -> None:
        """Reads until nothing has come for a while."""
        while self.take(seconds):
            pass

    @property
    def saved(self) -> bool:
        """Whether all that was sent is acknowledged."""
        return self.acknowledged == self.sent

    def text(self, channel: int = 1) -> str:
        """Returns what a document says, without its elements."""
        return " ".join(_words(self.documents[channel].get("text", type=XmlFragment)))

    def _read(self, frame: bytes) -> None:
        at = 0
        while at < len(frame):
            kind, at = wire.read_varuint(frame, at)
            channel, at = wire.read_varuint(frame, at)
            if kind == wire.SYNC:
                step, at = wire.read_varuint(frame, at)
                body, at = wire.read_bytes(frame, at)
                self._sync(channel, step, body)
            elif kind == wire.ACK:
                self.acknowledged[channel], at = wire.read_varuint(frame, at)
            else:
                body, at = wire.read_bytes(frame, at)
                self._told(kind, channel, body)

    def _sync(self, channel: int, step: int, body: bytes) -> None:
        document = self.documents[channel]
        if step == wire.STEP1:
            self.sent[channel] += 1
            self.send(wire.sync(channel, wire.STEP2, document.get_update(body)))
            return
        self._applying = True
        document.apply_update(body)
        self._applying = False
        if step == wire.STEP2:
            self.answered.add(channel)

    def _told(self, kind: int, channel: int, body: bytes) -> None:
        if kind == wire.AWARE:
            self.carets |= {client: json.loads(state) for client, _clock, state in wire.read_awareness(body)}
        elif kind == wire.RIGHT:
            self.rights[channel] = json.loads(body)
        elif kind == wire.REFUSED:
            self.refusals[channel] = json.loads(body)
        elif kind == wire.PRESENCE:
            self.presence = json.loads(body)
        elif kind == wire.NOTICE:
            self.notices.append(json.loads(body))
        else:
            raise AssertionError(f"a message of kind {kind}")


def _words(parent: Any) -> list[str]:
    found: list[str] = []
    for child in parent.children:
        found += ["".join(str(chunk) for chunk, _ in child.diff())] if isinstance(child, XmlText) else _words(child)
    return found
