"""What an agent's page and the box say to each other: JSON objects with `type`, and sound.

Sound is binary in both directions: 16-bit little-endian mono at 16 kHz, 20 ms a message.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from edge_interpreter.calls.wire.malformed import Malformed

MAX_MESSAGE_CHARS = 8_192
MAX_SAY_CHARS = 500
SOUND_BYTES = 640

SideName = Literal["caller", "agent"]


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message: an operator's token."""

    token: str


@dataclass(frozen=True, slots=True)
class Take:
    """Be the agent of a waiting call, by this page's headset."""

    call: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Show the captions of a call; an empty name stops that."""

    call: str


@dataclass(frozen=True, slots=True)
class End:
    """End a call."""

    call: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Mute or unmute a side."""

    call: str
    side: SideName
    on: bool


@dataclass(frozen=True, slots=True)
class Speaks:
    """Override the language of a side; "auto" has it heard again."""

    call: str
    side: SideName
    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a text in the agent's language to the caller in theirs."""

    call: str
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """Press a key at the caller's side."""

    call: str
    digit: str


Request = Hello | Take | Watch | End | Mute | Speaks | Say | Key


def parse_request(text: str) -> Request:
    """The request in `text`; raises Malformed."""
    if len(text) > MAX_MESSAGE_CHARS:
        raise Malformed("desk: message too long")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("desk: not JSON") from None
    if not isinstance(tree, dict):
        raise Malformed("desk: not an object")
    parser = _PARSERS.get(str(tree.get("type")))
    if parser is None:
        raise Malformed("desk: unknown type")
    return parser(tree)


def encode(what: str, /, **fields: Any) -> str:
    """A message to the page."""
    return json.dumps({"type": what, **fields}, ensure_ascii=False)


def _text(tree: dict[str, Any], key: str, limit: int, *, empty: bool = False) -> str:
    value = tree.get(key)
    if not isinstance(value, str) or len(value) > limit or not (value.strip() or empty):
        raise Malformed(f"desk: {key} is missing or too long")
    return value


def _flag(tree: dict[str, Any], key: str) -> bool:
    value = tree.get(key)
    if not isinstance(value, bool):
        raise Malformed(f"desk: {key} is not true or false")
    return value


def _side(tree: dict[str, Any]) -> SideName:
    value = tree.get("side")
    if value not in ("caller", "agent"):
        raise Malformed("desk: side is not caller or agent")
    side: SideName = value
    return side


def _digit(tree: dict[str, Any]) -> str:
    value = _text(tree, "digit", 1)
    if value not in "0123456789*#ABCD":
        raise Malformed("desk: no such key")
    return value


def _call(tree: dict[str, Any]) -> str:
    return _text(tree, "call", 64)


_PARSERS: dict[str, Callable[[dict[str, Any]], Request]] = {
    "hello": lambda tree: Hello(_text(tree, "token", 1_024)),
    "take": lambda tree: Take(_call(tree)),
    "watch": lambda tree: Watch(_text(tree, "call", 64, empty=True)),
    "end": lambda tree: End(_call(tree)),
    "mute": lambda tree: Mute(_call(tree), _side(tree), _flag(tree, "on")),
    "speaks": lambda tree: Speaks(_call(tree), _side(tree), _text(tree, "language", 35)),
    "say": lambda tree: Say(_call(tree), _text(tree, "text", MAX_SAY_CHARS)),
    "key": lambda tree: Key(_call(tree), _digit(tree)),
}
