"""One message on its way to many listeners, made and encoded once."""

from dataclasses import dataclass

from edge_interpreter.rooms.messages import RoomMessage


@dataclass(slots=True, eq=False)
class Parcel:
    """A message and, for `Speech`, its sound (16-bit little-endian).

    `wire` is for whoever sends it: the encoded form, made for the first listener and used for
    all. A message that is not the room's own has only that.
    """

    message: RoomMessage | None
    sound: bytes = b""
    wire: bytes | None = None
