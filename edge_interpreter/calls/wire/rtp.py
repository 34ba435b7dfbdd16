"""RTP packets (RFC 3550 section 5) and arithmetic on their wrapping counters."""

import struct
from dataclasses import dataclass

from edge_interpreter.calls.wire.malformed import Malformed

HEADER_BYTES = 12
MAX_PACKET_BYTES = 65_507
_VERSION = 2


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One RTP packet, without header extension (skipped) and padding (removed)."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    csrcs: tuple[int, ...] = ()


def parse_rtp(datagram: bytes) -> RtpPacket:
    """The packet in `datagram`; raises Malformed."""
    if len(datagram) < HEADER_BYTES:
        raise Malformed("RTP: shorter than a header")
    first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", datagram)
    if first >> 6 != _VERSION:
        raise Malformed("RTP: version is not 2")
    start = HEADER_BYTES + 4 * (first & 0x0F)
    if len(datagram) < start:
        raise Malformed("RTP: cut off in the list of contributing sources")
    csrcs = struct.unpack_from(f"!{first & 0x0F}I", datagram, HEADER_BYTES)
    if first & 0x10:
        start = _skip_extension(datagram, start)
    end = len(datagram) - (_padding(datagram, start) if first & 0x20 else 0)
    return RtpPacket(
        second & 0x7F,
        sequence,
        timestamp,
        ssrc,
        datagram[start:end],
        bool(second & 0x80),
        csrcs,
    )


def encode_rtp(packet: RtpPacket) -> bytes:
    """`packet` as it goes over the wire; counters are taken modulo their width."""
    if len(packet.csrcs) > 15 or not 0 <= packet.payload_type < 128:
        raise Malformed("RTP: payload type or number of contributing sources out of range")
    header = struct.pack(
        "!BBHII",
        _VERSION << 6 | len(packet.csrcs),
        packet.marker << 7 | packet.payload_type,
        packet.sequence & 0xFFFF,
        packet.timestamp & 0xFFFFFFFF,
        packet.ssrc & 0xFFFFFFFF,
    )
    return header + struct.pack(f"!{len(packet.csrcs)}I", *packet.csrcs) + packet.payload


def _skip_extension(datagram: bytes, start: int) -> int:
    if len(datagram) < start + 4:
        raise Malformed("RTP: cut off in the header extension")
    words = struct.unpack_from("!H", datagram, start + 2)[0]
    end: int = start + 4 + 4 * words
    if len(datagram) < end:
        raise Malformed("RTP: header extension longer than the packet")
    return end


def _padding(datagram: bytes, start: int) -> int:
    count = datagram[-1]
    if count == 0 or count > len(datagram) - start:
        raise Malformed("RTP: padding longer than the payload")
    return count


class Unwrapper:
    """Turns a counter that wraps at `bits` into one that does not (RFC 3550 appendix A.1)."""

    def __init__(self, bits: int) -> None:
        self._span = 1 << bits
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        """The unwrapped counter nearest to the one before; may be less than it."""
        if self._last is None:
            self._last = value
            return value
        ahead = (value - self._last) % self._span
        if ahead >= self._span // 2:
            ahead -= self._span
        unwrapped = self._last + ahead
        self._last = max(self._last, unwrapped)
        return unwrapped
