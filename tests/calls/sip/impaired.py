"""A bad network between one telephone and the box: packets are lost, late, out of order."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from edge_interpreter.audio import g711
from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.evaluation.rtp_peer import FRAME_BYTES, RtpPeer

RATE = 8_000
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Impairment:
    """Share of packets lost, most that one is delayed by; a delay lets others overtake."""

    loss: float = 0.0
    jitter_s: float = 0.0


CLEAN = Impairment()
BAD = Impairment(loss=0.10, jitter_s=0.080)


@dataclass(eq=False)
class ImpairedLink(asyncio.DatagramProtocol):
    """Relays between `peer` (a port on the loopback) and whoever writes from elsewhere.

    What the peer sends is impaired; the way to it is clean.
    """

    peer: int
    impairment: Impairment
    chance: random.Random = field(default_factory=lambda: random.Random(4))
    lost: int = 0
    relayed: int = 0
    _box: Address | None = None
    _transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if addr[1] != self.peer:
            self._box = addr
            self._send(data, ("127.0.0.1", self.peer))
        elif self.chance.random() < self.impairment.loss:
            self.lost += 1
        elif self._box is not None:
            self.relayed += 1
            delay = self.chance.uniform(0, self.impairment.jitter_s)
            asyncio.get_running_loop().call_later(delay, self._send, data, self._box)

    @property
    def port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _send(self, data: bytes, to: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, to)


async def open_link(peer: RtpPeer, impairment: Impairment) -> ImpairedLink:
    """A link on a free even port."""
    loop = asyncio.get_running_loop()
    while True:
        transport, link = await loop.create_datagram_endpoint(
            lambda: ImpairedLink(peer.port, impairment), ("127.0.0.1", 0)
        )
        if link.port % 2 == 0:
            return link
        transport.close()


async def tick_at(peers: list[RtpPeer], drift_ppm: float) -> None:
    """The clock of peers whose crystal is off by some parts per million."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due += 0.020 / (1 + drift_ppm / 1e6)
        await asyncio.sleep(max(0.0, due - loop.time()))
        for peer in peers:
            peer.tick()


def as_heard(peer: RtpPeer, since: float, seconds: float) -> Pcm16:
    """What came, laid on the time line that begins at `since` (loop seconds)."""
    line = np.zeros(round((seconds + 1) * RATE), np.int16)
    due: float | None = None
    for arrival in peer.arrivals:
        # A telephone plays evenly what comes a little unevenly.
        due = arrival.at if due is None or abs(arrival.at - due) > 0.1 else due
        at = round((due - since) * RATE)
        if 0 <= at <= line.size - arrival.pcm.size:
            line[at : at + arrival.pcm.size] = arrival.pcm
        due += arrival.pcm.size / RATE
    return line


def delays_ms(said: Pcm16, heard: Pcm16, window_s: float = 0.4) -> list[float]:
    """How much later each loud stretch of `said` is found in `heard`, where it is."""
    size, most = round(window_s * RATE), round(0.6 * RATE)
    found = []
    for at in range(0, said.size - size, size):
        stretch = said[at : at + size].astype(float)
        if np.sqrt(np.mean(stretch**2)) < 800:
            continue
        around = heard[at : at + size + most].astype(float)
        if around.size < size + most:
            break
        likeness = np.correlate(around, stretch, "valid")
        power = np.sqrt(np.convolve(around**2, np.ones(size), "valid")) + 1.0
        likeness = likeness / power / np.sqrt(np.sum(stretch**2))
        best = int(np.argmax(likeness))
        if likeness[best] > 0.4:
            found.append(1000 * best / RATE)
    return found


def through_codec(pcm: Pcm16) -> Pcm16:
    """What µ-law leaves of it, in whole packets."""
    whole = pcm[: pcm.size // FRAME_BYTES * FRAME_BYTES]
    return g711.decode_mulaw(g711.encode_mulaw(whole))
