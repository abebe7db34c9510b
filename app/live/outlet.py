"""What goes to one browser: messages that are put in one turn of the loop leave together, and a word ends it all."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from app.asgi_types import Send

MALFORMED, TOO_LARGE, TOO_FAST, SIGNED_OUT, NOT_ALLOWED, RESTART = (
    "malformed",
    "too_large",
    "too_fast",
    "signed_out",
    "not_allowed",
    "restart",
)
CODES = {MALFORMED: 1002, TOO_LARGE: 1009, SIGNED_OUT: 1008, NOT_ALLOWED: 1008, TOO_FAST: 1013, RESTART: 1013, "disk_full": 1013}
# A browser that reads more slowly than others write is let go: it resynchronises when it comes back.
MOST_QUEUED = 8 * 1024 * 1024


class Direct(Protocol):
    """A socket without the way through ASGI's tasks and queues, which costs more than all that is done with a key; `app/direct_socket.py` is one."""

    def listen(self, heard: Callable[[bytes], None]) -> None:
        """Gives every frame that comes from now on to a function, in the loop."""

    def write(self, message: bytes) -> None:
        """Sends a frame; nothing happens where the other side is gone."""

    def unsent(self) -> int:
        """Returns how many bytes wait for the other side to read."""


class Outlet:
    """The way to one browser.

    Args:
        lang: language of its page.
        send: of ASGI.
        direct: the shorter way, if the server has it.
        soon: has `flush` called before the loop turns again.
    """

    def __init__(self, lang: str, send: Send, direct: Direct | None, soon: "Callable[[Outlet], None]") -> None:
        self.lang = lang
        self.ending: str | None = None
        self._send = send
        self._direct = direct
        self._soon = soon
        self._queue: list[bytes] = []
        self._queued = 0
        self._pumping: asyncio.Task[None] | None = None

    def put(self, message: bytes) -> None:
        """Sends a message with all others that are put in the same turn of the loop."""
        if self.ending is not None:
            return
        if not self._queue:
            self._soon(self)
        self._queue.append(message)
        self._queued += len(message)

    def flush(self) -> None:
        """Sends what was put."""
        if self._queued > MOST_QUEUED:
            self.end(RESTART)
        elif self._direct is not None and self._queue and self.ending is None:
            message = self._queue[0] if len(self._queue) == 1 else b"".join(self._queue)
            self._queue.clear()
            self._direct.write(message)
            self._queued = self._direct.unsent()
        else:
            self._start_pump()

    def end(self, reason: str) -> None:
        """Closes the socket with a word, after what is queued (unless that is what grew too long)."""
        if self.ending is not None:
            return
        self.ending = reason
        if self._queued > MOST_QUEUED:
            self._queue.clear()
        self._start_pump()

    async def ended(self) -> None:
        """Waits until the word is said."""
        if self._pumping is not None:
            await self._pumping

    def _start_pump(self) -> None:
        if self._pumping is None:
            self._pumping = asyncio.get_running_loop().create_task(self._pump())

    async def _pump(self) -> None:
        try:
            while self._queue:
                queue, self._queue, self._queued = self._queue, [], 0
                await self._send({"type": "websocket.send", "bytes": b"".join(queue)})
            if self.ending is not None:
                await self._send({"type": "websocket.close", "code": CODES[self.ending], "reason": self.ending})
        except Exception:  # whoever reads sees that the other side is gone
            self._queue = []
        finally:
            self._pumping = None
