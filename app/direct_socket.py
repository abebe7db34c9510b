"""The worker's WebSockets, with a shorter way for who has much to say: frames go to a function and to the transport, without a task and a queue for each.

All else, the handshake, pings, limits and the end of a socket, is the library's (uvicorn and websockets). A server without this class serves the same over ASGI alone.
"""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# How the scope of a socket names it, among its extensions.
EXTENSION = "recits.direct"
# RFC 6455, section 5.2: a whole binary frame, not masked, as servers send it.
BINARY, IN_TWO, IN_EIGHT = b"\x82", b"\x82\x7e", b"\x82\x7f"
SHORT, LONG = 126, 65536


def frame_of(message: bytes) -> bytes:
    """Returns the frame that carries a message from a server (RFC 6455, section 5.2)."""
    size = len(message)
    if size < SHORT:
        return BINARY + bytes((size,)) + message
    if size < LONG:
        return IN_TWO + size.to_bytes(2, "big") + message
    return IN_EIGHT + size.to_bytes(8, "big") + message


class DirectSocket(WebSocketsSansIOProtocol):
    """A WebSocket that offers itself to the application, as the extension `recits.direct` of its scope."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._heard: Callable[[bytes], None] | None = None

    def handle_connect(self, event: Any) -> None:
        """Adds itself to the scope, which the application sees in the next turn of the loop."""
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][EXTENSION] = self  # type: ignore[typeddict-unknown-key, index]  # extensions are anybody's

    def send_receive_event_to_app(self) -> None:
        """Gives a whole message to who listens; texts, and what nobody listens to yet, go the usual way."""
        if self._heard is None or self.curr_msg_data_type == "text":
            super().send_receive_event_to_app()
            return
        message = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if not self.close_sent:
            self._heard(message)

    def listen(self, heard: Callable[[bytes], None]) -> None:
        """Gives every binary message that comes from now on to a function, in the loop; it must not raise."""
        self._heard = heard

    def write(self, message: bytes) -> None:
        """Sends a binary message; nothing happens where the socket is closing."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frame_of(message))

    def unsent(self) -> int:
        """Returns how many bytes wait for the other side to read."""
        return self.transport.get_write_buffer_size()
