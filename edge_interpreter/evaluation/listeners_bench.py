"""How soon hundreds of listeners have a caption: real sockets, engines that cost nothing.

The server runs in a process of its own, the listeners in this one. Fan-out counts from the moment
the room made a caption (its `time`) to the arrival of its bytes at a listener.
"""

import asyncio
import json
import multiprocessing
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Translation,
    TranslationRequest,
    VadState,
)
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.percentiles import percentiles

LANGUAGES = ("fr", "de", "es", "it", "pt", "nl", "pl", "sv", "da", "fi")
UTTERANCES = 30
EVERY_S = 0.5
JOINING_AT_ONCE = 50
LINE = "The meeting will be held in the main hall at half past ten."


def listeners(count: int = 500, languages: int = 5) -> dict[str, Any]:
    """Figures of one speaker and `count` listeners, one more of whom takes nothing.

    Raises UserError for more languages than there are to choose from.
    """
    if not 1 <= languages <= len(LANGUAGES):
        raise UserError(f"--languages {languages}: choose 1 to {len(LANGUAGES)}")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as state:
        server = context.Process(target=_serve, args=(theirs, count, state))
        server.start()
        try:
            return asyncio.run(_measure(ours.recv(), server, count, LANGUAGES[:languages]))
        finally:
            server.terminate()
            server.join()


class _Listener(asyncio.Protocol):
    """Notes when bytes come and looks into them later, so that listening costs next to nothing."""

    def __init__(self, url: str, wants: str) -> None:
        self._protocol = ClientProtocol(parse_uri(url))
        self._wants = wants
        self._arrived: list[tuple[float, bytes]] = []
        self.joined = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._arrived.append((time.time(), data))
        if not self.joined.is_set():
            self._begin(data)

    def captions(self) -> Iterator[float]:
        """Milliseconds from the making of each caption to its arrival."""
        for arrived, data in self._arrived:
            for message in self._messages(data):
                if message["type"] == "caption":
                    yield arrived * 1000 - message["time"]

    def _begin(self, data: bytes) -> None:
        # The handshake's answer comes alone: the server speaks only after `hello`.
        self._protocol.receive_data(data)
        self._protocol.events_received()
        self._arrived.clear()
        hello = {"type": "hello", "protocol": 1, "room": "main", "wants": self._wants}
        self._protocol.send_text(json.dumps(hello).encode())
        self._flush()
        self.joined.set()

    def _messages(self, data: bytes) -> Iterator[dict[str, Any]]:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                yield json.loads(bytes(event.data))

    def _flush(self) -> None:
        if self.transport is not None:
            self.transport.write(b"".join(self._protocol.data_to_send()))


async def _measure(
    port: int, server: BaseProcess, count: int, languages: Sequence[str]
) -> dict[str, Any]:
    url = f"ws://127.0.0.1:{port}/ws"
    async with AsyncExitStack() as stack:
        speaker = await stack.enter_async_context(connect(url, proxy=None))
        hello = {"type": "hello", "protocol": 1, "room": "main", "speaks": "en"}
        await speaker.send(json.dumps(hello))
        draining = asyncio.create_task(_drain(speaker))
        before_kib = _resident_kib(server)
        crowd = await _join(url, port, [languages[i % len(languages)] for i in range(count)])
        stalled = (await _join(url, port, [languages[0]]))[0]
        if stalled.transport is not None:
            stalled.transport.pause_reading()
        after_kib = _resident_kib(server)
        for _ in range(UTTERANCES):
            await speaker.send(json.dumps({"type": "chat", "text": LINE}))
            await asyncio.sleep(EVERY_S)
        draining.cancel()
        delays = [[max(0.0, delay) for delay in each.captions()] for each in crowd]
        for each in (*crowd, stalled):
            if each.transport is not None:
                each.transport.abort()
    return {
        "fanout_ms": percentiles([delay for each in delays for delay in each], 50, 95, 99),
        "kib_per_listener": round((after_kib - before_kib) / count, 1),
        "listeners": count,
        "languages": len(languages),
        "captions": sum(len(each) for each in delays),
        "missing": sum(UTTERANCES - len(each) for each in delays),
    }


async def _join(url: str, port: int, wants: Sequence[str]) -> list[_Listener]:
    loop = asyncio.get_running_loop()
    crowd: list[_Listener] = []
    for begin in range(0, len(wants), JOINING_AT_ONCE):
        group = [_Listener(url, tag) for tag in wants[begin : begin + JOINING_AT_ONCE]]
        for each in group:
            await loop.create_connection(partial(_itself, each), "127.0.0.1", port)
        await asyncio.gather(*(each.joined.wait() for each in group))
        crowd += group
    await asyncio.sleep(1.0)
    return crowd


def _itself(listener: _Listener) -> _Listener:
    return listener


async def _drain(speaker: ClientConnection) -> None:
    async for _ in speaker:
        pass


def _resident_kib(process: BaseProcess) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def _serve(pipe: Connection, count: int, state: str) -> None:
    """The server's process: everything real but the engines."""
    from edge_interpreter.pipeline.pipeline import Pipeline
    from edge_interpreter.server.listening import open_listeners
    from edge_interpreter.server.run import Server

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits = {"participants": count + 8, "connections_per_address": count + 8, "joins_per_s": 1e6}
    config = Config.model_validate({"server": {"port": 0, "state": state}, "limits": limits})

    async def serve() -> None:
        engines = Engines(_NoVad(), _NoRecogniser(), _Echo(), _NoVoice())
        server = Server(config, Pipeline(engines, config), open_listeners(config))
        async with server.running():
            pipe.send(server.services.port)
            await server.stopped()

    asyncio.run(serve())


class _NoVad:
    window_samples = 512

    def new_state(self) -> VadState:
        return object()

    def probabilities(
        self, _states: Sequence[VadState], windows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return np.zeros(len(windows), np.float32)


class _NoRecogniser:
    languages = frozenset({"en"})
    max_batch = 1

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        return [Recognition("", "en", 1.0) for _ in requests]


class _Echo:
    max_batch = 16

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(("en", tag) for tag in LANGUAGES)

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        return [Translation(request.text) for request in requests]


class _NoVoice:
    def languages(self) -> frozenset[str]:
        return frozenset()

    def synthesise(self, _request: SpeechRequest) -> Iterator[Speech]:
        return iter(())
