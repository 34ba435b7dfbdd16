"""Engines that are deterministic, for scheduling, overload and fault tests."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Frame, Samples
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Translation,
    TranslationRequest,
    VadState,
)
from edge_interpreter.pipeline.events import Event

T = TypeVar("T")


class LoudnessVad:
    """Whatever is loud is speech."""

    window_samples = 512

    def new_state(self) -> VadState:
        return object()

    def probabilities(
        self, states: Sequence[VadState], windows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        assert len(states) == len(windows)
        loud: NDArray[np.float32] = (np.abs(windows).max(axis=1) > 0.05).astype(np.float32)
        return loud


@dataclass
class CountingRecogniser:
    """Hears the level of a tone as a word: see `speech(level)`."""

    languages: frozenset[str] = frozenset({"en", "fr"})
    max_batch: int = 4
    language: str = "en"
    requests: list[RecognitionRequest] = field(default_factory=list)
    failures: int = 0
    withhold: str | None = None

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        self.requests += requests
        if self.failures:
            self.failures -= 1
            raise RuntimeError("out of order")
        return [
            Recognition(
                text=words(request.samples),
                language=request.language or self.language,
                language_probability=0.9,
                withheld=self.withhold,
            )
            for request in requests
        ]


@dataclass
class PrefixTranslator:
    """`hello` in French is `fr: hello`."""

    max_batch: int = 4
    requests: list[TranslationRequest] = field(default_factory=list)
    failures: int = 0

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({("en", "fr"), ("fr", "en"), ("en", "de")})

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        self.requests += requests
        if self.failures:
            self.failures -= 1
            raise RuntimeError("out of order")
        return [Translation(f"{request.target}: {request.text}") for request in requests]


@dataclass
class ToneSynthesiser:
    """10 ms a letter, two pieces a clause."""

    spoken: list[SpeechRequest] = field(default_factory=list)
    failures: int = 0

    def languages(self) -> frozenset[str]:
        return frozenset({"en", "fr", "de"})

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        self.spoken.append(request)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("out of order")
        for _ in range(2):
            yield Speech(np.full(len(request.text) * 120, 1000, np.int16), 24_000)


def engines(**replaced: Any) -> Engines:
    kinds = {
        "vad": LoudnessVad(),
        "recogniser": CountingRecogniser(),
        "translator": PrefixTranslator(),
        "synthesiser": ToneSynthesiser(),
    }
    return Engines(**{**kinds, **replaced})


LEVELS = {"apple": 0.1, "plum": 0.2, "cherry": 0.3, "lemon": 0.4, "fig": 0.5, "pear": 0.6}


def speech(word: str, milliseconds: int = 600) -> Samples:
    """Sound that `CountingRecogniser` hears as `word`."""
    return np.full(SAMPLE_RATE * milliseconds // 1000, LEVELS[word], np.float32)


def silence(milliseconds: int) -> Samples:
    return np.zeros(SAMPLE_RATE * milliseconds // 1000, np.float32)


def words(samples: Samples) -> str:
    heard: list[str] = []
    for level in samples[:: SAMPLE_RATE // 100]:
        word = next((w for w, at in LEVELS.items() if abs(level - at) < 0.01), None)
        if word and (not heard or heard[-1] != word):
            heard.append(word)
    return " ".join(heard)


def frames(*sounds: Samples, position: int = 0) -> list[Frame]:
    joined = np.concatenate(sounds)
    whole = joined.size // FRAME_SAMPLES
    return [
        Frame(position + i * FRAME_SAMPLES, joined[i * FRAME_SAMPLES : (i + 1) * FRAME_SAMPLES])
        for i in range(whole)
    ]


@dataclass
class Listener:
    """A sink that keeps what it got, with the time."""

    events: list[Event] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.times.append(asyncio.get_running_loop().time())

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]
