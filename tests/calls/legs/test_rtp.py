"""Plain RTP on loopback: whose packets count, keys, loss, the end."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.jitter import LAN
from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.calls.legs.codec import new_codec
from edge_interpreter.calls.legs.rtp import RtpLeg, RtpLine, serve_rtp
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.wire.rtp import RtpPacket, encode_rtp, parse_rtp
from edge_interpreter.calls.wire.telephone_event import (
    encode_telephone_event,
    key_press,
    parse_telephone_event,
)
from edge_interpreter.evaluation.virtual_time import run_virtually
from tests.calls.legs.listening import Listening, loudness, tone, until

PEER = ("127.0.0.1", 4002)


class Peer(asyncio.DatagramProtocol):
    """Sends and keeps packets."""

    def __init__(self) -> None:
        self.got: list[RtpPacket] = []
        self.codec = new_codec("ulaw")
        self.count = 0
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append(parse_rtp(data))

    def speak(self, frames: int, ssrc: int = 1, lose: tuple[int, ...] = ()) -> None:
        for frame in tone(frames).reshape(-1, 320):
            payload = self.codec.encode(frame)
            if self.count not in lose:
                packet = RtpPacket(0, 65_530 + self.count, 160 * self.count, ssrc, payload)
                self.transport.sendto(encode_rtp(packet))
            self.count += 1


class Line:
    def __init__(self, listening: Listening, port: int) -> None:
        self.listening = listening
        self.port = port
        self.peers: list[Peer] = []

    async def peer(self) -> Peer:
        loop = asyncio.get_running_loop()
        _, peer = await loop.create_datagram_endpoint(Peer, remote_addr=("127.0.0.1", self.port))
        self.peers.append(peer)
        return peer

    def close(self) -> None:
        for peer in self.peers:
            peer.transport.close()

    @property
    def leg(self) -> RtpLeg:
        assert isinstance(self.listening.leg, RtpLeg)
        return self.listening.leg


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    listening = Listening()
    allowed = AllowList(["127.0.0.1"])

    def make() -> RtpLine:
        return RtpLine("ulaw", LAN, allowed, listening.offer, media_timeout_s=1)

    [transport] = await serve_rtp("127.0.0.1", range(1), make)
    line = Line(listening, transport.get_extra_info("sockname")[1])
    yield line
    line.close()
    transport.close()
    await asyncio.sleep(0)


async def talk(peer: Peer, leg: RtpLeg, frames: int, lose: tuple[int, ...] = ()) -> Samples:
    """What is heard of so many frames, said at the pace of the clock."""
    taken = [np.empty(0, np.float32)]
    for _ in range(frames):
        peer.speak(1, lose=lose)
        await asyncio.sleep(0.02)
        frame = leg.receive()
        if frame is not None:
            taken.append(frame)
    return np.concatenate(taken)


async def test_the_first_packet_is_a_call_and_both_hear(line: Line) -> None:
    peer = await line.peer()
    peer.speak(3)
    await until(lambda: line.listening.legs == 1)
    assert line.leg.party.dialled == str(line.port)
    assert line.listening.told == ["up"]
    async with asyncio.timeout(30):
        while loudness((await talk(peer, line.leg, 12))[-1280:]) <= 0.15:
            pass
    for frame in tone(3).reshape(-1, 320):
        line.leg.send(frame)
    await until(lambda: len(peer.got) == 3)
    first, second, _ = peer.got
    assert (first.payload_type, len(first.payload), first.marker) == (0, 160, True)
    assert (second.timestamp - first.timestamp) % 2**32 == 160
    assert (second.sequence - first.sequence) % 2**16 == 1


async def test_packets_from_elsewhere_and_of_another_source_are_ignored_and_counted(
    line: Line,
) -> None:
    peer, stranger = await line.peer(), await line.peer()
    peer.speak(2)
    await until(lambda: line.listening.legs == 1)
    stranger.speak(5)
    peer.speak(4, ssrc=2)
    peer.transport.sendto(b"not RTP at all")
    await until(lambda: line.leg.counters.ignored_packets == 10)
    assert line.listening.legs == 1
    line.leg.send(tone(1))
    await until(lambda: len(peer.got) == 1)
    assert stranger.got == []


async def test_keys_are_told_once_and_sent_as_events(line: Line) -> None:
    peer = await line.peer()
    peer.speak(1)
    for number, event in enumerate(key_press("9")):
        packet = RtpPacket(101, 65_531 + number, 160, 1, encode_telephone_event(event))
        peer.transport.sendto(encode_rtp(packet))
    await until(lambda: "digit 9" in line.listening.told)
    assert line.listening.told.count("digit 9") == 1
    line.leg.send_digit("4")
    await until(lambda: len(peer.got) == 7)
    assert {packet.payload_type for packet in peer.got} == {101}
    assert len({packet.timestamp for packet in peer.got}) == 1
    assert parse_telephone_event(peer.got[-1].payload).end


class Wire(asyncio.DatagramTransport):
    """To a leg without a network."""

    def __init__(self, leg: RtpLeg) -> None:
        self.leg = leg

    def sendto(self, data: object, addr: object = None) -> None:
        assert isinstance(data, bytes)
        self.leg.take(data, PEER)


def test_a_lost_packet_is_concealed() -> None:
    async def meeting() -> None:
        leg = RtpLeg("ulaw", LAN, PEER, 4000, lambda data, to: None, lambda: None, 1)
        peer = Peer()
        peer.transport = Wire(leg)
        heard = await talk(peer, leg, 14, lose=(6,))
        assert leg.counters.concealed == leg.counters.lost == 1
        assert min(loudness(frame) for frame in heard[640:2560].reshape(-1, 320)) > 0.15

    run_virtually(meeting)


async def test_the_end_of_packets_is_the_end_and_the_port_is_free_again_later(line: Line) -> None:
    peer = await line.peer()
    peer.speak(2)
    await until(lambda: line.listening.legs == 1)
    await until(lambda: line.leg.receive() is None and len(line.listening.told) > 1)
    assert line.listening.told == ["up", f"ended {Cause.MEDIA_TIMEOUT}"]
    peer.speak(1)
    await asyncio.sleep(0.05)
    assert line.listening.legs == 1


async def test_addresses_that_are_not_allowed_get_nothing() -> None:
    listening = Listening()
    allowed = AllowList(["10.0.0.0/8"])

    def make() -> RtpLine:
        return RtpLine("ulaw", LAN, allowed, listening.offer, media_timeout_s=1)

    [transport] = await serve_rtp("127.0.0.1", range(1), make)
    line = Line(listening, transport.get_extra_info("sockname")[1])
    peer = await line.peer()
    peer.speak(3)
    await asyncio.sleep(0.05)
    assert (listening.legs, peer.got) == (0, [])
    line.close()
    transport.close()
    await asyncio.sleep(0)
