"""Join tokens and API keys: who may come into which room, as what, until when.

A token is `TEXT.SIGNATURE`: the URL-safe base64 of a JSON object (`room`, `role`, `exp`, `key`)
and of its HMAC-SHA256 (RFC 2104). Signing keys lie in the state directory, or in one that several
boxes share, and are rotated: new tokens are signed with the newest that is in use; a retired key
verifies the tokens made with it until the last of them has expired. A key may be put in use later
than it is made, so that every box has it before any box signs with it.
"""

import base64
import hashlib
import hmac
import json
import logging
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.rooms.messages import Role
from edge_interpreter.rooms.presets import ROLES
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.state import StateDirectory, Version

log = logging.getLogger(__name__)

ANY_ROOM = "*"
SIGNING_KEYS = "token-keys.json"
API_KEYS = "api-keys.json"
API_KEY_PREFIX = "ei_"
MOST_TTL_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token or API key gives; `room` may be `*`, `expires` (Unix seconds) None: never.

    `who` names the holder in the audit log: `key:NAME` or `token:IDENTIFIER`; `api_key` is the
    identifier of the API key that it is or was made with, or empty.
    """

    room: str
    role: Role
    expires: int | None = None
    who: str = field(default="", compare=False)
    api_key: str = field(default="", compare=False)

    def covers(self, room: str) -> bool:
        """Whether it holds for a room."""
        return self.room in (ANY_ROOM, room)


class Tokens:
    """Makes and reads tokens and API keys; `clock` gives Unix seconds.

    Files are read again when they change, so that keys made at the command line hold at once.
    Where several boxes share the directory (`shared`), none makes signing keys unasked: they would
    not be those of the others; and while files are away or half copied, those read before hold.
    """

    def __init__(
        self,
        state: StateDirectory,
        clock: Callable[[], float] = time.time,
        *,
        shared: bool = False,
    ) -> None:
        self._state = state
        self._clock = clock
        self.shared = shared
        self._loaded: dict[str, tuple[Version | None, list[dict[str, Any]]]] = {}

    def create(
        self, room: str, role: Role, ttl_s: int, maker: Grant | None = None
    ) -> tuple[str, int]:
        """A join token and when it expires. Raises UserError for an impossible time.

        One made by a holder of `maker` does not outlive it.
        """
        if not 0 < ttl_s <= MOST_TTL_S:
            raise UserError(f"a token can hold for 1 s to {MOST_TTL_S // 86_400} days")
        key = self._newest_key()
        expires = int(self._clock()) + ttl_s
        if maker is not None and maker.expires is not None:
            expires = min(expires, maker.expires)
        text: dict[str, Any] = {"room": room, "role": role, "exp": expires, "key": key["id"]}
        text["id"] = secrets.token_hex(4)
        if maker is not None and maker.api_key:
            text["of"] = maker.api_key
        return _sealed(key, text), expires

    def seal(self, text: dict[str, Any], ttl_s: int) -> str:
        """Something signed that is no token: `unseal` gives it back for `ttl_s` seconds."""
        key = self._newest_key()
        end = int(self._clock()) + ttl_s
        return _sealed(key, {"sealed": text, "exp": end, "key": key["id"]})

    def unseal(self, sealed: str) -> dict[str, Any] | None:
        """What was sealed by a box with these keys, None where it was not or its time is over."""
        try:
            text = self._opened(sealed)
        except ProtocolError:
            return None
        found = text.get("sealed")
        return found if isinstance(found, dict) else None

    def rotate(self, after_s: int = 0) -> None:
        """Sign with a new key from `after_s` on; those before verify until their tokens expire."""
        begin = int(self._clock()) + after_s
        with self._state.locked():
            before = self._load(SIGNING_KEYS)
            keys = [{"retired": begin, **key} for key in before]
            kept = [key for key in keys if begin - key["retired"] < MOST_TTL_S]
            new = {**_new_key(), "from": begin} if before else _new_key()
            self._save(SIGNING_KEYS, [*kept, new])

    def withdraw(self) -> None:
        """Make every token given out so far invalid."""
        with self._state.locked():
            self._save(SIGNING_KEYS, [_new_key()])

    def create_api_key(self, name: str, room: str, role: Role, ttl_s: int | None = None) -> str:
        """A key, shown once and kept as a hash, without an end or for a time. Raises UserError."""
        key = API_KEY_PREFIX + secrets.token_urlsafe(32)
        now = int(self._clock())
        record = {
            "id": secrets.token_hex(4),
            "name": name,
            "room": room,
            "role": role,
            "created": now,
            "expires": None if ttl_s is None else now + ttl_s,
            "sha256": _digest(key),
        }
        with self._state.locked():
            keys = self._load(API_KEYS)
            if any(key["name"] == name for key in keys):
                raise UserError(f"there is an API key named {name} already")
            self._save(API_KEYS, [*keys, record])
        return key

    def revoke_api_key(self, name: str) -> None:
        """Withdraw an API key, and the tokens made with it.

        Raises UserError where there is none of that name.
        """
        with self._state.locked():
            keys = self._load(API_KEYS)
            kept = [key for key in keys if key["name"] != name]
            if len(kept) == len(keys):
                known = ", ".join(sorted(key["name"] for key in keys)) or "none"
                raise UserError(f"no API key named {name}; there are: {known}")
            self._save(API_KEYS, kept)

    def api_keys(self) -> list[tuple[str, Grant]]:
        """Names of the API keys and what they give."""
        return [(key["name"], _grant(key)) for key in self._load(API_KEYS)]

    def read(self, token: str) -> Grant:
        """What a token or API key gives. Raises ProtocolError."""
        if not token.isascii():
            raise ProtocolError("token_invalid", "this is not a token")
        if token.startswith(API_KEY_PREFIX):
            return self._read_api_key(token)
        text = self._opened(token)
        if "sealed" in text or self._is_orphan(text):
            raise ProtocolError("token_invalid", "this is no token, or it was withdrawn")
        who = f"token:{text.get('id', '')}"
        return Grant(text["room"], text["role"], text["exp"], who, text.get("of", ""))

    def _opened(self, token: str) -> dict[str, Any]:
        """The text of a token that was signed here and holds now. Raises ProtocolError."""
        payload, _, signature = token.partition(".")
        key = self._signer(payload, signature)
        if key is None:
            raise ProtocolError("token_invalid", "this token was not made by this server")
        text: dict[str, Any] = json.loads(_decode(payload))
        if self._clock() >= text["exp"]:
            raise ProtocolError("token_expired", "this token has expired; ask for a new one")
        if text["exp"] > key.get("retired", math.inf) + MOST_TTL_S:
            raise ProtocolError("token_invalid", "this token was withdrawn")
        return text

    def _newest_key(self) -> dict[str, Any]:
        """The one to sign with now."""
        now = self._clock()
        return [key for key in self.signing_keys() if key.get("from", 0) <= now][-1]

    def _signer(self, payload: str, signature: str) -> dict[str, Any] | None:
        """The key with which a payload was signed; nothing of the payload is looked at before."""
        given, found = signature.encode(), None
        for key in self.signing_keys():
            if hmac.compare_digest(given, _encode(_sign(key, payload)).encode()):
                found = key
        return found

    def _is_orphan(self, text: dict[str, Any]) -> bool:
        """Whether the API key with which a token was made is gone."""
        return "of" in text and text["of"] not in map(_identifier, self._load(API_KEYS))

    def _read_api_key(self, token: str) -> Grant:
        digest = _digest(token)
        for key in self._load(API_KEYS):
            if hmac.compare_digest(key["sha256"], digest) and key["role"] in ROLES:
                if key.get("expires") and self._clock() >= key["expires"]:
                    raise ProtocolError("token_expired", "this API key has expired")
                return _grant(key)
        raise ProtocolError("token_invalid", "this API key is not known here")

    def signing_keys(self) -> list[dict[str, Any]]:
        """All of them, the newest last. Raises UserError where shared ones are not there."""
        if keys := self._load(SIGNING_KEYS):
            return keys
        if self.shared:
            raise UserError(
                f"{self._state.path(SIGNING_KEYS)}: there is none; copy it from another box, or "
                "make the first with: edge-interpreter token rotate"
            )
        with self._state.locked():
            keys = self._load(SIGNING_KEYS) or [_new_key()]
            self._save(SIGNING_KEYS, keys)
        return keys

    def _load(self, name: str) -> list[dict[str, Any]]:
        version = self._state.version(name)
        before = self._loaded.get(name)
        if before is not None and before[0] == version:
            return before[1]
        try:
            keys = self._read(name)
        except UserError as error:
            if before is None or not self.shared:
                raise
            log.error("%s; the keys read before hold", error)
            keys = before[1]
        self._loaded[name] = version, keys
        return keys

    def _read(self, name: str) -> list[dict[str, Any]]:
        path, content = self._state.path(name), self._state.read(name)
        if content is None:
            if self.shared and name in self._loaded:
                raise UserError(f"{path}: there is none any more")
            return []
        try:
            return list(json.loads(content)["keys"])
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{path}: damaged; remove it to start anew") from None

    def _save(self, name: str, keys: list[dict[str, Any]]) -> None:
        self._state.write(name, json.dumps({"keys": keys}, indent=1).encode())


def open_tokens(config: Config) -> Tokens:
    """The tokens of this box, or those that it shares with others."""
    shared = config.boxes.keys
    return Tokens(StateDirectory(shared or config.server.state), shared=shared is not None)


def _grant(key: dict[str, Any]) -> Grant:
    who, identifier = f"key:{key['name']}", _identifier(key)
    return Grant(key["room"], key["role"], key.get("expires"), who, identifier)


def _identifier(key: dict[str, Any]) -> str:
    return str(key.get("id") or key["sha256"][:8])


def _sealed(key: dict[str, Any], text: dict[str, Any]) -> str:
    payload = _encode(json.dumps(text, separators=(",", ":")).encode())
    return f"{payload}.{_encode(_sign(key, payload))}"


def _new_key() -> dict[str, Any]:
    return {"id": secrets.token_hex(4), "secret": secrets.token_hex(32)}


def _sign(key: dict[str, Any], payload: str) -> bytes:
    return hmac.digest(bytes.fromhex(key["secret"]), payload.encode(), "sha256")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
