"""The first call of an engine is slow; made here, nobody waits for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.engines.protocols import (
    RecognitionRequest,
    SpeechRequest,
    TranslationRequest,
)

if TYPE_CHECKING:
    from edge_interpreter.engines.loading import Engines

_SOUND_S = 2


def warm(engines: "Engines") -> None:
    """Use every model once, so that memory and caches are as they will be; raises EngineError."""
    steps: list[Callable[[], object]] = [
        lambda: _listen(engines),
        lambda: _recognise(engines),
        lambda: _translate(engines),
        lambda: _speak(engines),
    ]
    with ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(step) for step in steps]:
            done.result()


def _listen(engines: "Engines") -> None:
    window = np.zeros((1, engines.vad.window_samples), np.float32)
    engines.vad.probabilities([engines.vad.new_state()], window)


def _recognise(engines: "Engines") -> None:
    hiss = np.random.default_rng(0).normal(0, 0.01, _SOUND_S * SAMPLE_RATE).astype(np.float32)
    language = min(engines.recogniser.languages)
    engines.recogniser.recognise([RecognitionRequest(hiss, language, partial=True)])


def _translate(engines: "Engines") -> None:
    """A translator may hold a model for each pair; those of many pairs share one."""
    by_source = {source: (source, target) for source, target in sorted(engines.translator.pairs())}
    pairs = list(by_source.values())[:8]
    engines.translator.translate([TranslationRequest("Hello.", *pair) for pair in pairs])


def _speak(engines: "Engines") -> None:
    for language in engines.synthesiser.languages():
        for _ in engines.synthesiser.synthesise(SpeechRequest("1", language)):
            break
