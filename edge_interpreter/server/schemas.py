"""What the REST interface takes and gives."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from edge_interpreter.config.server import RoomAccess, RoomName, RoomPreset
from edge_interpreter.rooms.messages import Role
from edge_interpreter.server.messages import MAX_CHAT_CHARACTERS
from edge_interpreter.server.tokens import MOST_TTL_S

Tag = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Reloaded(BaseModel):
    """What reading the configuration again has changed: names of keys, by when they count."""

    ok: bool
    text: str
    at_once: list[str] = []
    later: list[str] = []
    restart: list[str] = []
    problems: list[str] = []


class Problem(BaseModel):
    """Why something was not done."""

    code: str
    text: str
    retry_after_s: int | None = None


class BrandingInfo(BaseModel):
    """How the pages look."""

    title: str
    contact: str
    logo: str | None
    accent: str | None
    background: str | None
    text: str | None


class Info(BaseModel):
    """What this server is."""

    name: str
    version: str
    protocol: int
    access: RoomAccess
    default_room: str
    on_demand: bool
    https_port: int | None
    local_authority: bool
    authority_sha256: str | None
    transcripts: bool
    branding: BrandingInfo


class Health(BaseModel):
    """The process answers; `stuck`: it wants restarting."""

    status: Literal["ok", "stuck"] = "ok"


Unready = Literal["starting", "overloaded", "stuck", "draining", "stopping"]


class Readiness(BaseModel):
    """Whether new speakers can be taken; `instance` names the process that answers."""

    instance: str
    ready: bool
    reason: Unready | None = None


class Drain(BaseModel):
    """Whether nothing new is to be taken."""

    model_config = ConfigDict(extra="forbid")

    on: bool


class LanguageInfo(BaseModel):
    """What the installed models do with one language."""

    tag: str
    name: str
    native_name: str
    right_to_left: bool
    recognise: bool
    translate_from: bool
    translate_to: bool
    speak: bool


class Notice(BaseModel):
    """The licence of a model in use."""

    model: str
    licence: str
    non_commercial: bool
    text: str


class LanguageList(BaseModel):
    """All languages that some installed model handles, and the models' licences."""

    languages: list[LanguageInfo]
    notices: list[Notice]


class RoomSummary(BaseModel):
    """A room as seen from outside."""

    name: str
    title: str
    preset: RoomPreset
    paused: bool
    own_language_audio: bool
    transcript: bool
    access: RoomAccess
    participants: int
    speakers: int
    languages: dict[str, int]


class NewRoom(Body):
    """A room to open."""

    name: RoomName
    title: Annotated[str, StringConstraints(max_length=100)] = ""
    preset: RoomPreset = "meeting"
    own_language_audio: bool = False
    access: RoomAccess | None = None


class Person(BaseModel):
    """A participant as operators see them."""

    participant: str
    name: str
    role: Role
    speaks: str
    wants: str
    muted: bool
    away: bool


class Link(BaseModel):
    """Addresses of the join page."""

    url: str
    secure_url: str | None


class NewToken(Body):
    """A token to make."""

    room: RoomName
    role: Role
    ttl_s: Annotated[int, Field(ge=1, le=MOST_TTL_S)] = 8 * 3_600


class TokenInfo(BaseModel):
    """A join token; `expires` is Unix time in seconds."""

    token: str
    expires: int
    url: str


class TranslateRequest(Body):
    """A text to translate."""

    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_CHAT_CHARACTERS),
    ]
    source: Tag
    target: Tag


class TranslateAnswer(BaseModel):
    """Its translation, as a caption would show it."""

    text: str
    fidelity: Literal["ok", "same", "marked", "untranslated"]
    missing: list[str]
