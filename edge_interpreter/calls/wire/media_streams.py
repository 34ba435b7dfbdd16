"""Messages of Twilio's Media Streams WebSocket protocol, version 1.0.0, as Twilio documents them.

The service sends `connected`, `start`, then a `media` message each 20 ms (base64 µ-law, 8 kHz,
mono), `dtmf`, `mark` (an own mark, echoed once what was sent before it has been played or
cleared) and `stop`. The application sends `media`, `mark` and `clear`, each with `streamSid`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from edge_interpreter.calls.wire.malformed import Malformed

MAX_MESSAGE_CHARS = 65_536


@dataclass(frozen=True, slots=True)
class Connected:
    """The WebSocket is up."""


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins; `parameters` are those given in the TwiML."""

    stream_sid: str
    call_sid: str
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Media:
    """Received µ-law; `timestamp_ms` counts from the start of the stream."""

    payload: bytes
    chunk: int
    timestamp_ms: int
    track: str = "inbound"


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key was pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before the mark `name` has been played or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream ended."""


Message = Connected | Start | Media | Dtmf | Mark | Stop


def parse_message(text: str) -> Message:
    """The message in `text`; raises Malformed."""
    if len(text) > MAX_MESSAGE_CHARS:
        raise Malformed("media stream: message too long")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("media stream: not JSON") from None
    event = tree.get("event") if isinstance(tree, dict) else None
    match event:
        case "connected":
            return Connected()
        case "start":
            return _start(tree)
        case "media":
            return _media(tree)
        case "dtmf":
            return Dtmf(_digit(_text(_part(tree, "dtmf"), "digit")))
        case "mark":
            return Mark(_text(_part(tree, "mark"), "name"))
        case "stop":
            return Stop()
    raise Malformed("media stream: unknown event")


def encode_media(stream_sid: str, mulaw: bytes) -> str:
    """µ-law at 8 kHz to be played."""
    payload = base64.b64encode(mulaw).decode("ascii")
    return json.dumps({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def encode_mark(stream_sid: str, name: str) -> str:
    """Ask to be told when what was sent so far has been played."""
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def encode_clear(stream_sid: str) -> str:
    """Discard what has not been played yet."""
    return json.dumps({"event": "clear", "streamSid": stream_sid})


def _start(tree: dict[str, Any]) -> Start:
    start = _part(tree, "start")
    media_format = _part(start, "mediaFormat")
    if (
        media_format.get("encoding") != "audio/x-mulaw"
        or _number(media_format, "sampleRate") != 8_000
        or _number(media_format, "channels") != 1
    ):
        raise Malformed("media stream: only mono µ-law at 8000 Hz is understood")
    parameters = start.get("customParameters")
    pairs = parameters.items() if isinstance(parameters, dict) else ()
    return Start(
        _text(tree, "streamSid") if "streamSid" in tree else _text(start, "streamSid"),
        _text(start, "callSid"),
        MappingProxyType({key: str(value) for key, value in pairs}),
    )


def _media(tree: dict[str, Any]) -> Media:
    media = _part(tree, "media")
    try:
        payload = base64.b64decode(_text(media, "payload"), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("media stream: payload is not base64") from None
    track = media.get("track", "inbound")
    if not isinstance(track, str):
        raise Malformed("media stream: track is not text")
    return Media(payload, _number(media, "chunk", 0), _number(media, "timestamp", 0), track)


def _part(tree: dict[str, Any], key: str) -> dict[str, Any]:
    part = tree.get(key)
    if not isinstance(part, dict):
        raise Malformed(f"media stream: {key} is missing")
    return part


def _text(tree: dict[str, Any], key: str) -> str:
    value = tree.get(key)
    if not isinstance(value, str) or not value:
        raise Malformed(f"media stream: {key} is missing")
    return value


def _number(tree: dict[str, Any], key: str, default: int | None = None) -> int:
    value = tree.get(key, default)
    try:
        if isinstance(value, bool | float):
            raise ValueError  # noqa: TRY004 - answered as any other bad number
        return int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Malformed(f"media stream: {key} is not a whole number") from None


def _digit(digit: str) -> str:
    if len(digit) != 1 or digit not in "0123456789*#ABCD":
        raise Malformed("media stream: a key that does not exist")
    return digit
