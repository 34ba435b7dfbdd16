"""AudioSocket frames, as Asterisk's `AudioSocket()` and its channel driver speak them over TCP.

A frame is one byte of kind, two bytes of length (big endian), and that many bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from edge_interpreter.calls.wire.malformed import Malformed


class Kind(IntEnum):
    """What a frame carries; audio is signed 16-bit little-endian mono."""

    HANGUP = 0x00
    UUID = 0x01
    DTMF = 0x03
    AUDIO_8K = 0x10
    AUDIO_12K = 0x11
    AUDIO_16K = 0x12
    AUDIO_24K = 0x13
    AUDIO_32K = 0x14
    AUDIO_44K = 0x15
    AUDIO_48K = 0x16
    AUDIO_96K = 0x17
    AUDIO_192K = 0x18
    ERROR = 0xFF


AUDIO_RATES = {
    Kind.AUDIO_8K: 8_000,
    Kind.AUDIO_12K: 12_000,
    Kind.AUDIO_16K: 16_000,
    Kind.AUDIO_24K: 24_000,
    Kind.AUDIO_32K: 32_000,
    Kind.AUDIO_44K: 44_100,
    Kind.AUDIO_48K: 48_000,
    Kind.AUDIO_96K: 96_000,
    Kind.AUDIO_192K: 192_000,
}
"""Sampling rate in Hz of each audio kind."""


@dataclass(frozen=True, slots=True)
class AudioSocketFrame:
    """One frame; `payload` has been checked against `kind`."""

    kind: Kind
    payload: bytes = b""

    @property
    def rate(self) -> int | None:
        """Sampling rate in Hz of an audio frame, else None."""
        return AUDIO_RATES.get(self.kind)

    @property
    def call_id(self) -> UUID:
        """The call's identifier in a UUID frame."""
        return UUID(bytes=self.payload)


class AudioSocketDecoder:
    """Cuts a byte stream into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[AudioSocketFrame]:
        """Frames completed by `data`; to be taken to the end.

        Raises Malformed after the frames before the fault; the stream cannot be read on then.
        """
        self._rest += data
        while len(self._rest) >= 3:
            kind = _kind(self._rest[0])
            end = 3 + int.from_bytes(self._rest[1:3])
            if len(self._rest) < end:
                break
            payload = bytes(self._rest[3:end])
            del self._rest[:end]
            yield _checked(kind, payload)

    @property
    def pending(self) -> int:
        """Bytes of a frame that has not arrived whole."""
        return len(self._rest)


def encode_audiosocket(kind: Kind, payload: bytes = b"") -> bytes:
    """One frame as it goes over the wire; raises Malformed when `payload` does not fit `kind`."""
    if len(payload) > 0xFFFF:
        raise Malformed("AudioSocket: payload longer than 65535 bytes")
    return bytes((kind,)) + len(payload).to_bytes(2) + _checked(kind, payload).payload


def _kind(byte: int) -> Kind:
    try:
        return Kind(byte)
    except ValueError:
        raise Malformed("AudioSocket: unknown kind of frame") from None


def _checked(kind: Kind, payload: bytes) -> AudioSocketFrame:
    if kind is Kind.UUID and len(payload) != 16:
        raise Malformed("AudioSocket: an identifier that is not 16 bytes")
    if kind is Kind.DTMF and (len(payload) != 1 or chr(payload[0]) not in "0123456789*#ABCDabcd"):
        raise Malformed("AudioSocket: a key that does not exist")
    if kind in AUDIO_RATES and len(payload) % 2:
        raise Malformed("AudioSocket: half a sample")
    return AudioSocketFrame(kind, payload)
