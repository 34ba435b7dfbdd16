"""A participant of a room for benches: the WebSocket of `docs/protocol.md`."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from edge_interpreter.errors import UserError


@asynccontextmanager
async def joined(url: str, **wishes: Any) -> AsyncIterator[tuple[ClientConnection, dict[str, Any]]]:
    """A connection that was welcomed, and the welcome; `wishes` go into `hello`.

    Raises UserError when there is no server or it refuses.
    """
    hello = {"type": "hello", "protocol": 1, "room": "main", "partials": False, **wishes}
    try:
        async with websockets.connect(url, max_size=None, proxy=None) as connection:
            await connection.send(json.dumps(hello))
            welcome = json.loads(await connection.recv())
            if welcome["type"] != "welcome":
                raise UserError(f"the server refused: {welcome.get('text', welcome['type'])}")
            yield connection, welcome
    except OSError as error:
        raise UserError(f"{url}: {error}") from error


async def drain(connection: ClientConnection) -> None:
    """Read and forget whatever comes."""
    async for _ in connection:
        pass
