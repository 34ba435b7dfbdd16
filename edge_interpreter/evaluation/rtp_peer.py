"""One end of a telephone call's media, for benches: plays µ-law by the clock, keeps what comes."""

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from edge_interpreter.audio import g711
from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.calls.wire.malformed import Malformed
from edge_interpreter.calls.wire.rtp import RtpPacket, encode_rtp, parse_rtp

FRAME_S = 0.020
FRAME_BYTES = 160
LOUD = 0.01
"""Root mean square, of full scale, above which 20 ms count as sound."""
_SILENCE = bytes([g711.MULAW_SILENCE]) * FRAME_BYTES


@dataclass(slots=True)
class Arrival:
    """One packet: when it came (loop seconds), its sound, and how loud that is."""

    at: float
    pcm: Pcm16
    loudness: float


@dataclass(eq=False)
class RtpPeer(asyncio.DatagramProtocol):
    """Answers to wherever its packets come from."""

    arrivals: list[Arrival] = field(default_factory=list)
    said_until: float = 0.0
    """When the last loud frame of what was said had been sent (loop seconds)."""
    _to_say: deque[bytes] = field(default_factory=deque)
    _peer: tuple[str, int] | None = None
    _sequence: int = field(default_factory=lambda: secrets.randbits(15))
    _ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    _transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.DatagramProtocol`."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See `asyncio.DatagramProtocol`."""
        self._peer = addr
        try:
            packet = parse_rtp(data)
        except Malformed:
            return
        pcm = g711.decode_mulaw(packet.payload)
        loudness = float(np.sqrt(np.mean((pcm / 32_768.0) ** 2))) if pcm.size else 0.0
        self.arrivals.append(Arrival(asyncio.get_running_loop().time(), pcm, loudness))

    @property
    def port(self) -> int:
        """Our UDP port."""
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    @property
    def saying(self) -> bool:
        """Whether something is still to be said."""
        return bool(self._to_say)

    def say(self, pcm: Pcm16) -> None:
        """Say samples at 8 kHz, after what is being said."""
        data = g711.encode_mulaw(pcm)
        frames = (data[at : at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES))
        self._to_say.extend(frame.ljust(FRAME_BYTES, _SILENCE[:1]) for frame in frames)

    def first_loud(self, since: float) -> float | None:
        """When the first loud packet after `since` came."""
        found = (a.at for a in reversed(self.arrivals) if a.at > since and a.loudness > LOUD)
        return min(found, default=None)

    def loud_within(self, seconds: float) -> bool:
        """Whether anything loud came in the last `seconds`."""
        since = asyncio.get_running_loop().time() - seconds
        return self.first_loud(since) is not None

    def recording(self) -> Pcm16:
        """Everything that came, at 8 kHz."""
        if not self.arrivals:
            return np.empty(0, np.int16)
        return np.concatenate([arrival.pcm for arrival in self.arrivals])

    def tick(self) -> None:
        """Send 20 ms; call it every 20 ms."""
        if self._peer is None or self._transport is None:
            return
        payload = self._to_say.popleft() if self._to_say else _SILENCE
        if payload is not _SILENCE and _loudness(payload) > LOUD:
            self.said_until = asyncio.get_running_loop().time()
        packet = RtpPacket(0, self._sequence, self._sequence * FRAME_BYTES, self._ssrc, payload)
        self._transport.sendto(encode_rtp(packet), self._peer)
        self._sequence += 1

    def close(self) -> None:
        """Give the port back."""
        if self._transport is not None:
            self._transport.close()


async def open_peers(count: int) -> list[RtpPeer]:
    """Peers on free even ports of the loopback."""
    loop = asyncio.get_running_loop()
    peers: list[RtpPeer] = []
    while len(peers) < count:
        transport, peer = await loop.create_datagram_endpoint(RtpPeer, ("127.0.0.1", 0))
        if peer.port % 2:
            transport.close()
        else:
            peers.append(peer)
    return peers


async def tick_for_ever(peers: list[RtpPeer]) -> None:
    """The clock of all peers, on an absolute schedule."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due += FRAME_S
        await asyncio.sleep(max(0.0, due - loop.time()))
        for peer in peers:
            peer.tick()


def _loudness(mulaw: bytes) -> float:
    return float(np.sqrt(np.mean((g711.decode_mulaw(mulaw) / 32_768.0) ** 2)))
