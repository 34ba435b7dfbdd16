"""The WebSocket protocol as types: what clients may say, what the server answers, and parsing.

No input or output here. `docs/protocol.md` is the same in prose.
"""

import dataclasses
import json
from dataclasses import dataclass
from functools import cache
from typing import Annotated, ClassVar, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from edge_interpreter import languages
from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.rooms.messages import Role, RoomInfo, RoomMessage
from edge_interpreter.rooms.refusal import Refusal

PROTOCOL_VERSION = 1
MAX_TEXT_BYTES = 8_192
MAX_AUDIO_BYTES = 65_536
MAX_CHAT_CHARACTERS = 500
MAX_NAME_CHARACTERS = 64
MIN_RATE, MAX_RATE = 8_000, 48_000

CLOSE_CODES = {
    "bad_message": 4400,
    "bad_audio": 4400,
    "hello_expected": 4400,
    "hello_repeated": 4400,
    "unknown_language": 4400,
    "language_unavailable": 4400,
    "language_needed": 4400,
    "unknown_command": 4400,
    "not_speaking": 4400,
    "no_such_participant": 4400,
    "token_required": 4401,
    "token_invalid": 4401,
    "token_expired": 4401,
    "forbidden": 4403,
    "no_such_room": 4404,
    "hello_timeout": 4408,
    "too_large": 1009,
    "too_slow": 4420,
    "unsupported_version": 4426,
    "rate_limited": 4429,
    "audio_too_fast": 4429,
    "room_full": 4503,
    "server_full": 4503,
    "overloaded": 4503,
    "shutdown": 1001,
}
"""The close code that goes with each error code when the error ends the connection."""
ENDINGS = {
    "left": 1000,
    "lost": 1000,
    "shutdown": 1001,
    "kicked": 4410,
    "room_closed": 4411,
    "replaced": 4412,
    "moved": 1012,
}
"""The close code that goes with each reason for which a room ends a connection."""


class ProtocolError(Refusal):
    """What a client sent cannot be accepted; `code` is one of CLOSE_CODES."""


def _known_language(tag: str) -> str:
    try:
        return languages.normalise(tag)
    except languages.UnknownLanguageError as error:
        raise PydanticCustomError("unknown_language", "{text}", {"text": str(error)}) from None


def _language_or(*words: str) -> AfterValidator:
    return AfterValidator(lambda tag: tag if tag in words else _known_language(tag))


def _printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("not_printable", "control characters are not allowed")
    return text


Tag = Annotated[str, StringConstraints(max_length=40)]
Language = Annotated[Tag, AfterValidator(_known_language)]
Speaks = Annotated[Tag, _language_or("none", "auto")]
Wants = Annotated[Tag, _language_or("none", "original")]
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_NAME_CHARACTERS),
    AfterValidator(_printable),
]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Secret = Annotated[str, StringConstraints(max_length=1_024)]
Resume = Annotated[str, StringConstraints(max_length=2_048)]
"""Behind several boxes the settings of a room are in it: room_pass.py."""
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_CHAT_CHARACTERS),
    AfterValidator(_printable),
]
Rate = Annotated[int, Field(ge=MIN_RATE, le=MAX_RATE)]


