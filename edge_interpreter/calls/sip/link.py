"""What the SIP process and its parent say to each other, without I/O.

A message is one byte of kind, four bytes of leg number, two bytes of length (big endian) and that
many bytes: JSON for control, 16-bit little-endian samples for sound.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from edge_interpreter.calls.wire.malformed import Malformed

_HEADER = struct.Struct("!BIH")
MAX_PAYLOAD = 0xFFFF


class Kind(IntEnum):
    """What a message carries."""

    CONTROL = 1
    SOUND = 2


@dataclass(frozen=True, slots=True)
class LinkMessage:
    """One message about leg `leg`; 0 is the endpoint itself."""

    kind: Kind
    leg: int
    payload: bytes

    def control(self) -> dict[str, Any]:
        """The JSON object of a control message; raises Malformed."""
        try:
            tree = json.loads(self.payload)
        except ValueError:
            raise Malformed("SIP link: not JSON") from None
        if not isinstance(tree, dict) or not isinstance(tree.get("type"), str):
            raise Malformed("SIP link: no type")
        return tree


_KINDS = {int(kind): kind for kind in Kind}


class LinkDecoder:
    """Cuts the byte stream into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[LinkMessage]:
        """Messages completed by `data`; to be taken to the end. Raises Malformed."""
        whole = self._rest + data
        at = 0
        while len(whole) - at >= _HEADER.size:
            kind, leg, length = _HEADER.unpack_from(whole, at)
            if kind not in _KINDS:
                raise Malformed("SIP link: unknown kind of message")
            begin = at + _HEADER.size
            if len(whole) - begin < length:
                break
            at = begin + length
            yield LinkMessage(_KINDS[kind], leg, whole[begin:at])
        self._rest = whole[at:]


def encode_control(leg: int, kind: str, **fields: Any) -> bytes:
    """A control message of type `kind`."""
    return _encode(Kind.CONTROL, leg, json.dumps({"type": kind, **fields}).encode())


def encode_sound(leg: int, pcm: bytes) -> bytes:
    """A block of sound."""
    return _encode(Kind.SOUND, leg, pcm)


def _encode(kind: Kind, leg: int, payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD:
        raise Malformed("SIP link: message too long")
    return _HEADER.pack(kind, leg, len(payload)) + payload
