"""The server as its operator starts it."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import websockets

ROOT = Path(__file__).parents[2]
CONFIG = """
[server]
state = "state"
[voice_activity]
provider = "tests.server.providers:vad"
[recogniser]
provider = "tests.server.providers:recogniser"
[translator]
provider = "tests.server.providers:translator"
[synthesiser]
provider = "tests.server.providers:synthesiser"
"""


@asynccontextmanager
async def serve(folder: Path, *options: str) -> AsyncIterator[Process]:
    config = folder / "config.toml"
    config.write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "edge_interpreter", "serve", "--config", str(config), *options),
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process: Process, pattern: str) -> re.Match[str]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        async for line in process.stdout:
            match = re.search(pattern, line.decode())
            if match:
                return match
    raise AssertionError(f"the server ended without a line like {pattern}")


async def test_it_prints_its_address_serves_and_stops_cleanly(tmp_path: Path) -> None:
    async with serve(tmp_path, "--port", "0", "--room", "hall") as process:
        url = (await line_with(process, r"Open +(http://localhost:\d+)/\?room=hall"))[1]
        token = (await line_with(process, r"/operator\?room=hall#token=(\S+)"))[1]
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            assert (await client.get("/ready")).json()["ready"]
            names = [room["name"] for room in (await client.get("/api/rooms")).json()]
            assert names == ["hall", "main"]
            assert (await client.get("/api/rooms/hall/participants")).json() == []
        address = url.replace("http", "ws") + "/ws"
        async with websockets.connect(address, proxy=None) as client_socket:
            await client_socket.send('{"type":"hello","protocol":1,"room":"hall"}')
            assert json.loads(await client_socket.recv())["type"] == "welcome"
            process.send_signal(signal.SIGTERM)
            async for _ in client_socket:
                pass
            assert client_socket.close_code == 1001
        assert await process.wait() == 0
        _, errors = await process.communicate()
        assert errors == b""


async def test_without_a_microphone_the_sample_is_shown_in_the_terminal(tmp_path: Path) -> None:
    async with serve(tmp_path, "--port", "0", "--demo", "--sample") as process:
        await line_with(process, r"Open ")
        await line_with(process, r"Sample \[en\]")
        await line_with(process, r"\[fr\] fr:")
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


async def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with serve(tmp_path, "--port", str(port)) as process:
            output, errors = await process.communicate()
            assert process.returncode == 2
            assert output == b""
            assert len(errors.splitlines()) == 1
            assert str(port).encode() in errors
