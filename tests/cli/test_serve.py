"""The server as its operator starts it."""

import asyncio
import json
import signal
import socket
from asyncio.subprocess import Process
from pathlib import Path

import httpx
import websockets

from tests.cli.serving import CONFIG, line_with, serve


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


async def error_with(process: Process, text: bytes) -> bytes:
    assert process.stderr is not None
    async with asyncio.timeout(10):
        async for line in process.stderr:
            if text in line:
                return line
    raise AssertionError("the server ended")


async def test_a_hangup_signal_reads_the_configuration_again(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    async with serve(tmp_path, "--port", "0") as process:
        url = (await line_with(process, r"Open +(http://localhost:\d+)/"))[1]
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:

            async def title() -> str:
                return str((await client.get("/api/info")).json()["branding"]["title"])

            path.write_text(f'{CONFIG}[branding]\ntitle = "Town hall"\n')
            process.send_signal(signal.SIGHUP)
            assert b"in force at once: branding.title" in await error_with(process, b"read again")
            assert await title() == "Town hall"
            path.write_text(f'{CONFIG}[branding]\ntitel = "Court"\n')
            process.send_signal(signal.SIGHUP)
            line = await error_with(process, b"stays as it was")
            assert b"config.toml:13: branding.titel = 'Court': unknown key; did you mean" in line
            assert await title() == "Town hall"
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
