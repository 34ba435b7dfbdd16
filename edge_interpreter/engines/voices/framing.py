"""The language between the server and a voice process, over its standard input and output.

A message is one line of JSON, then a payload of the length the line gives in `payload_length`
(in bytes, absent for none), in the manner of the Wyoming protocol. `type` names the message:

- worker → server, once: `ready`, or `failed`.
- server → worker: `load` {voice, path, config}; answered by `loaded` or `failed`.
- server → worker: `speak` {voice, speed}, payload the text in UTF-8; answered by any number of
  `audio` {rate}, payload mono s16le samples, then `done`; or by `failed`.

`failed` has a `reason` (one of the constants here) and, where a file is at fault, its `path`. It
never holds text that was to be spoken. Requests are answered in order. The worker ends when its
standard input does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

MISSING = "missing"
DAMAGED = "damaged"
UNSUPPORTED = "unsupported"
NOT_INSTALLED = "not_installed"
NOT_SPOKEN = "not_spoken"

_LONGEST_HEADER = 64 * 1024
_LONGEST_PAYLOAD = 64 * 1024 * 1024


class FramingError(Exception):
    """What came is no message."""


@dataclass(frozen=True, slots=True)
class Message:
    """A header without its `payload_length`, and the payload."""

    header: Mapping[str, object]
    payload: bytes = b""

    @property
    def type(self) -> str:
        """What kind of message it is."""
        return str(self.header.get("type", ""))

    def encode(self) -> bytes:
        """The message as it goes over the pipe."""
        header = {**self.header}
        if self.payload:
            header["payload_length"] = len(self.payload)
        return json.dumps(header, separators=(",", ":")).encode() + b"\n" + self.payload


class MessageReader:
    """Finds the messages in bytes that come in pieces of any length."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._header: dict[str, object] | None = None
        self._missing = 0

    def feed(self, data: bytes) -> list[Message]:
        """Messages that `data` completes; raises FramingError, after which nothing is read."""
        self._buffer += data
        messages: list[Message] = []
        while True:
            if self._header is None and not self._read_header():
                return messages
            if len(self._buffer) < self._missing:
                return messages
            payload = bytes(self._buffer[: self._missing])
            del self._buffer[: self._missing]
            messages.append(Message(self._header or {}, payload))
            self._header = None

    def _read_header(self) -> bool:
        line, newline, _ = self._buffer.partition(b"\n")
        if len(line) > _LONGEST_HEADER:
            raise FramingError("a header is too long")
        if not newline:
            return False
        self._header, self._missing = parse_header(bytes(line))
        del self._buffer[: len(line) + 1]
        return True


def parse_header(line: bytes) -> tuple[dict[str, object], int]:
    """A header and the length of its payload; raises FramingError."""
    try:
        header = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FramingError("a header is no JSON") from error
    if not isinstance(header, dict):
        raise FramingError("a header is no JSON object")
    length = header.pop("payload_length", 0)
    if not isinstance(length, int) or not 0 <= length <= _LONGEST_PAYLOAD:
        raise FramingError("a payload has no possible length")
    return header, length


def read_message(stream: BinaryIO) -> Message | None:
    """The next message of a blocking stream, None at its end; raises FramingError."""
    line = stream.readline(_LONGEST_HEADER)
    if not line:
        return None
    header, length = parse_header(line)
    payload = stream.read(length)
    return Message(header, payload) if len(payload) == length else None
