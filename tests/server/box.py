"""A whole server on the loopback, with engines whose answers are known."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import websockets
from websockets.asyncio.client import ClientConnection

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.server.listening import open_listeners
from edge_interpreter.server.run import Server
from edge_interpreter.server.services import Services
from edge_interpreter.supervision.notify import ServiceManager
from tests.pipeline.fakes import engines, silence, speech

HELLO = {"type": "hello", "protocol": 1, "room": "main"}


class Box:
    """The server as its clients see it, and the services behind it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.services: Services = server.services
        self.url = f"http://127.0.0.1:{server.services.port}"
        self.websocket = f"ws://127.0.0.1:{server.services.port}/ws"

    def http(self, token: str = "") -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False)

    def token(self, role: Any = "operate", room: str = "main", ttl_s: int = 60) -> str:
        return self.services.access.tokens.create(room, role, ttl_s)[0]

    @asynccontextmanager
    async def connect(self, **options: Any) -> AsyncIterator[ClientConnection]:
        async with websockets.connect(self.websocket, proxy=None, **options) as socket:
            yield socket

    @asynccontextmanager
    async def join(self, **fields: Any) -> AsyncIterator["Client"]:
        async with self.connect(close_timeout=1) as socket:
            client = Client(socket)
            await client.send(**{**HELLO, **fields})
            client.welcome = await client.expect("welcome")
            yield client


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: dict[str, Any] = {}

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def say(self, *sounds: Samples) -> None:
        pcm = to_pcm16(np.concatenate(sounds))
        for at in range(0, pcm.size, 1600):
            await self.socket.send(pcm[at : at + 1600].tobytes())

    async def expect(self, type_: str, /, **fields: Any) -> dict[str, Any]:
        """The next message of a type, others skipped; `sound` holds what followed its header."""
        async with asyncio.timeout(60):
            while True:
                data = await self.socket.recv()
                if isinstance(data, bytes):
                    continue
                message: dict[str, Any] = json.loads(data)
                if message["type"] == "speech":
                    message["sound"] = await self.socket.recv()
                same = all(message.get(name) == value for name, value in fields.items())
                if message["type"] == type_ and same:
                    return message

    async def close_code(self) -> int | None:
        """The code with which the server closes, once all it sent is read."""
        async with asyncio.timeout(60):
            try:
                while True:
                    await self.socket.recv()
            except websockets.ConnectionClosed:
                return self.socket.close_code


@asynccontextmanager
async def box(
    state: Path,
    config: dict[str, Any] | None = None,
    manager: ServiceManager | None = None,
    **replaced: Any,
) -> AsyncIterator[Box]:
    """A running server; `config` as in the configuration file."""
    tree = config or {}
    server = {"port": 0, "state": state, "drain_s": 5, **tree.get("server", {})}
    whole = Config.model_validate({**tree, "server": server})
    pipeline = Pipeline(engines(**replaced), whole)
    running = Server(whole, pipeline, open_listeners(whole), manager)
    async with running.running():
        yield Box(running)
    # Connections that were ended close in the next turns of the loop.
    await asyncio.sleep(0.05)


def said(word: str) -> tuple[Samples, Samples]:
    """An utterance that the recogniser hears as `word`, and the pause after it."""
    return speech(word), silence(700)
