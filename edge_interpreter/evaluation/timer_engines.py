"""Engines without models, to measure everything around them."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

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

LOUD = 0.05
SPEECH_S = 1.0


def timer_engines() -> Engines:
    """Loud sound is speech; it always says the same, in English and French, at no cost."""
    return Engines(_Loudness(), _Recogniser(), _Translator(), _Synthesiser())


class _Loudness:
    window_samples = 512

    def new_state(self) -> VadState:
        return object()

    def probabilities(
        self, _states: Sequence[VadState], windows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        loud: NDArray[np.float32] = (np.abs(windows).max(axis=1) > LOUD).astype(np.float32)
        return loud


class _Recogniser:
    languages = frozenset({"en"})
    max_batch = 1

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        return [Recognition("Some words were said.", "en", 1.0) for _ in requests]


class _Translator:
    max_batch = 4

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({("en", "fr")})

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        return [Translation("Quelques mots ont été dits.") for _ in requests]


class _Synthesiser:
    def languages(self) -> frozenset[str]:
        return frozenset({"fr"})

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        yield Speech(np.zeros(round(SPEECH_S * 24_000 / request.speed), np.int16), 24_000)
