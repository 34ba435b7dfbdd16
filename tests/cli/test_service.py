"""The server as a service manager and a clock treat it: stopped in mid-sentence, jumped in time."""

import asyncio
import json
import os
import shutil
import signal
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from glob import glob
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from edge_interpreter.audio.pcm import to_pcm16
from tests.cli.serving import CONFIG, line_with, serve
from tests.pipeline.fakes import silence, speech
from tests.server.box import Client
from tests.speech import WEIGHTS

FAKETIME = next(iter(glob("/usr/lib/*/faketime/libfaketime.so.1")), None)  # noqa: PTH207
HELLO = {"type": "hello", "protocol": 1, "room": "main"}


@asynccontextmanager
async def joined(process: Process, **fields: Any) -> AsyncIterator[tuple[Client, str, str]]:
    """A client in the room, the server's address and an operator's token."""
    url = (await line_with(process, r"Open +(http://localhost:\d+)/"))[1]
    token = (await line_with(process, r"#token=(\S+)"))[1]
    address = url.replace("http", "ws") + "/ws"
    async with websockets.connect(address, proxy=None) as connection:
        client = Client(connection)
        await client.send(**{**HELLO, **fields})
        client.welcome = await client.expect("welcome")
        yield client, url, token


async def test_stopped_in_mid_sentence_it_delivers_it_and_says_goodbye(tmp_path: Path) -> None:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(10)
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"}
    async with (
        serve(tmp_path, "--port", "0", environment=environment) as process,
        joined(process, speaks="en", wants="fr", audio=True, hear_self=True) as (client, _, _),
    ):
        await client.say(speech("apple", 1_500))
        await client.expect("speech_began")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        # Still speaking: what was said until now is delivered, the rest is not heard.
        await client.socket.send(to_pcm16(silence(20)).tobytes())
        assert (await client.expect("caption"))["text"] == "fr: apple"
        await client.expect("speech", last=True)
        closing = await client.expect("closing")
        assert (closing["reason"], closing["reconnect_after_s"]) == ("shutdown", 5)
        assert await client.close_code() == 1001
        assert await process.wait() == 0
        assert time.monotonic() - began < 10
    told = _told(manager)
    assert told.index("READY=1") < told.index("WATCHDOG=1") < told.index("STOPPING=1")
    assert "EXTEND_TIMEOUT_USEC=11000000" in told[told.index("STOPPING=1") :]
    assert "WATCHDOG=trigger" not in told


def _told(manager: socket.socket) -> list[str]:
    manager.setblocking(False)
    lines: list[str] = []
    while True:
        try:
            lines += manager.recv(4096).decode().split("\n")
        except BlockingIOError:
            manager.close()
            return lines


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
async def test_when_the_clock_jumps_nobody_is_thrown_out(tmp_path: Path) -> None:
    wall = tmp_path / "wall"
    wall.write_text("+0")
    environment = {
        "LD_PRELOAD": str(FAKETIME),
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_TIMESTAMP_FILE": str(wall),
    }
    fields = {"speaks": "en", "wants": "fr", "timings": True}
    async with (
        serve(tmp_path, "--port", "0", environment=environment) as process,
        joined(process, **fields) as (client, url, token),
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        before = await caption(client, "plum")
        # A token holds by the clock on the wall: three days on, its twelve hours are over.
        for days, status in ((3, 401), (-3, 200)):
            wall.write_text(f"{days:+}d")
            await jumped(client, days)
            after = await caption(client, "fig")
            assert round((after["time"] - before["time"]) / 86_400_000) == days
            assert after["sequence"] > before["sequence"]
            people = await http.get(
                "/api/rooms/main/participants", headers={"authorization": f"Bearer {token}"}
            )
            assert people.status_code == status
        process.send_signal(signal.SIGTERM)
        assert await client.close_code() == 1001
        assert await process.wait() == 0


async def jumped(client: Client, days: int) -> None:
    """Wait until the server's clock is so many days off."""
    for _ in range(50):
        await client.send(type="ping", id=1)
        told = (await client.expect("pong"))["time"]
        if round((told / 1000 - time.time()) / 86_400) == days:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the clock did not jump")


async def caption(client: Client, word: str) -> dict[str, Any]:
    await client.say(speech(word), silence(700))
    found = await client.expect("caption")
    latency = (await client.expect("finished"))["latency_ms"]
    assert all(0 <= milliseconds < 5_000 for milliseconds in latency.values())
    return found


@pytest.mark.models
async def test_a_damaged_model_is_refused_by_name_although_it_seems_untouched(
    tmp_path: Path,
) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS / "silero-vad", weights / "silero-vad")
    [model] = (weights / "silero-vad").glob("*.onnx")
    before = model.stat()
    with model.open("r+b") as file:
        file.seek(before.st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    config = CONFIG.replace('"tests.server.providers:vad"', '"silero"')
    config += f"[models]\ndirectory = {json.dumps(str(weights))}\n"
    async with serve(tmp_path, "--port", "0", config=config) as process:
        output, errors = await process.communicate()
        assert (process.returncode, output) == (2, b"")
        [line] = errors.decode().splitlines()
        assert "model silero-vad is damaged" in line
        assert model.name in line
        assert "models fetch silero-vad" in line
