"""Torture messages and mutated ones against the running endpoint: alive, flat, others served."""

import asyncio
import importlib.util
import random
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_interpreter.config.calls import CallRoute
from tests.calls.legs.listening import until
from tests.calls.sip.exchange import Exchange, Open, open_exchange
from tests.calls.sip.torture import message, options, register, torture

__all__ = ["open_exchange"]
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("baresip") is None,
    reason="the SIP endpoint is not installed (extra: sip)",
)
FUZZ_PACKETS = 3_000
GROWTH_KIB = 24_000
_ANSWER = re.compile(rb"SIP/2\.0 (200|503)")


async def is_alive(port: int) -> bool:
    """Whether OPTIONS is answered: with 200, or 503 where the messages before became calls."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        own = sock.getsockname()[1]
        loop = asyncio.get_running_loop()
        for attempt in range(5):
            asked = options(
                via=f"SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKalive{own}{attempt}",
                name=f"alive{own}{attempt}",
            )
            await loop.sock_sendto(sock, asked, ("127.0.0.1", port))
            try:
                async with asyncio.timeout(1):
                    while not _ANSWER.match(await loop.sock_recv(sock, 4096)):
                        pass
                    return True
            except TimeoutError:
                continue
    return False


def resident_kib(exchange: Exchange) -> int:
    assert exchange.sip.process
    status = Path(f"/proc/{exchange.sip.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


async def send(port: int, datagrams: Iterator[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number, data in enumerate(datagrams):
            sock.sendto(data[:65_000], ("127.0.0.1", port))
            if number % 20 == 0:
                await asyncio.sleep(0.005)


async def send_tcp(port: int, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        async with asyncio.timeout(0.2):
            await reader.read(4096)
    except (TimeoutError, ConnectionError):
        pass
    writer.close()


def mutated(seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    seeds = [data for _, data in torture()] + [message(name="m"), options(), register()]
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    del data[at : at + chance.randint(1, 40)]
                case 2:
                    data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
                case 3:
                    data[at:at] = data[at : at + chance.randint(1, 200)]
            if not data:
                data = bytearray(b"\r\n")
        yield bytes(data)


async def test_torture_messages_over_udp_and_tcp(open_exchange: Open) -> None:
    exchange = await open_exchange(routes=(CallRoute(agent_language="fr"),))
    starts = exchange.sip.starts
    for _, data in torture():
        await send(exchange.port, iter([data]))
        await send_tcp(exchange.port, data)
    assert await is_alive(exchange.port)
    assert exchange.sip.starts == starts


async def test_a_stream_of_mutated_messages_leaves_it_alive_and_flat(open_exchange: Open) -> None:
    exchange = await open_exchange(routes=(CallRoute(number="none"),))
    starts = exchange.sip.starts
    await send(exchange.port, mutated(1, FUZZ_PACKETS // 3))
    assert await is_alive(exchange.port)
    before = resident_kib(exchange)
    await send(exchange.port, mutated(2, FUZZ_PACKETS))
    assert await is_alive(exchange.port)
    assert exchange.sip.starts == starts
    assert resident_kib(exchange) - before < GROWTH_KIB


async def test_byte_by_byte_over_tcp(open_exchange: Open) -> None:
    exchange = await open_exchange(routes=(CallRoute(agent_language="fr"),))
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    own = writer.get_extra_info("sockname")[1]
    asked = options(via=f"SIP/2.0/TCP 127.0.0.1:{own};branch=z9hG4bKbytes", name="bytes")
    for at in range(len(asked)):
        writer.write(asked[at : at + 1])
        await writer.drain()
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"SIP/2.0 200")
    writer.close()
    await until(lambda: True)
