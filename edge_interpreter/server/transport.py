"""What the server needs of a WebSocket connection beyond ASGI.

Frames made once for many listeners (ASGI would frame each message for each of them), and an end
for connections that are stuck.
"""

from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

GRACE_S = 10.0
_KEY = "edge_interpreter.protocol"


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which lets the session at it."""

    on_lost: Callable[[], None] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever counts connections."""
        if self.on_lost is not None:
            self.on_lost()
            self.on_lost = None
        super().connection_lost(exc)

    async def run_asgi(self) -> None:
        """Run the application with this protocol in its scope."""
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"][_KEY] = self
        await super().run_asgi()

    async def send_frames(self, frames: bytes) -> None:
        """Send whole frames made by `text_frame` and `binary_frame`; waits for a slow client.

        Raises ClientDisconnected once the connection is gone or about to go.
        """
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        self.transport.write(frames)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; text that is not UTF-8 ends the connection (RFC 6455, 8.1)."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.give_up(1007)
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """End a peer that does not answer, whatever waits to be sent to it."""
        self.pong_timer = None
        self.give_up(1011)

    def give_up(self, code: int) -> None:
        """End a connection that takes nothing: it has `GRACE_S` to see the close frame."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": None})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(GRACE_S, self.transport.abort)


def protocol_of(websocket: WebSocket) -> WebSocketProtocol:
    """The protocol of a connection that `WebSocketProtocol` serves."""
    protocol: WebSocketProtocol = websocket.scope["extensions"][_KEY]
    return protocol


def text_frame(text: str) -> bytes:
    """An unmasked, unfragmented text frame (RFC 6455, 5.2), the same for every client."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def binary_frame(data: bytes) -> bytes:
    """The same for binary data."""
    return Frame(Opcode.BINARY, data).serialize(mask=False)
