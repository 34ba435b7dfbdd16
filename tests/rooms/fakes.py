"""A pipeline whose streams say what the test tells them to, and a clock that stands still."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import numpy as np

from edge_interpreter.audio.frames import Frame
from edge_interpreter.config.server import RoomSettings
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import (
    SPEECH_RATE,
    Event,
    Fidelity,
    Finished,
    SpeechBegan,
    Spoken,
    Transcribed,
    Translated,
    Utterance,
)
from edge_interpreter.pipeline.pipeline import Overloaded, Pipeline
from edge_interpreter.pipeline.spoken_language import SpokenLanguage
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.rooms.capabilities import Capabilities
from edge_interpreter.rooms.messages import Role, RoomMessage
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.room import Room, RoomRules
from edge_interpreter.rooms.wishes import Wishes

T = TypeVar("T")
CAPABILITIES = Capabilities(
    recognised=frozenset({"en", "fr", "de"}),
    pairs=frozenset({("en", "fr"), ("fr", "en"), ("en", "de"), ("en", "es")}),
    voices=frozenset({"en", "fr", "de"}),
)


@dataclass(eq=False)
class ScriptedStream:
    name: str
    settings: StreamSettings
    demand: Callable[[], Demand]
    sink: Callable[[Event], None]
    frames: list[Frame] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    played: list[tuple[str, float]] = field(default_factory=list)
    language: SpokenLanguage = field(init=False)
    flushes: int = 0
    closed: bool = False

    def __post_init__(self) -> None:
        self.language = SpokenLanguage(self.settings.language)

    def feed(self, frame: Frame) -> None:
        assert not self.closed
        self.frames.append(frame)

    def flush(self) -> None:
        self.flushes += 1

    def say(self, text: str, language: str) -> int:
        self.lines.append((text, language))
        return 0

    def note_played(self, text: str, seconds: float) -> None:
        self.played.append((text, seconds))

    def change(self, settings: StreamSettings) -> None:
        self.settings = settings

    async def close(self) -> None:
        self.closed = True

    def utterance(self, index: int, *, typed: bool = False) -> Utterance:
        return Utterance(self.name, index, index * 1000, index * 1000 + 600, typed)

    def transcribed(self, index: int, text: str, language: str = "en") -> None:
        self.sink(SpeechBegan(self.name, index, index * 1000))
        self.sink(Transcribed(self.utterance(index), text, language, 0.9))

    def translated(
        self, index: int, target: str, text: str, fidelity: Fidelity = Fidelity.OK
    ) -> None:
        self.sink(Translated(self.utterance(index), target, text, fidelity))

    def spoken(self, index: int, target: str, *seconds: float, last: bool = True) -> None:
        for piece, length in enumerate(seconds):
            pcm = np.full(round(length * SPEECH_RATE), index + 1, np.int16)
            ends = last and piece == len(seconds) - 1
            self.sink(Spoken(self.utterance(index), target, piece, pcm, ends))

    def finished(self, index: int) -> None:
        self.sink(Finished(self.utterance(index), {"speech": 700}))


class ScriptedPipeline:
    def __init__(self) -> None:
        self.streams: list[ScriptedStream] = []
        self.overloaded = False
        self.engines = SimpleNamespace(
            recogniser=SimpleNamespace(languages=CAPABILITIES.recognised),
            translator=SimpleNamespace(pairs=lambda: CAPABILITIES.pairs),
            synthesiser=SimpleNamespace(languages=lambda: CAPABILITIES.voices),
        )

    def open(
        self,
        name: str,
        settings: StreamSettings,
        demand: Callable[[], Demand],
        sink: Callable[[Event], None],
    ) -> ScriptedStream:
        if self.overloaded:
            raise Overloaded("full", 10)
        stream = ScriptedStream(name, settings, demand, sink)
        self.streams.append(stream)
        return stream

    def snapshot(self) -> Any:
        return SimpleNamespace(oldest_ms=120)

    async def drain(self) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


SOUND = bytes(640)


class House:
    """One room on a scripted pipeline."""

    def __init__(self, rules: RoomRules | None = None, **settings: Any) -> None:
        self.pipeline = ScriptedPipeline()
        self.clock = Clock()
        self.room = self.another("main", rules, **settings)

    def another(self, name: str, rules: RoomRules | None = None, **settings: Any) -> Room:
        return Room(
            RoomSettings(name=name, **settings),
            rules or RoomRules(),
            cast("Pipeline", self.pipeline),
            CAPABILITIES,
            clock=self.clock,
            wall_clock=lambda: 1_794_990_000.0,
        )

    def join(self, role: Role | None = None, **wishes: Any) -> Participant:
        role = role or ("speak" if "speaks" in wishes else "listen")
        return self.room.join(role, Wishes(**wishes)).participant

    def speaker(self, **wishes: Any) -> tuple[Participant, ScriptedStream]:
        """Somebody who has said something."""
        participant = self.join(**{"speaks": "en", "wants": "en", **wishes})
        self.room.sound(participant, SOUND)
        return participant, self.pipeline.streams[-1]

    def wait(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.25))):
            self.clock.now += 0.25
            self.room.tick()


def received(participant: Participant) -> list[RoomMessage]:
    """Everything that waits for a participant, taken."""
    parcels = iter(participant.outbox.take_nowait, None)
    return [parcel.message for parcel in parcels if parcel.message is not None]


def of(kind: type[T], participant: Participant) -> list[T]:
    return [message for message in received(participant) if isinstance(message, kind)]
