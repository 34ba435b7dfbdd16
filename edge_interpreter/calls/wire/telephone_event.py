"""Keys pressed on a telephone as RTP payloads (RFC 4733 section 2.3)."""

import struct
from dataclasses import dataclass

from edge_interpreter.calls.wire.malformed import Malformed

DIGITS = "0123456789*#ABCD"
"""Every key, at the index that is its event code."""
CLOCK_HZ = 8_000
_STEP = CLOCK_HZ * 20 // 1000
_END_REPEATS = 3
_VOLUME_DBM0 = 10


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """One report on a key: `duration` counts timestamp units since it was pressed."""

    digit: str
    end: bool
    duration: int
    volume: int = _VOLUME_DBM0


def parse_telephone_event(payload: bytes) -> TelephoneEvent:
    """The report in an RTP payload; raises Malformed (also for events that are no keys)."""
    if len(payload) < 4:
        raise Malformed("telephone-event: shorter than 4 bytes")
    event, flags, duration = struct.unpack_from("!BBH", payload)
    if event >= len(DIGITS):
        raise Malformed("telephone-event: not a key")
    return TelephoneEvent(DIGITS[event], bool(flags & 0x80), duration, flags & 0x3F)


def encode_telephone_event(event: TelephoneEvent) -> bytes:
    """`event` as an RTP payload; raises Malformed for a key that does not exist."""
    code = DIGITS.find(event.digit) if len(event.digit) == 1 else -1
    if code < 0 or not 0 <= event.volume < 64 or not 0 <= event.duration < 1 << 16:
        raise Malformed("telephone-event: no such key, volume or duration")
    return struct.pack("!BBH", code, event.end << 7 | event.volume, event.duration)


def key_press(digit: str, milliseconds: int = 100) -> list[TelephoneEvent]:
    """The reports of one key press, one per 20 ms packet, the end said three times."""
    steps = max(1, round(milliseconds / 20))
    running = [TelephoneEvent(digit, False, _STEP * (i + 1)) for i in range(steps - 1)]
    return running + [TelephoneEvent(digit, True, _STEP * steps)] * _END_REPEATS


class KeyReader:
    """Turns reports, of which many are about the same press, into key presses."""

    def __init__(self) -> None:
        self._current: int | None = None

    def read(self, timestamp: int, event: TelephoneEvent) -> str | None:
        """The key when `event` is the first report about its press, else None.

        `timestamp` is the RTP timestamp, the same for all reports about one press. A press is
        told at its first report, so that a lost end does not lose the key.
        """
        if timestamp == self._current:
            return None
        self._current = timestamp
        return event.digit
