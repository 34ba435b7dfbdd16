"""The Wyoming protocol of Home Assistant's voice services, as far as a recogniser needs it.

An event is a line of JSON with a `type`, then `data_length` bytes of JSON and `payload_length`
bytes of sound, where it has them. No sockets here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.audio.pcm import to_pcm16

LONGEST_LINE = 64 * 1024
LARGEST_PART = 1024 * 1024
CHUNK_SAMPLES = 1024
_SOUND = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}


class WyomingError(ValueError):
    """What came is not the protocol."""


@dataclass(frozen=True, slots=True)
class WyomingEvent:
    """One event, whichever way it goes."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""

    def encode(self) -> bytes:
        """The event as it is sent."""
        data = json.dumps(self.data).encode() if self.data else b""
        lengths = {"data_length": len(data), "payload_length": len(self.payload)}
        header = {"type": self.type, **{name: size for name, size in lengths.items() if size}}
        return json.dumps(header).encode() + b"\n" + data + self.payload


def recognition(samples: Samples, language: str | None) -> Iterator[WyomingEvent]:
    """All that asks for the words of an utterance at 16 kHz."""
    yield WyomingEvent("transcribe", {"language": language} if language else {})
    yield WyomingEvent("audio-start", _SOUND)
    for at in range(0, samples.size, CHUNK_SAMPLES):
        pcm = to_pcm16(samples[at : at + CHUNK_SAMPLES]).tobytes()
        yield WyomingEvent("audio-chunk", _SOUND, pcm)
    yield WyomingEvent("audio-stop")


class EventReader:
    """Puts events together from bytes as they arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, received: bytes) -> list[WyomingEvent]:
        """The events that are complete now; raises WyomingError."""
        self._buffer += received
        events = []
        while (event := self._next()) is not None:
            events.append(event)
        return events

    def _next(self) -> WyomingEvent | None:
        line, newline, _ = self._buffer.partition(b"\n")
        if len(line) > LONGEST_LINE:
            raise WyomingError("a line of more than 64 KiB")
        if not newline:
            return None
        header = _json_object(line)
        data_end = len(line) + 1 + _size(header, "data_length")
        end = data_end + _size(header, "payload_length")
        if len(self._buffer) < end:
            return None
        more = bytes(self._buffer[len(line) + 1 : data_end])
        data = {**header.get("data", {}), **(_json_object(more) if more else {})}
        payload = bytes(self._buffer[data_end:end])
        del self._buffer[:end]
        return WyomingEvent(str(header.get("type")), data, payload)


def _json_object(text: bytes | bytearray) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise WyomingError(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise WyomingError("not a JSON object")
    return found


def _size(header: dict[str, Any], name: str) -> int:
    size = header.get(name) or 0
    if not isinstance(size, int) or not 0 <= size <= LARGEST_PART:
        raise WyomingError(f"{name} is {size}")
    return size
