"""What legs over a WebSocket have in common: an outbox that drops the oldest sound, one reader."""

import asyncio
from collections import deque

from starlette.websockets import WebSocket, WebSocketState

from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.base import OrderedLeg
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.together import until_one_ends

OUTBOX_FRAMES = 10
"""Messages of sound that may wait for a slow peer, 200 ms."""
OUTBOX_CONTROL = 64


class WebSocketLeg(OrderedLeg):
    """A leg whose wire is a WebSocket that the peer opened; `run` lives as long as it does."""

    def __init__(self, websocket: WebSocket, party: Party, media_timeout_ms: int = 0) -> None:
        super().__init__(party, media_timeout_ms)
        self._websocket = websocket
        self._control: deque[str] = deque(maxlen=OUTBOX_CONTROL)
        self._sound: deque[str | bytes] = deque(maxlen=OUTBOX_FRAMES)
        self._wake = asyncio.Event()
        self._closing = False

    async def run(self) -> None:
        """Read and write until the peer goes or we hang up."""
        try:
            await until_one_ends(self._read_all(), self._write_all())
        finally:
            self.tell_ended(Cause.HUNG_UP)

    def take(self, text: str | None, data: bytes | None) -> None:
        """One message from the peer."""
        raise NotImplementedError

    def post(self, message: str) -> None:
        """Queue a control message; they go before sound."""
        self._control.append(message)
        self._wake.set()

    def post_sound(self, message: str | bytes) -> None:
        """Queue a message of sound; over `OUTBOX_FRAMES` the oldest is dropped."""
        self._sound.append(message)
        self._wake.set()

    def discard_sound(self) -> None:
        """Forget the sound that has not been written."""
        self._sound.clear()

    def close_soon(self) -> None:
        """Close once the control messages are written."""
        self.over = True
        self._closing = True
        self._wake.set()

    def _time_out(self) -> None:
        self.tell_ended(Cause.MEDIA_TIMEOUT)
        self.close_soon()

    async def _read_all(self) -> None:
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            self.take(message.get("text"), message.get("bytes"))

    async def _write_all(self) -> None:
        while True:
            while self._control or self._sound:
                message = (self._control or self._sound).popleft()
                if isinstance(message, str):
                    await self._websocket.send_text(message)
                else:
                    await self._websocket.send_bytes(message)
            if self._closing:
                if self._websocket.application_state is WebSocketState.CONNECTED:
                    await self._websocket.close()
                return
            self._wake.clear()
            await self._wake.wait()