class _Strict:
    """Fields that a message does not have are refused, so that a misspelt one is noticed."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(_Strict):
    """The first message: who joins which room, speaking and wanting what."""

    type: Literal["hello"] = "hello"
    protocol: int
    room: RoomName
    name: Name = ""
    token: Secret = ""
    role: Role | None = None
    speaks: Speaks = "none"
    wants: Wants = "none"
    captions: bool = True
    audio: bool = False
    partials: bool = True
    with_original: bool = False
    hear_self: bool = False
    timings: bool = False
    rate: Rate = 16_000
    resume: Resume = ""
    last_sequence: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(_Strict):
    """A change of some settings; what is absent stays as it is."""

    type: Literal["settings"] = "settings"
    name: Name | None = None
    speaks: Speaks | None = None
    wants: Wants | None = None
    captions: bool | None = None
    audio: bool | None = None
    partials: bool | None = None
    with_original: bool | None = None
    hear_self: bool | None = None
    timings: bool | None = None
    rate: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(_Strict):
    """Push to talk: the button went down (`on`) or up; up ends the utterance at once."""

    type: Literal["talk"] = "talk"
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(_Strict):
    """The participant's own microphone: muted sound is thrown away by the server."""

    type: Literal["mute"] = "mute"
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat(_Strict):
    """A typed line, or a command that begins with `/`."""

    type: Literal["chat"] = "chat"
    text: Line
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(_Strict):
    """A question that is answered with `pong` and the same `id`."""

    type: Literal["ping"] = "ping"
    id: Annotated[int, Field(ge=0, le=2**53)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye(_Strict):
    """The participant leaves for good; nothing is kept for a return."""

    type: Literal["bye"] = "bye"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMute(_Strict):
    """Mute somebody, or let them speak again."""

    type: Literal["operator_mute"] = "operator_mute"
    participant: Identifier
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRemove(_Strict):
    """Remove somebody from the room."""

    type: Literal["operator_remove"] = "operator_remove"
    participant: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPause(_Strict):
    """Stop interpreting in this room, or start again."""

    type: Literal["operator_pause"] = "operator_pause"
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorWatch(_Strict):
    """Ask for `operator_status` once a second, or for no more of it."""

    type: Literal["operator_watch"] = "operator_watch"
    on: bool


ClientMessage = (
    Hello
    | Settings
    | Talk
    | Mute
    | Chat
    | Ping
    | Bye
    | OperatorMute
    | OperatorRemove
    | OperatorPause
    | OperatorWatch
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may send."""

    text_bytes: int = MAX_TEXT_BYTES
    audio_bytes: int = MAX_AUDIO_BYTES
    chat_characters: int = MAX_CHAT_CHARACTERS
    name_characters: int = MAX_NAME_CHARACTERS
    messages_per_s: float
    audio_speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The answer to `hello`, and the sign that a room was joined."""

    type: Literal["welcome"] = "welcome"
    protocol: int = PROTOCOL_VERSION
    server: str
    participant: str
    role: Role
    room: RoomInfo
    limits: Limits
    speech_rate: int = SPEECH_RATE
    sequence: int
    resume: str
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """Something could not be done; `fatal` says that the connection closes next."""

    type: Literal["error"] = "error"
    code: str
    text: str
    fatal: bool
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """The answer to `ping`; `time` is the server's Unix time in ms."""

    type: Literal["pong"] = "pong"
    id: int
    time: int


ServerMessage = Welcome | Error | Pong | RoomMessage
_M = TypeVar("_M")

CLIENT_MESSAGES: tuple[type[ClientMessage], ...] = get_args(ClientMessage)
SERVER_MESSAGES: tuple[type[ServerMessage], ...] = get_args(ServerMessage)


@cache
def _client_adapter() -> TypeAdapter[ClientMessage]:
    return TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


@cache
def _server_adapter() -> TypeAdapter[ServerMessage]:
    return TypeAdapter(Annotated[ServerMessage, Field(discriminator="type")])


def parse(data: str | bytes) -> ClientMessage:
    """A client's text message (UTF-8 JSON). Raises ProtocolError."""
    return _parse(data, _client_adapter())


def parse_server(data: str | bytes) -> ServerMessage:
    """A server's text message, for clients written in Python. Raises ProtocolError."""
    return _parse(data, _server_adapter(), MAX_AUDIO_BYTES * 16)


def check_audio(data: bytes) -> None:
    """Refuse a binary message that cannot be a block of 16-bit samples. Raises ProtocolError."""
    if len(data) > MAX_AUDIO_BYTES:
        raise ProtocolError("too_large", f"a block of sound may have {MAX_AUDIO_BYTES} bytes")
    if not data or len(data) % 2:
        raise ProtocolError("bad_audio", "a block of sound must hold whole 16-bit samples")


def encode(message: ClientMessage | ServerMessage) -> str:
    """The JSON text of a message, one line, `type` first."""
    return json.dumps(dataclasses.asdict(message), ensure_ascii=False, separators=(",", ":"))


def _parse(data: str | bytes, adapter: TypeAdapter[_M], limit: int = MAX_TEXT_BYTES) -> _M:
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > limit:
        raise ProtocolError("too_large", f"a text message may have {limit} bytes")
    try:
        return adapter.validate_json(data, strict=True)
    except ValidationError as error:
        raise _protocol_error(error) from None


def _protocol_error(error: ValidationError) -> ProtocolError:
    # Neither the input nor a context that could hold it goes into the text.
    problem = error.errors(include_url=False, include_input=False)[0]
    kind, place = problem["type"], ".".join(str(step) for step in problem["loc"][1:])
    if kind == "unknown_language":
        return ProtocolError("unknown_language", problem["msg"])
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return ProtocolError("bad_message", "the field 'type' names no message of this protocol")
    if kind == "unexpected_keyword_argument":
        return ProtocolError("bad_message", "the message has a field that it may not have")
    if kind == "json_invalid" or not place:
        return ProtocolError("bad_message", "a text message must be one JSON object")
    return ProtocolError("bad_message", f"field '{place}': {problem['msg']}")
