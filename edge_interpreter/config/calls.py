"""The `[calls]` tables: telephone calls, how they sound, where they come from and go to."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from edge_interpreter.config.section import Live, Milliseconds, Next, Port, Section


def _network(text: str) -> str:
    ipaddress.ip_network(text, strict=False)
    return text


Network = Annotated[str, AfterValidator(_network)]
"""An address or a network in CIDR notation, IPv4 or IPv6."""
PortRange = Annotated[str, StringConstraints(pattern=r"^\d{4,5}-\d{4,5}$")]
Decibels = Annotated[float, Field(ge=-60, le=0)]
LinkProfile = Literal["lan", "wan"]
SipTransport = Literal["udp", "tcp", "tls"]
SipMedia = Literal["rtp", "srtp"]


class CallAudio(Section):
    """How a call sounds.

    `original_db` is the level of the other side's own voice under the translation, -60 to leave
    it out; `barge_in` says what happens to a translation when its listener speaks over it for
    `barge_in_after_ms`: it fades and the rest is captions only, or it waits until the listener
    has finished.
    `comfort_tone_after_ms` 0 plays none.
    """

    original_db: Next[Decibels] = -20.0
    barge_in: Next[Literal["fade", "wait"]] = "fade"
    barge_in_after_ms: Next[Milliseconds] = 600
    comfort_tone_after_ms: Next[Milliseconds] = 8_000
    echo_cancellation: bool = False
    link: LinkProfile = "lan"


class CallRoute(Section):
    """What happens to calls to a number.

    `number` may hold `*` and `?`; the first route that fits is taken. Who calls is a `caller`, or
    an `agent` who takes the longest waiting call, or the next one. A caller's `agent` is "waiting"
    (any agent may take the call) or a SIP URI. A language is a BCP-47 tag or "auto";
    `caller_hint` is assumed until the caller has spoken. `glossary` is a file of terms.
    """

    number: str = "*"
    role: Literal["caller", "agent"] = "caller"
    agent: str = "waiting"
    agent_language: str = "en"
    caller_language: str = "auto"
    caller_candidates: tuple[str, ...] = ()
    caller_hint: str = "en"
    language_header: str = ""
    answer: Literal["at_once", "with_agent"] = "at_once"
    wait_when_unanswered: bool = True
    glossary: Path | None = None


class Announcements(Section):
    """Short texts spoken to each side, one per language; none for a language plays nothing."""

    waiting: Live[dict[str, str]] = Field(default_factory=dict)
    connected: Live[dict[str, str]] = Field(default_factory=dict)


def _phrases() -> dict[str, tuple[str, ...]]:
    return {
        "en": ("Could you repeat that, please?", "One moment, please.", "Please speak slowly."),
        "fr": (
            "Pouvez-vous répéter, s'il vous plaît ?",
            "Un instant, s'il vous plaît.",
            "Parlez lentement, s'il vous plaît.",
        ),
    }


class SipTrunk(Section):
    """An account at a trunk or PBX: calls to its domain go out through it.

    `register_s` 0 does not register. `media` chooses plain RTP or SRTP with keys in the SDP.
    """

    user: str
    domain: str
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    auth_user: str = ""
    proxy: str = ""
    register_s: Annotated[int, Field(ge=0)] = 0
    transport: SipTransport = "udp"
    media: SipMedia = "rtp"


class Sip(Section):
    """The SIP endpoint, which runs in a process of its own.

    UDP and TCP listen on `port`, TLS on the one after it once there is a `certificate`; `media` and
    `tls_media` say which media their calls have. `user` is who we are in calls that go out through
    no trunk. `allow` lists the addresses
    whose packets are looked at; all others get no answer at all. An empty list allows every
    address. `strict_media` takes RTP only from the address and port that the peer named; turn it
    off for peers behind a NAT.
    """

    enabled: bool = False
    listen: str = "127.0.0.1"
    port: Port = 5_060
    user: str = "interpreter"
    media: SipMedia = "rtp"
    tls_media: SipMedia = "srtp"
    certificate: Path | None = None
    authorities: Path | None = None
    allow: tuple[Network, ...] = ("127.0.0.0/8",)
    rtp_ports: PortRange = "16384-32767"
    codecs: tuple[str, ...] = ("pcmu", "pcma", "g722/16000/1", "opus/48000/2")
    strict_media: bool = True
    expose_headers: tuple[str, ...] = ()
    media_timeout_s: Annotated[int, Field(ge=0)] = 30
    ring_s: Annotated[int, Field(ge=1)] = 45
    trunks: tuple[SipTrunk, ...] = ()


class AudioSocketServer(Section):
    """The TCP server for Asterisk's AudioSocket; port 0 is off."""

    host: str = "127.0.0.1"
    port: Port = 0
    allow: Live[tuple[Network, ...]] = ("127.0.0.0/8",)


class PlainRtp(Section):
    """RTP without signalling, as Asterisk's ARI externalMedia sends it; port 0 is off.

    Each call has a port of its own, from `port` up in steps of two.
    """

    host: str = "127.0.0.1"
    port: Port = 0
    codec: Literal["ulaw", "alaw", "slin16", "g722"] = "ulaw"
    allow: Live[tuple[Network, ...]] = ("127.0.0.0/8",)
    media_timeout_s: Annotated[int, Field(ge=1)] = 30


class MediaStreams(Section):
    """WebSocket media of Asterisk (`chan_websocket`) and of Twilio-compatible services.

    With a `secret`, requests must be signed with it; `public_url` is the address that the service
    uses for this box (https://…), which is part of what is signed.
    """

    enabled: bool = False
    secret: Live[SecretStr] = SecretStr("")
    secret_file: Live[Path | None] = None
    public_url: Live[str] = ""
    allow: Live[tuple[Network, ...]] = ("127.0.0.0/8",)


class CallRecords(Section):
    """The list of past calls: who, when, how long, how late; never what was said."""

    enabled: bool = True
    database: Path = Path("state/calls.sqlite3")
    keep_days: Annotated[int, Field(ge=1)] = 30


class Calls(Section):
    """Telephone calls.

    `max_calls` "auto" is what the cores, or the GPU, can interpret in time. Beyond it, and while
    the median delay of the last minute's translations is above `late_after_ms` (0: whatever it
    is), new calls are refused.
    `phrases` are the buttons of an agent's page, by the agent's language; a phrase is spoken to
    the caller in theirs.
    """

    max_calls: Live[Annotated[int, Field(ge=1)] | Literal["auto"]] = "auto"
    late_after_ms: Live[Milliseconds] = 2_500
    retry_after_s: Live[Annotated[int, Field(ge=1)]] = 30
    wait_s: Live[Annotated[int, Field(ge=1)]] = 300
    routes: Next[tuple[CallRoute, ...]] = (CallRoute(),)
    audio: CallAudio = CallAudio()
    announcements: Announcements = Announcements()
    phrases: Next[dict[str, tuple[str, ...]]] = Field(default_factory=_phrases)
    sip: Sip = Sip()
    audiosocket: AudioSocketServer = AudioSocketServer()
    rtp: PlainRtp = PlainRtp()
    media_streams: MediaStreams = MediaStreams()
    records: CallRecords = CallRecords()
