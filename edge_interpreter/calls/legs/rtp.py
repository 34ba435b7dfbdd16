"""Legs over plain RTP without signalling, as Asterisk's ARI externalMedia makes them.

Each port of ours is one line: the first packet from an allowed address is a call on it, the port
number is what its route's number is compared with, and the end of packets is the end of the call.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import cast

from edge_interpreter.audio.concealment import Concealer
from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples
from edge_interpreter.audio.jitter import JitterBuffer, JitterProfile, Lost
from edge_interpreter.calls.leg import LegCounters, LegListener, Party
from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.calls.legs.codec import new_codec
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.wire.malformed import Malformed
from edge_interpreter.calls.wire.rtp import RtpPacket, Unwrapper, encode_rtp, parse_rtp
from edge_interpreter.calls.wire.telephone_event import (
    KeyReader,
    encode_telephone_event,
    key_press,
    parse_telephone_event,
)

log = logging.getLogger(__name__)

TELEPHONE_EVENT_TYPE = 101
PAYLOAD_TYPES = {"ulaw": 0, "alaw": 8, "g722": 9, "slin16": 118}
"""Static types of RFC 3551; Asterisk sends slin16 as 118."""
_UNIT_BYTES = {"ulaw": 160, "alaw": 160, "g722": 160, "slin16": 640}
_CLOCK_PER_UNIT = {"ulaw": 160, "alaw": 160, "g722": 160, "slin16": 320}
_NEW_SOURCE_AFTER_S = 2.0

Address = tuple[str, int]


class RtpLeg:
    """One peer on one port."""

    def __init__(
        self,
        codec: str,
        profile: JitterProfile,
        peer: Address,
        port: int,
        write: Callable[[bytes, Address], None],
        closed: Callable[[], None],
        media_timeout_s: float,
    ) -> None:
        self.party = Party("rtp", f"{peer[0]}:{peer[1]}", str(port))
        self.counters = LegCounters()
        self._peer = peer
        self._write = write
        self._closed = closed
        self._name = codec
        self._codec = new_codec(codec, ">")
        self._jitter = JitterBuffer(profile, FRAME_MS)
        self._concealer = Concealer(SAMPLE_RATE)
        self._unwrap = Unwrapper(32)
        self._keys = KeyReader()
        self._listener: LegListener | None = None
        self._source: int | None = None
        self._heard_at = asyncio.get_running_loop().time()
        self._timeout_s = media_timeout_s
        self._sequence = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)
        self._ssrc = secrets.randbits(32)
        self._first = True

    def start(self, listener: LegListener) -> None:
        """See `MediaLeg.start`."""
        self._listener = listener

    def answer(self) -> None:
        """See `MediaLeg.answer`."""
        if self._listener is not None:
            self._listener.leg_up()

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """See `MediaLeg.reject`: there is no way to say why."""
        del cause, retry_after_s
        self._closed()

    def take(self, datagram: bytes, address: Address) -> None:
        """A datagram that came to our port, from anywhere."""
        now = asyncio.get_running_loop().time()
        try:
            packet = parse_rtp(datagram)
        except Malformed:
            self.counters.ignored_packets += 1
            return
        if address != self._peer or not self._is_peers(packet.ssrc, now):
            self.counters.ignored_packets += 1
            return
        self._heard_at = now
        if packet.payload_type == PAYLOAD_TYPES[self._name]:
            self._take_audio(packet, now)
        elif packet.payload_type == TELEPHONE_EVENT_TYPE:
            self._take_key(packet)

    def receive(self) -> Samples | None:
        """See `MediaLeg.receive`."""
        now = asyncio.get_running_loop().time()
        if now - self._heard_at > self._timeout_s:
            self._end(Cause.MEDIA_TIMEOUT)
            return None
        unit = self._jitter.pop(now * 1000)
        stats, counters = self._jitter.stats, self.counters
        counters.lost, counters.late = stats.lost, stats.late
        counters.dropped, counters.jitter_ms = stats.dropped, round(stats.jitter_ms, 1)
        if unit is None:
            return None
        if isinstance(unit, Lost):
            self.counters.concealed += 1
            return self._concealer.lost(FRAME_SAMPLES)
        self.counters.received += 1
        return self._concealer.good(self._codec.decode(unit))

    def send(self, frame: Samples) -> None:
        """See `MediaLeg.send`."""
        self._send(PAYLOAD_TYPES[self._name], self._codec.encode(frame), self._first)
        self._timestamp += _CLOCK_PER_UNIT[self._name]
        self.counters.sent += 1
        self._first = False

    def clear(self) -> None:
        """See `MediaLeg.clear`: nothing is ever sent ahead."""

    def send_digit(self, digit: str) -> None:
        """See `MediaLeg.send_digit`; all reports of the press share one timestamp."""
        for number, event in enumerate(key_press(digit)):
            self._send(TELEPHONE_EVENT_TYPE, encode_telephone_event(event), number == 0)

    def hang_up(self) -> None:
        """See `MediaLeg.hang_up`."""
        self._listener = None
        self._closed()

    def _send(self, payload_type: int, payload: bytes, marker: bool) -> None:
        packet = RtpPacket(
            payload_type, self._sequence, self._timestamp, self._ssrc, payload, marker
        )
        self._write(encode_rtp(packet), self._peer)
        self._sequence += 1

    def _is_peers(self, source: int, now: float) -> bool:
        """Another source on the same address is followed once the old one is silent."""
        if self._source is None or (
            source != self._source and now - self._heard_at > _NEW_SOURCE_AFTER_S
        ):
            self._source = source
            self._unwrap = Unwrapper(32)
        return source == self._source

    def _take_audio(self, packet: RtpPacket, now: float) -> None:
        size = _UNIT_BYTES[self._name]
        first = self._unwrap(packet.timestamp) // _CLOCK_PER_UNIT[self._name]
        for number in range(len(packet.payload) // size):
            unit = packet.payload[number * size : (number + 1) * size]
            self._jitter.put(first + number, unit, now * 1000)

    def _take_key(self, packet: RtpPacket) -> None:
        try:
            event = parse_telephone_event(packet.payload)
        except Malformed:
            self.counters.ignored_packets += 1
            return
        digit = self._keys.read(packet.timestamp, event)
        if digit is not None and self._listener is not None:
            self._listener.leg_digit(digit)

    def _end(self, cause: Cause) -> None:
        listener, self._listener = self._listener, None
        self._closed()
        if listener is not None:
            listener.leg_ended(cause)


class RtpLine(asyncio.DatagramProtocol):
    """One port: idle until an allowed peer sends, then its leg until that is over."""

    def __init__(
        self,
        codec: str,
        profile: JitterProfile,
        allowed: AllowList,
        offer: Callable[[RtpLeg], object],
        media_timeout_s: float,
    ) -> None:
        self._codec = codec
        self._profile = profile
        self._allowed = allowed
        self._offer = offer
        self._media_timeout_s = media_timeout_s
        self._transport: asyncio.DatagramTransport | None = None
        self._leg: RtpLeg | None = None
        self._quiet_from = 0.0
        self.ignored = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.DatagramProtocol`."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """See `asyncio.DatagramProtocol`."""
        if not self._allowed.allows(addr[0]):
            self.ignored += 1
        elif self._leg is not None:
            self._leg.take(data, addr)
        else:
            self._consider(data, addr)

    def _consider(self, data: bytes, addr: Address) -> None:
        """A packet to an idle port: a new call, unless it is the tail of the last one."""
        now = asyncio.get_running_loop().time()
        if now < self._quiet_from:
            self._quiet_from = now + _NEW_SOURCE_AFTER_S
            self.ignored += 1
            return
        try:
            parse_rtp(data)
        except Malformed:
            self.ignored += 1
            return
        if self._transport is None:
            return
        port = self._transport.get_extra_info("sockname")[1]
        leg = RtpLeg(
            self._codec,
            self._profile,
            addr,
            port,
            self._transport.sendto,
            self._free,
            self._media_timeout_s,
        )
        self._leg = leg
        leg.take(data, addr)
        self._offer(leg)

    def _free(self) -> None:
        self._leg = None
        self._quiet_from = asyncio.get_running_loop().time() + _NEW_SOURCE_AFTER_S


async def serve_rtp(
    host: str, ports: range, make_line: Callable[[], RtpLine]
) -> list[asyncio.DatagramTransport]:
    """Listen on every port of `ports`; OSError when one cannot be had."""
    loop = asyncio.get_running_loop()
    transports: list[asyncio.DatagramTransport] = []
    try:
        for port in ports:
            transport, _ = await loop.create_datagram_endpoint(make_line, (host, port))
            transports.append(transport)
    except OSError:
        for transport in transports:
            transport.close()
        raise
    return transports
