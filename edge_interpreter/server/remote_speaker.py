"""A speaker elsewhere: sends sound to a room of another box, and comes back after a break."""

import asyncio
import random
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from edge_interpreter.audio.frames import Frame
from edge_interpreter.audio.pcm import pcm16_to_bytes, to_pcm16
from edge_interpreter.errors import UserError
from edge_interpreter.rooms.messages import Closing, Kicked, You
from edge_interpreter.server.messages import (
    CLOSE_CODES,
    Error,
    Hello,
    ProtocolError,
    ServerMessage,
    Welcome,
    encode,
    parse_server,
)

FRAMES_A_BLOCK = 2
MOST_WAITING = 100
LONGEST_WAIT_S = 15.0
_COMES_BACK = {"shutdown", "rate_limited", "room_full", "server_full", "overloaded", "too_slow"}


def websocket_url(server: str, room: str) -> str:
    """The WebSocket for a room of a server given as people write it. Raises UserError."""
    parts = urlsplit(server if "://" in server else f"http://{server}")
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if parts.scheme not in schemes or not parts.hostname:
        raise UserError(f"--server {server}: write an address such as https://box.local:8443")
    return f"{schemes[parts.scheme]}://{parts.netloc}/ws?room={room}"


class RemoteSpeaker:
    """Sends frames as they come; what cannot be sent within 2 s is dropped, oldest first.

    `report` gets one line for people whenever something changes.
    """

    def __init__(
        self,
        url: str,
        hello: Hello,
        report: Callable[[str], None],
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._url = url
        self._hello = hello
        self._report = report
        self._trust = trust
        self._waiting: deque[Frame] = deque(maxlen=MOST_WAITING)
        self._arrived = asyncio.Event()
        self._attempts = 0
        self._ended = False

    async def run(self, frames: AsyncIterator[Frame]) -> None:
        """Speak until the frames end. Raises UserError where coming back is of no use."""
        taking = asyncio.create_task(self._take(frames))
        try:
            while not (self._ended and not self._waiting):
                await self._connect()
                if not self._ended:
                    await asyncio.sleep(self._wait_s())
        finally:
            taking.cancel()
        await taking

    async def _take(self, frames: AsyncIterator[Frame]) -> None:
        try:
            async for frame in frames:
                self._waiting.append(frame)
                self._arrived.set()
        finally:
            self._ended = True
            self._arrived.set()

    async def _connect(self) -> None:
        try:
            async with connect(self._url, ssl=self._trust, proxy=None) as socket:
                await socket.send(encode(self._hello))
                self._welcome(parse_server(await _text(socket)))
                await self._converse(socket)
        except ConnectionClosed as closed:
            self._check_close(closed)
        except ssl.SSLCertVerificationError:
            raise UserError(
                f"{self._url}: its certificate is not trusted here; fetch /ca.crt from the box and"
                " give it with --ca"
            ) from None
        except (OSError, InvalidHandshake, ProtocolError) as error:
            self._report(f"no connection to {self._url}: {error}")

    def _welcome(self, answer: ServerMessage) -> None:
        if isinstance(answer, Error):
            self._refused(answer)
        if isinstance(answer, Welcome):
            self._attempts = 0
            self._hello = replace(self._hello, resume=answer.resume)
            self._waiting.clear()
            self._report(f"speaking in {answer.room.title}")

    def _refused(self, error: Error) -> None:
        if error.fatal and error.code not in _COMES_BACK:
            raise UserError(f"the server refused: {error.text}")
        self._report(error.text)

    async def _converse(self, socket: ClientConnection) -> None:
        listening = asyncio.create_task(self._listen(socket))
        sending = asyncio.create_task(self._send(socket))
        done, running = await asyncio.wait(
            {listening, sending}, return_when=asyncio.FIRST_COMPLETED
        )
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for task in done:
            task.result()

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            while len(self._waiting) < FRAMES_A_BLOCK and not self._ended:
                self._arrived.clear()
                await self._arrived.wait()
            block = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if block:
                pcm = b"".join(pcm16_to_bytes(to_pcm16(frame.samples)) for frame in block)
                await socket.send(pcm)
            elif self._ended:
                await socket.send('{"type":"talk","on":false}')
                await socket.send('{"type":"bye"}')
                await socket.wait_closed()
                return

    async def _listen(self, socket: ClientConnection) -> None:
        muted = False
        async for data in socket:
            message = _known(data)
            if isinstance(message, You) and message.muted != muted:
                muted = message.muted
                self._report("muted by an operator" if muted else "no longer muted")
            elif isinstance(message, Error):
                self._refused(message)
            elif isinstance(message, Kicked):
                raise UserError(f"sent away: {message.reason}")
            elif isinstance(message, Closing):
                self._report(f"the room closes ({message.reason})")

    def _check_close(self, closed: ConnectionClosed) -> None:
        code = closed.rcvd.code if closed.rcvd else 1006
        final = {CLOSE_CODES[name] for name in CLOSE_CODES.keys() - _COMES_BACK}
        if code in final:
            raise UserError(f"the server ended the connection for good (code {code})") from None
        if not self._ended:
            self._report(f"connection lost (code {code}); trying again")

    def _wait_s(self) -> float:
        self._attempts += 1
        longest: float = min(LONGEST_WAIT_S, 2.0**self._attempts)
        return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, no secret


def _known(data: str | bytes) -> ServerMessage | None:
    # A newer server may say more than this client knows.
    try:
        return parse_server(data) if isinstance(data, str) else None
    except ProtocolError:
        return None


async def _text(socket: ClientConnection) -> str:
    data = await socket.recv()
    if isinstance(data, bytes):
        raise ProtocolError("bad_message", "the server's first message is no text")
    return data
