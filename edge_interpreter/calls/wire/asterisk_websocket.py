"""Control messages of Asterisk's WebSocket channel (`chan_websocket`, Asterisk 20.16 and later).

Binary messages are media in the channel's format; text messages are control, either plain text
(`MEDIA_START connection_id:… format:ulaw optimal_frame_size:160 ptime:20`) or, with the dial
option `f(json)`, a JSON object with `event` or `command`. Asterisk owns the clock.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from edge_interpreter.calls.wire.malformed import Malformed

MAX_MESSAGE_BYTES = 65_500
"""A longer media message makes Asterisk hang up."""
_MAX_TEXT = 65_536

Command = Literal[
    "ANSWER",
    "HANGUP",
    "START_MEDIA_BUFFERING",
    "STOP_MEDIA_BUFFERING",
    "MARK_MEDIA",
    "FLUSH_MEDIA",
    "PAUSE_MEDIA",
    "CONTINUE_MEDIA",
    "GET_STATUS",
    "REPORT_QUEUE_DRAINED",
]


@dataclass(frozen=True, slots=True)
class ControlEvent:
    """One control message from Asterisk: its name, its fields, and the syntax it came in."""

    name: str
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Channel variables of MEDIA_START; only the JSON syntax has them."""
    json: bool = False


@dataclass(frozen=True, slots=True)
class MediaStart:
    """What MEDIA_START says about the media that follows."""

    connection_id: str
    channel: str
    format: str
    frame_bytes: int
    ptime_ms: int


def parse_control(text: str) -> ControlEvent:
    """The control message in `text`; raises Malformed."""
    if len(text) > _MAX_TEXT:
        raise Malformed("chan_websocket: control message too long")
    stripped = text.strip()
    if stripped.startswith("{"):
        return _parse_json(stripped)
    name, *words = stripped.split() or [""]
    if not _is_name(name):
        raise Malformed("chan_websocket: no event name")
    pairs = (word.partition(":") for word in words)
    fields = {key if colon else "value": value if colon else key for key, colon, value in pairs}
    return ControlEvent(name, MappingProxyType(fields))


def encode_command(command: Command, correlation_id: str = "", *, as_json: bool) -> str:
    """A command to Asterisk in the syntax that its events came in."""
    if any(character.isspace() for character in correlation_id):
        raise Malformed("chan_websocket: white space in a correlation id")
    if as_json:
        extra = {"correlation_id": correlation_id} if correlation_id else {}
        return json.dumps({"command": command, **extra})
    return f"{command} {correlation_id}".rstrip()


def media_start(event: ControlEvent) -> MediaStart:
    """The typed fields of a MEDIA_START event; raises Malformed."""
    if event.name != "MEDIA_START":
        raise Malformed("chan_websocket: not MEDIA_START")
    try:
        frame_bytes = int(event.fields["optimal_frame_size"])
        ptime = int(event.fields.get("ptime", "20"))
        media_format = event.fields["format"]
    except (KeyError, ValueError):
        raise Malformed("chan_websocket: MEDIA_START lacks a format or frame size") from None
    if not 0 < frame_bytes <= MAX_MESSAGE_BYTES or not 0 < ptime <= 1000:
        raise Malformed("chan_websocket: frame size or packet time out of range")
    return MediaStart(
        event.fields.get("connection_id", ""),
        event.fields.get("channel", ""),
        media_format,
        frame_bytes,
        ptime,
    )


def _parse_json(text: str) -> ControlEvent:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("chan_websocket: not JSON") from None
    name = tree.get("event") if isinstance(tree, dict) else None
    if not isinstance(name, str) or not _is_name(name):
        raise Malformed("chan_websocket: no event name")
    variables = tree.get("channel_variables")
    return ControlEvent(
        name,
        MappingProxyType({k: str(v) for k, v in tree.items() if isinstance(v, str | int)}),
        MappingProxyType(
            {k: str(v) for k, v in variables.items()} if isinstance(variables, dict) else {}
        ),
        json=True,
    )


def _is_name(name: str) -> bool:
    return bool(name) and name.replace("_", "").isalpha() and name.isascii() and name.isupper()
