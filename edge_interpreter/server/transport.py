"""What the server needs of a WebSocket connection beyond ASGI: to end it when it is stuck."""

from typing import Any

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

GRACE_S = 10.0
_KEY = "edge_interpreter.protocol"


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which lets the session at it."""

    async def run_asgi(self) -> None:
        """Run the application with this protocol in its scope."""
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"][_KEY] = self
        await super().run_asgi()

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


def give_up(websocket: WebSocket, code: int) -> None:
    """End a stuck connection with a close code, without waiting for it."""
    protocol = websocket.scope.get("extensions", {}).get(_KEY)
    if isinstance(protocol, WebSocketProtocol):
        protocol.give_up(code)
