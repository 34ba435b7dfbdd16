"""Decides who may be what in which room."""

from collections.abc import Callable

from edge_interpreter.config.server import RoomAccess, RoomPreset
from edge_interpreter.rooms.messages import Role
from edge_interpreter.rooms.presets import ROLES, SHAPES, includes
from edge_interpreter.server.limits import Buckets
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.tokens import Grant, Tokens

_SPEAK: Role = "speak"


class Access:
    """Joins tokens, the server's mode and each room's own setting.

    `wrong` counts tokens that were refused, by address; an address that shows too many has to wait
    before any of its tokens is looked at, and `on_locked` is told.
    """

    def __init__(
        self,
        tokens: Tokens,
        mode: RoomAccess,
        wrong: Buckets | None = None,
        on_locked: Callable[[str], None] = lambda _address: None,
    ) -> None:
        self.tokens = tokens
        self.mode = mode
        self._wrong = wrong
        self._on_locked = on_locked

    def admit(self, token: str, address: str) -> None:
        """Hold up an address that brings wrong tokens. Raises ProtocolError where it has to wait.

        Right ones always pass: many people may share an address, and what is wrong cannot be
        guessed right at any rate.
        """
        if not token or self._wrong is None:
            return
        try:
            self.tokens.read(token)
        except ProtocolError as refused:
            if refused.code != "token_invalid":
                return
            if wait_s := self._wrong.wait_s(address):
                text = "too many wrong tokens from this address"
                raise ProtocolError("rate_limited", text, wait_s) from None
            self._wrong.take(address)
            if self._wrong.wait_s(address):
                self._on_locked(address)

    def who(self, token: str) -> str:
        """The name of a token's holder for the audit log."""
        try:
            return self.tokens.read(token).who
        except ProtocolError as refused:
            return refused.code

    def mode_of(self, room_access: RoomAccess | None) -> RoomAccess:
        """What holds for a room, given its own setting."""
        return room_access or self.mode

    def open_role(self, room_access: RoomAccess | None, preset: RoomPreset) -> Role | None:
        """What anybody can be in a room, None where nobody comes in without a token."""
        return SHAPES[preset].open_role if self.mode_of(room_access) == "open" else None

    def role(
        self, token: str, room: str, room_access: RoomAccess | None, preset: RoomPreset
    ) -> Role:
        """The most that somebody with `token` (may be empty) can be in a room.

        An open room gives speaking, a presentation listening; operating takes a token anywhere.
        Raises ProtocolError.
        """
        open_role = self.open_role(room_access, preset)
        if not token:
            if open_role is None:
                raise ProtocolError("token_required", "this room asks for a token")
            return open_role
        grant = self.tokens.read(token)
        if not grant.covers(room):
            if open_role is None:
                raise ProtocolError("forbidden", "this token is for another room")
            return open_role
        return grant.role if open_role is None else max(grant.role, open_role, key=ROLES.index)

    def require(self, token: str, needed: Role, room: str | None = None) -> Grant:
        """A grant of at least `needed`, for `room` where given. Raises ProtocolError."""
        if not token:
            raise ProtocolError("token_required", "this needs a token or an API key")
        grant = self.tokens.read(token)
        if not includes(grant.role, needed):
            raise ProtocolError("forbidden", f"this needs a token with the role {needed}")
        if room is not None and not grant.covers(room):
            raise ProtocolError("forbidden", "this token is for another room")
        return grant


def choose_role(most: Role, asked: Role | None, *, speaks: bool) -> Role:
    """The role to take: the one asked for, else the most up to speaking.

    Raises ProtocolError where more is asked for than `most`.
    """
    wanted: Role = asked if asked is not None else min(most, _SPEAK, key=ROLES.index)
    if not includes(most, wanted):
        raise ProtocolError("forbidden", f"you may not {wanted} in this room")
    if speaks and not includes(wanted, "speak"):
        raise ProtocolError("forbidden", "you may only listen in this room")
    return wanted
