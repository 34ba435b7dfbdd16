"""The configuration as types; `config.toml` at the top of the project shows every key."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edge_interpreter.config.calls import Calls
from edge_interpreter.config.section import Milliseconds, Section

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Device = Literal["auto", "cpu", "cuda"]
RoomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
RoomPreset = Literal["presentation", "meeting", "face_to_face", "kiosk"]
RoomAccess = Literal["open", "token"]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Models(Section):
    """Where the weights lie."""

    directory: Path = Path("models/weights")


class VoiceActivity(Section):
    """When a sound counts as speech."""

    provider: str = "silero"
    model: str = "silero-vad"
    speech_threshold: Probability = 0.5
    silence_threshold: Probability = 0.35


class Endpointing(Section):
    """Where an utterance begins and ends."""

    silence_ms: Milliseconds = 280
    speculative_ms: Milliseconds = 96
    min_speech_ms: Milliseconds = 160
    pre_roll_ms: Milliseconds = 256
    soft_limit_ms: Milliseconds = 7_000
    max_utterance_ms: Annotated[int, Field(ge=2_000, le=28_000)] = 12_000


class Recogniser(Section):
    """Speech to text."""

    provider: str = "whisper"
    model: str = "whisper-base"
    device: Device = "auto"
    compute_type: str = "auto"
    threads: Annotated[int, Field(ge=0)] = 0
    beam_size: Annotated[int, Field(ge=1, le=10)] = 1
    max_batch: Annotated[int, Field(ge=1, le=64)] = 4
    languages: tuple[str, ...] = ()
    partials: bool = True


class Translator(Section):
    """Text to text."""

    provider: str = "ctranslate2"
    models: tuple[str, ...] = ("opus-mt-en-fr", "opus-mt-fr-en")
    device: Device = "auto"
    compute_type: str = "auto"
    threads: Annotated[int, Field(ge=0)] = 0
    beam_size: Annotated[int, Field(ge=1, le=10)] = 2
    pivots: tuple[str, ...] = ("en",)


class Synthesiser(Section):
    """Text to speech: which voice speaks which language."""

    provider: str = "voices"
    voices: dict[str, str] = Field(
        default_factory=lambda: {
            "en": "piper-en-us-joe-medium",
            "fr": "pico",
            "de": "pico",
            "es": "pico",
            "it": "pico",
        }
    )
    threads: Annotated[int, Field(ge=1)] = 1


class Pipeline(Section):
    """Limits of the pipeline; what is over them is dropped by name and counted."""

    max_streams: Annotated[int, Field(ge=1)] = 64
    inbox_ms: Milliseconds = 3_000
    queued_utterances: Annotated[int, Field(ge=1)] = 8
    lag_budget_ms: Milliseconds = 6_000


class Server(Section):
    """The local web server.

    `https_port` 0 serves HTTP only; `state` holds secrets and certificates.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8_080
    https_port: Annotated[int, Field(ge=0, le=65_535)] = 8_443
    state: Path = Path("state")
    drain_s: Annotated[int, Field(ge=0, le=60)] = 10


class Tls(Section):
    """The certificate of the HTTPS port: one's own, or one of a local authority made at start.

    `names` are further host names and addresses the made certificate is for.
    """

    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()


class RoomSettings(Section):
    """One room; those in the configuration are open from the start and stay open when empty."""

    name: RoomName
    title: str = ""
    preset: RoomPreset = "meeting"
    own_language_audio: bool = False
    access: RoomAccess | None = None


class Rooms(Section):
    """What rooms there are and what they remember; `access` and `history` hold for all."""

    open: tuple[RoomSettings, ...] = (RoomSettings(name="main", title="Main room"),)
    on_demand: bool = True
    history: Annotated[int, Field(ge=0, le=20_000)] = 500
    away_s: Annotated[int, Field(ge=0)] = 30
    empty_s: Annotated[int, Field(ge=1)] = 600
    faster_above_s: Annotated[float, Field(gt=0)] = 4.0
    captions_only_above_s: Annotated[float, Field(gt=0)] = 10.0
    transcripts: bool = False


class Access(Section):
    """Who may come in; `origins` are further web addresses whose pages may connect."""

    mode: RoomAccess = "open"
    origins: tuple[str, ...] = ()


class Branding(Section):
    """What the pages look like."""

    title: str = "Edge Interpreter"
    contact: str = ""
    logo: Path | None = None
    accent: Colour | None = None
    background: Colour | None = None
    text: Colour | None = None


class Limits(Section):
    """What one client, one address and the whole server may use."""

    rooms: Annotated[int, Field(ge=1)] = 32
    participants: Annotated[int, Field(ge=1)] = 600
    speakers: Annotated[int, Field(ge=1)] = 32
    connections_per_address: Annotated[int, Field(ge=1)] = 600
    joins_per_s: Annotated[float, Field(gt=0)] = 5.0
    messages_per_s: Annotated[float, Field(gt=0)] = 10.0
    requests_per_s: Annotated[float, Field(gt=0)] = 20.0


class Logging(Section):
    """What is written about operation; never what people say."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Config(Section):
    """The whole tree."""

    models: Models = Models()
    voice_activity: VoiceActivity = VoiceActivity()
    endpointing: Endpointing = Endpointing()
    recogniser: Recogniser = Recogniser()
    translator: Translator = Translator()
    synthesiser: Synthesiser = Synthesiser()
    pipeline: Pipeline = Pipeline()
    server: Server = Server()
    tls: Tls = Tls()
    rooms: Rooms = Rooms()
    access: Access = Access()
    branding: Branding = Branding()
    limits: Limits = Limits()
    calls: Calls = Calls()
    logging: Logging = Logging()
