"""A client written from the AudioSocket description, against the server on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.calls.legs.audiosocket import serve_audiosocket
from edge_interpreter.calls.model import Cause
from tests.calls.legs.listening import Listening, loudness, tone, until

CALL_ID = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
HELLO = b"\x01\x00\x10" + CALL_ID.bytes


def audio(frames: int = 1, rate: int = 8_000) -> bytes:
    kind = {8_000: b"\x10", 16_000: b"\x12"}[rate]
    pcm = to_pcm16(tone(frames, rate)).astype("<i2").tobytes()
    size = rate // 50 * 2
    return b"".join(kind + size.to_bytes(2) + pcm[i : i + size] for i in range(0, len(pcm), size))


class Door:
    def __init__(self, port: int, listening: Listening) -> None:
        self.port = port
        self.listening = listening
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    listening = Listening()
    server = await serve_audiosocket("127.0.0.1", 0, AllowList(["127.0.0.0/8"]), listening.offer)
    door = Door(server.sockets[0].getsockname()[1], listening)
    yield door
    for writer in door.writers:
        writer.close()
    server.close()
    await server.wait_closed()


async def test_a_call_hears_and_is_heard(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(HELLO + audio(12))
    await until(lambda: door.listening.leg is not None)
    leg = door.listening.leg
    assert leg is not None
    assert leg.party.dialled == str(CALL_ID)
    assert door.listening.told == ["up"]
    heard: list[Samples] = []

    def hears() -> bool:
        heard.extend(frame for frame in [leg.receive()] if frame is not None)
        return bool(heard) and loudness(np.concatenate(heard)) > 0.1

    await until(hears)
    leg.send(tone(1))
    assert (await reader.readexactly(3)) == b"\x10\x01\x40"
    assert len(await reader.readexactly(320)) == 320


async def test_the_answer_follows_the_rate_of_the_caller(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(HELLO + audio(12, 16_000))
    await until(lambda: door.listening.leg is not None)
    leg = door.listening.leg
    assert leg
    await until(lambda: leg.receive() is not None)
    leg.send(tone(1))
    assert (await reader.readexactly(3)) == b"\x12\x02\x80"


async def test_keys_both_ways_and_hanging_up(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(HELLO + b"\x03\x00\x01#")
    await until(lambda: "digit #" in door.listening.told)
    assert door.listening.leg
    door.listening.leg.send_digit("7")
    assert (await reader.readexactly(4)) == b"\x03\x00\x017"
    door.listening.leg.hang_up()
    assert await reader.read() == b"\x00\x00\x00"
    assert not any(told.startswith("ended") for told in door.listening.told)


@pytest.mark.parametrize("end", [b"\x00\x00\x00", b"\xff\x00\x01\x04", b""])
async def test_the_end_is_told_once_however_it_comes(door: Door, end: bytes) -> None:
    _, writer = await door.connect()
    writer.write(HELLO + end)
    if not end:
        await until(lambda: bool(door.listening.told))
        writer.close()
    await until(lambda: f"ended {Cause.HUNG_UP}" in door.listening.told)
    await asyncio.sleep(0.02)
    assert door.listening.told == ["up", f"ended {Cause.HUNG_UP}"]


async def test_garbage_closes_its_own_connection_only(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(HELLO)
    await until(lambda: door.listening.legs == 1)
    good = door.listening.leg
    other_reader, other = await door.connect()
    other.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await other_reader.read() == b""
    assert door.listening.legs == 1
    assert good
    good.send(tone(1))
    assert (await reader.readexactly(3))[0] == 0x10
    assert writer.get_extra_info("peername")


async def test_garbage_in_a_call_ends_it_with_a_cause(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(HELLO + b"\x77\x00\x00")
    assert await reader.read() == b""
    assert door.listening.told == ["up", f"ended {Cause.FAILED}"]


async def test_a_peer_that_reads_nothing_costs_a_bounded_amount(door: Door) -> None:
    _, writer = await door.connect()
    writer.write(HELLO)
    await until(lambda: door.listening.leg is not None)
    leg = door.listening.leg
    assert leg
    for _ in range(40_000):
        leg.send(tone(1))
    assert leg.counters.sent < 40_000


async def test_addresses_that_are_not_allowed_are_not_served() -> None:
    listening = Listening()
    server = await serve_audiosocket("127.0.0.1", 0, AllowList(["10.0.0.0/8"]), listening.offer)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HELLO)
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    assert listening.leg is None
    writer.close()
    server.close()
    await server.wait_closed()
