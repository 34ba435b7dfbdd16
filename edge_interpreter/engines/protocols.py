"""The four protocols that every engine is used through.

Calls are synchronous and are made on worker threads. A batch of requests gives as many answers
in the same order; one bad request is answered for itself and does not fail the others. An engine
that cannot go on raises `EngineError`, one that does not want this work now `WorkRefusedError`.

`deadline` of a request is when nobody wants its answer any more, in seconds of the monotonic
clock (the event loop's time); None where there is no such moment. An engine on this machine may
ignore it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import Pcm16, Samples
from edge_interpreter.errors import EngineError as EngineError
from edge_interpreter.errors import ModelMissingError as ModelMissingError
from edge_interpreter.errors import WorkRefusedError as WorkRefusedError

NO_PRIOR: Mapping[str, float] = MappingProxyType({})


class VadState(Protocol):
    """What a voice-activity engine remembers of one stream; opaque to its users."""


class VoiceActivity(Protocol):
    """Says how likely each short window of sound holds speech."""

    window_samples: int

    def new_state(self) -> VadState:
        """State for a stream that begins."""
        ...

    def probabilities(
        self, states: Sequence[VadState], windows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Speech probability per stream, shape (n,), for windows of shape (n, window_samples).

        `states` are updated in place, one per row.
        """
        ...


@dataclass(frozen=True, slots=True)
class RecognitionRequest:
    """One utterance to recognise.

    `samples` at 16 kHz; `language` is None to have it identified, among `candidates` when there
    are any, weighted by `prior` (BCP-47 tag → weight, 1.0 where absent); where the sound alone
    tells no language, the one of the greatest weight is taken. `context` is text the same speaker
    said just before; `terms` are spellings to favour. `partial` asks for a quick
    first idea of an utterance that goes on: no retries. `hurried` says that others wait: nothing
    that takes long for the sake of a few words.
    """

    samples: Samples
    language: str | None = None
    candidates: tuple[str, ...] = ()
    prior: Mapping[str, float] = field(default_factory=lambda: NO_PRIOR)
    context: str = ""
    terms: tuple[str, ...] = ()
    partial: bool = False
    hurried: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was heard.

    `withheld` is None for text to be trusted, else the reason (a short snake_case word) why
    `text` must not be shown as said. `language_probability` is 1.0 where the language was given.
    """

    text: str
    language: str
    language_probability: float
    no_speech_probability: float = 0.0
    average_logprob: float = 0.0
    compression_ratio: float = 1.0
    retried: bool = False
    withheld: str | None = None


class Recogniser(Protocol):
    """Turns utterances into text and says their language."""

    languages: frozenset[str]
    max_batch: int

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """One recognition per request; several streams may share the batch."""
        ...


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """One sentence to translate, languages as BCP-47 tags.

    `careful` asks for a second try with other decoding (a wider beam, repetition penalty) after
    the first answer failed a check.
    """

    text: str
    source: str
    target: str
    careful: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """A sentence in the target language; `score` is the mean log-probability per token."""

    text: str
    score: float = 0.0


class Translator(Protocol):
    """Translates sentences."""

    max_batch: int

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The (source, target) pairs it can translate, pivots included."""
        ...

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        """One translation per request; raises EngineError for a pair not in `pairs()`."""
        ...


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A clause to speak; `speed` 1.25 is a quarter faster at the same pitch."""

    text: str
    language: str
    speed: float = 1.0
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of spoken audio: mono 16-bit samples at `rate` Hz."""

    pcm: Pcm16
    rate: int


class Synthesiser(Protocol):
    """Speaks text."""

    def languages(self) -> frozenset[str]:
        """The languages that have a voice."""
        ...

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        """Pieces of the spoken clause, the first as early as possible."""
        ...
