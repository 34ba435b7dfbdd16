"""The shapes a room can have: settings of the same mechanism."""

from dataclasses import dataclass

from edge_interpreter.rooms.messages import Preset, Role


@dataclass(frozen=True, slots=True)
class Shape:
    """What a preset decides.

    `open_role` is the most that a room with open access gives without a token; `shared_space`
    says that microphones hear what the room's loudspeakers say.
    """

    open_role: Role
    shared_space: bool


SHAPES: dict[Preset, Shape] = {
    "presentation": Shape(open_role="listen", shared_space=False),
    "meeting": Shape(open_role="speak", shared_space=False),
    "face_to_face": Shape(open_role="speak", shared_space=True),
    "kiosk": Shape(open_role="speak", shared_space=True),
}
ROLES: tuple[Role, ...] = ("listen", "speak", "operate")


def includes(role: Role, needed: Role) -> bool:
    """Whether `role` may do what `needed` may."""
    return ROLES.index(role) >= ROLES.index(needed)


def preset_for(name: str) -> Preset:
    """The shape of a room that is opened by joining it.

    The pages for two people at one device name their rooms `face-…` and `kiosk-…`.
    """
    if name.startswith("face-"):
        return "face_to_face"
    return "kiosk" if name.startswith("kiosk-") else "meeting"
