"""The secret with which a participant comes back as the same one."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Return:
    """Who comes back, and the room's caption number when they first came."""

    participant: str
    since: int


class ResumeKeys:
    """Signs participants of one room with a secret that lives as long as the room (RFC 2104)."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def issue(self, participant: str, since: int) -> str:
        """The key for a participant."""
        return f"{participant}.{since}.{self._sign(participant, since)}"

    def read(self, key: str) -> Return | None:
        """Whose key it is, or None for one that this room did not issue."""
        participant, _, rest = key.partition(".")
        number, _, signature = rest.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        expected = self._sign(participant, int(number))
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        return Return(participant, int(number))

    def _sign(self, participant: str, since: int) -> str:
        text = f"{participant}.{since}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]
