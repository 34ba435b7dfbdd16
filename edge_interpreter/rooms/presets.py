"""The shapes a room can have: settings of the same mechanism."""

from dataclasses import dataclass

from edge_interpreter.rooms.messages import Preset, Role


@dataclass(frozen=True, slots=True)
class Shape:
    """What a preset decides.

    `default_role` is what open access gives at most to one who asks for nothing; `shared_space`
    says that microphones hear what the room's loudspeakers say.
    """

    default_role: Role
    shared_space: bool


SHAPES: dict[Preset, Shape] = {
    "presentation": Shape(default_role="listen", shared_space=False),
    "meeting": Shape(default_role="speak", shared_space=False),
    "face_to_face": Shape(default_role="speak", shared_space=True),
    "kiosk": Shape(default_role="speak", shared_space=True),
}
ROLES: tuple[Role, ...] = ("listen", "speak", "operate")


def includes(role: Role, needed: Role) -> bool:
    """Whether `role` may do what `needed` may."""
    return ROLES.index(role) >= ROLES.index(needed)
