"""Configuration of the web server, its rooms and who may enter them."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from edge_interpreter.config.addresses import readable
from edge_interpreter.config.calls import Network
from edge_interpreter.config.section import Live, Next, Port, Section

RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
RoomPreset = Literal["presentation", "meeting", "face_to_face", "kiosk"]
RoomAccess = Literal["open", "token"]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


def _not_everybody(text: str) -> str:
    if ipaddress.ip_network(text, strict=False).prefixlen == 0:
        raise ValueError("if everybody were a trusted proxy, anybody could forge their address")
    return text


class Server(Section):
    """The local web server.

    Where `host` is not the loopback, `https_port` (0: none) serves HTTPS as well. `names` are
    further host names and addresses under which it is reached; `public_url` is the address that
    people use where a proxy is in front of it. The `X-Forwarded-For` of `trusted_proxies`, and of
    nobody else, says where people come from. `state` holds secrets and certificates. `drain_s`:
    seconds to deliver what was said when the server is stopped; all of stopping takes at most four
    more.
    """

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    public_url: Live[
        Annotated[str, Field(pattern=r"^(https?://[^/?#\s]+)?$"), AfterValidator(readable)]
    ] = ""
    trusted_proxies: tuple[Annotated[Network, AfterValidator(_not_everybody)], ...] = ()
    port: Port = 8_080
    https_port: Port = 8_443
    state: Path = Path("state")
    drain_s: Live[Annotated[int, Field(ge=0, le=60)]] = 6


class Tls(Section):
    """One's own certificate and key for the HTTPS port; without, a local authority makes one."""

    certificate: Next[Path | None] = None
    key: Next[Path | None] = None

    @model_validator(mode="after")
    def _both_or_none(self) -> "Tls":
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together")
        return self


class RoomSettings(Section):
    """One room; those in the configuration are open from the start and stay open when empty."""

    name: RoomName
    title: str = ""
    preset: RoomPreset = "meeting"
    own_language_audio: bool = False
    access: RoomAccess | None = None
    glossary: Path | None = None


class Rooms(Section):
    """What rooms there are and what they remember; `access` and `history` hold for all."""

    open: Next[tuple[RoomSettings, ...]] = (RoomSettings(name="main", title="Main room"),)
    on_demand: Live[bool] = True
    history: Next[Annotated[int, Field(ge=0, le=20_000)]] = 500
    away_s: Live[Annotated[int, Field(ge=0)]] = 30
    empty_s: Live[Annotated[int, Field(ge=1)]] = 600
    faster_above_s: Next[Annotated[float, Field(gt=0)]] = 4.0
    captions_only_above_s: Next[Annotated[float, Field(gt=0)]] = 10.0


class Access(Section):
    """Who may come in; `origins` are further web addresses whose pages may connect."""

    mode: Live[RoomAccess] = "open"
    origins: Live[tuple[str, ...]] = ()


class Branding(Section):
    """What the pages look like."""

    title: Live[str] = "Edge Interpreter"
    contact: Live[str] = ""
    logo: Live[Path | None] = None
    accent: Live[Colour | None] = None
    background: Live[Colour | None] = None
    text: Live[Colour | None] = None


class Limits(Section):
    """What one client, one address and the whole server may use."""

    rooms: Live[Annotated[int, Field(ge=1)]] = 32
    rooms_per_address: Live[Annotated[int, Field(ge=1)]] = 8
    participants: Live[Annotated[int, Field(ge=1)]] = 600
    speakers: Next[Annotated[int, Field(ge=1)]] = 32
    connections_per_address: Live[Annotated[int, Field(ge=1)]] = 600
    speakers_per_address: Live[Annotated[int, Field(ge=1)]] = 32
    joins_per_s: Live[Annotated[float, Field(gt=0)]] = 20.0
    messages_per_s: Next[Annotated[float, Field(gt=0)]] = 10.0
    requests_per_s: Live[Annotated[float, Field(gt=0)]] = 20.0
    wrong_tokens_per_min: Annotated[float, Field(ge=1)] = 10.0
