"""Join tokens and API keys: who may come into which room, as what, until when.

A token is `TEXT.SIGNATURE`: the URL-safe base64 of a JSON object (`room`, `role`, `exp`, `key`)
and of its HMAC-SHA256 (RFC 2104). Signing keys lie in the state directory and are rotated: new
tokens are signed with the newest, older keys still verify until they are withdrawn.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge_interpreter.errors import UserError
from edge_interpreter.rooms.messages import Role
from edge_interpreter.rooms.presets import ROLES
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.state import StateDirectory

ANY_ROOM = "*"
SIGNING_KEYS = "token-keys.json"
API_KEYS = "api-keys.json"
API_KEY_PREFIX = "ei_"
KEPT_KEYS = 3
MOST_TTL_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token or API key gives; `room` may be `*`, `expires` (Unix seconds) None: never."""

    room: str
    role: Role
    expires: int | None = None

    def covers(self, room: str) -> bool:
        """Whether it holds for a room."""
        return self.room in (ANY_ROOM, room)


class Tokens:
    """Makes and reads tokens and API keys; `clock` gives Unix seconds.

    Files are read again when they change, so that keys made at the command line hold at once.
    """

    def __init__(self, state: StateDirectory, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._clock = clock

    def create(self, room: str, role: Role, ttl_s: int) -> tuple[str, int]:
        """A join token and when it expires. Raises UserError for an impossible time."""
        if not 0 < ttl_s <= MOST_TTL_S:
            raise UserError(f"a token can hold for 1 s to {MOST_TTL_S // 86_400} days")
        keys = self._signing_keys()
        expires = int(self._clock()) + ttl_s
        text = {"room": room, "role": role, "exp": expires, "key": keys[-1]["id"]}
        payload = _encode(json.dumps(text, separators=(",", ":")).encode())
        return f"{payload}.{_encode(_sign(keys[-1], payload))}", expires

    def rotate(self) -> None:
        """Sign with a new key; the last two still verify."""
        self._save(SIGNING_KEYS, [*self._signing_keys(), _new_key()][-KEPT_KEYS:])

    def withdraw(self) -> None:
        """Make every token given out so far invalid."""
        self._save(SIGNING_KEYS, [_new_key()])

    def create_api_key(self, name: str, room: str, role: Role) -> str:
        """A key without an end, shown once and kept as a hash. Raises UserError."""
        keys = self._load(API_KEYS)
        if any(key["name"] == name for key in keys):
            raise UserError(f"there is an API key named {name} already")
        key = API_KEY_PREFIX + secrets.token_urlsafe(32)
        record = {"name": name, "room": room, "role": role, "sha256": _digest(key)}
        self._save(API_KEYS, [*keys, record])
        return key

    def revoke_api_key(self, name: str) -> None:
        """Withdraw an API key. Raises UserError where there is none of that name."""
        keys = self._load(API_KEYS)
        kept = [key for key in keys if key["name"] != name]
        if len(kept) == len(keys):
            known = ", ".join(sorted(key["name"] for key in keys)) or "none"
            raise UserError(f"no API key named {name}; there are: {known}")
        self._save(API_KEYS, kept)

    def api_keys(self) -> list[tuple[str, Grant]]:
        """Names of the API keys and what they give."""
        return [(key["name"], Grant(key["room"], key["role"])) for key in self._load(API_KEYS)]

    def read(self, token: str) -> Grant:
        """What a token or API key gives. Raises ProtocolError."""
        if token.startswith(API_KEY_PREFIX):
            return self._read_api_key(token)
        payload, _, signature = token.partition(".")
        text = _object(_decode(payload))
        keys = {key["id"]: key for key in self._signing_keys()}
        key = keys.get(text.get("key", ""))
        if key is None or not hmac.compare_digest(_decode(signature), _sign(key, payload)):
            raise ProtocolError("token_invalid", "this token was not made by this server")
        if self._clock() >= text["exp"]:
            raise ProtocolError("token_expired", "this token has expired; ask for a new one")
        return Grant(text["room"], text["role"], text["exp"])

    def _read_api_key(self, token: str) -> Grant:
        digest = _digest(token)
        for key in self._load(API_KEYS):
            if hmac.compare_digest(key["sha256"], digest) and key["role"] in ROLES:
                return Grant(key["room"], key["role"])
        raise ProtocolError("token_invalid", "this API key is not known here")

    def _signing_keys(self) -> list[dict[str, Any]]:
        keys = self._load(SIGNING_KEYS)
        if not keys:
            keys = [_new_key()]
            self._save(SIGNING_KEYS, keys)
        return keys

    def _load(self, name: str) -> list[dict[str, Any]]:
        content = self._state.read(name)
        if content is None:
            return []
        try:
            keys = json.loads(content)["keys"]
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{self._state.path(name)}: damaged; remove it to start anew") from None
        return list(keys)

    def _save(self, name: str, keys: list[dict[str, Any]]) -> None:
        self._state.write(name, json.dumps({"keys": keys}, indent=1).encode())


def _new_key() -> dict[str, Any]:
    return {"id": secrets.token_hex(4), "secret": secrets.token_hex(32)}


def _sign(key: dict[str, Any], payload: str) -> bytes:
    return hmac.digest(bytes.fromhex(key["secret"]), payload.encode(), "sha256")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise ProtocolError("token_invalid", "this is not a token") from None


def _object(data: bytes) -> dict[str, Any]:
    try:
        text = json.loads(data)
    except ValueError:
        text = None
    if not isinstance(text, dict):
        raise ProtocolError("token_invalid", "this is not a token")
    return text
