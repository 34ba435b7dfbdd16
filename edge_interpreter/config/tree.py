"""The configuration as types; `config.toml` at the top of the project shows every key."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from edge_interpreter.config.boxes import Boxes
from edge_interpreter.config.calls import Calls, Network
from edge_interpreter.config.cluster import Cluster
from edge_interpreter.config.database import Database
from edge_interpreter.config.section import Live, Milliseconds, Next, Section
from edge_interpreter.config.server import Access, Branding, Limits, Rooms, Server, Tls
from edge_interpreter.config.transcripts import Transcripts

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Device = Literal["auto", "cpu", "cuda"]


class Models(Section):
    """Where the weights lie."""

    directory: Path = Path("models/weights")


class VoiceActivity(Section):
    """When a sound counts as speech."""

    provider: str = "silero"
    model: str = "silero-vad"
    speech_threshold: Next[Probability] = 0.5
    silence_threshold: Next[Probability] = 0.35


class Endpointing(Section):
    """Where an utterance begins and ends."""

    silence_ms: Next[Milliseconds] = 280
    speculative_ms: Next[Milliseconds] = 64
    min_speech_ms: Next[Milliseconds] = 160
    pre_roll_ms: Next[Milliseconds] = 256
    soft_limit_ms: Next[Milliseconds] = 7_000
    max_utterance_ms: Next[Annotated[int, Field(ge=2_000, le=28_000)]] = 12_000


class Recogniser(Section):
    """Speech to text; `second_model` hears again what `model` is unsure of."""

    provider: str = "whisper"
    model: str = "whisper-base"
    second_model: str = ""
    device: Device = "auto"
    compute_type: str = "auto"
    threads: Annotated[int, Field(ge=0)] = 0
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    beam_size: Annotated[int, Field(ge=1, le=10)] = 5
    max_batch: Annotated[int, Field(ge=1, le=64)] = 4
    context: bool = False
    languages: Next[tuple[str, ...]] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of all its models."""
        return (self.model, self.second_model) if self.second_model else (self.model,)


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
    threads: Annotated[int, Field(ge=1)] = 2


class Pipeline(Section):
    """Limits of the pipeline; what is over them is dropped by name and counted.

    An engine that has had work for `stuck_s` and finished none of it is stuck: the watchdog has
    the service restarted.
    """

    max_streams: Live[Annotated[int, Field(ge=1)]] = 64
    inbox_ms: Next[Milliseconds] = 3_000
    queued_utterances: Annotated[int, Field(ge=1)] = 8
    lag_budget_ms: Milliseconds = 6_000
    partials: Literal["off", "append", "revise"] = "revise"
    stuck_s: Annotated[int, Field(ge=1)] = 60


class Logging(Section):
    """What is written about operation; never what people say.

    `utterances` and `requests`: a line for each utterance and for each HTTP request.
    """

    level: Live[Literal["debug", "info", "warning", "error"]] = "info"
    format: Literal["text", "json"] = "text"
    utterances: bool = True
    requests: bool = False


class Metrics(Section):
    """Addresses (networks) from which `/metrics` is given without a key."""

    open_to: Live[tuple[Network, ...]] = ()


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
    transcripts: Transcripts = Transcripts()
    access: Access = Access()
    boxes: Boxes = Boxes()
    branding: Branding = Branding()
    limits: Limits = Limits()
    calls: Calls = Calls()
    database: Database = Database()
    cluster: Cluster = Cluster()
    logging: Logging = Logging()
    metrics: Metrics = Metrics()
