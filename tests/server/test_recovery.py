"""Parts of a running box are killed, starved and cut off; the rest goes on by itself."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.engines.voices.pico import PicoVoices
from edge_interpreter.server import run
from tests.server.box import Box, Client, box

LISTENER = """
import asyncio, json, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1], proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "protocol": 1, "room": "main"}))
        print(json.loads(await socket.recv())["type"], flush=True)
        async for _ in socket:
            pass
asyncio.run(main())
"""


@pytest.fixture
def voices() -> Iterator[PicoVoices]:
    pytest.importorskip("py_nanotts")
    voices = PicoVoices(["en", "fr"])
    voices.start()
    yield voices
    voices.close()


@asynccontextmanager
async def listener(state: Path, voices: PicoVoices) -> AsyncIterator[Client]:
    async with box(state, synthesiser=voices) as place, place.join(**WISHES) as client:
        yield client


WISHES = {"speaks": "en", "wants": "fr", "audio": True, "hear_self": True}


async def spoken(client: Client, text: str) -> dict[str, Any]:
    await client.send(type="chat", text=text)
    return await client.expect("speech", kind="translation", last=True)


async def test_a_voice_killed_while_it_speaks_costs_nothing(
    tmp_path: Path, voices: PicoVoices
) -> None:
    async with listener(tmp_path, voices) as client:
        await spoken(client, "one")
        first = voices._process.pid
        assert first is not None
        await client.send(type="chat", text="a sentence. " * 5)
        await client.expect("speech", piece=0)
        os.kill(first, signal.SIGKILL)
        began = time.monotonic()
        assert (await client.expect("speech", last=True))["piece"] >= 5
        assert (await spoken(client, "two"))["piece"] >= 1
        assert time.monotonic() - began < 5
        assert voices._process.pid not in (None, first)


async def test_a_sentence_that_kills_the_voice_twice_is_a_gap_and_the_next_is_heard(
    tmp_path: Path, voices: PicoVoices
) -> None:
    async with listener(tmp_path, voices) as client:
        await spoken(client, "one")
        killing = asyncio.create_task(kill_twice(voices))
        await client.send(type="chat", text="a sentence. " * 40)
        gap = await client.expect("skipped")
        assert (gap["lane"], gap["reason"]) == ("speech", "engine_failed")
        await killing
        assert (await spoken(client, "two"))["piece"]


async def kill_twice(voices: PicoVoices) -> None:
    """Kill the voice in its first request and again in its second try."""
    killed: set[int] = set()
    for _ in range(5_000):
        pid = voices._process.pid
        if voices._process._lock.locked() and pid is not None and pid not in killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
            if len(killed) == 2:
                return
        await asyncio.sleep(0.001)


async def test_a_client_that_vanishes_is_let_go_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process stands still: nothing is said, not even goodbye, as with a cable pulled."""
    monkeypatch.setattr(run, "PING_S", 0.3)
    async with box(tmp_path, {"rooms": {"away_s": 1}}) as place:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", LISTENER, place.websocket),
            stdin=DEVNULL,
            stdout=PIPE,
        )
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"welcome"
        process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        await gone(place)
        assert time.monotonic() - began < 4
        assert not place.services.sessions
        process.kill()
        await process.wait()


async def gone(place: Box) -> None:
    room = place.services.rooms.get("main")
    for _ in range(100):
        if not room.participants:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the participant is still there")
