"""What lets people open their room on another box that has never heard of it.

It is the second part of the `resume` of a `welcome`: the settings of a room that is in no
configuration, signed with the keys that the boxes share.
"""

from pydantic import ValidationError

from edge_interpreter.config.server import RoomSettings
from edge_interpreter.server.tokens import Tokens

PASS_TTL_S = 12 * 3_600
SEPARATOR = "~"


def with_pass(resume: str, settings: RoomSettings, tokens: Tokens) -> str:
    """A `resume` with the pass of its room."""
    room = settings.model_dump(mode="json", exclude_defaults=True)
    return f"{resume}{SEPARATOR}{tokens.seal(room, PASS_TTL_S)}"


def without_pass(resume: str) -> str:
    """The part that the room itself reads."""
    return resume.partition(SEPARATOR)[0]


def room_of(resume: str, name: str, tokens: Tokens) -> RoomSettings | None:
    """The settings of the room `name`, where the pass is for it and holds."""
    sealed = resume.partition(SEPARATOR)[2]
    if not sealed or not sealed.isascii():
        return None
    try:
        settings = RoomSettings.model_validate(tokens.unseal(sealed))
    except ValidationError:
        return None
    return settings if settings.name == name else None
