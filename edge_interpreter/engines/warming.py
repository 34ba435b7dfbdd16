"""The first call of an engine is slow; made here, nobody waits for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.engines.protocols import (
    Recogniser,
    RecognitionRequest,
    SpeechRequest,
    Synthesiser,
    TranslationRequest,
    Translator,
    VoiceActivity,
)

if TYPE_CHECKING:
    from edge_interpreter.engines.loading import Engines

_SOUND_S = 2


def warm(engines: "Engines") -> None:
    """Use every model once, so that memory and caches are as they will be; raises EngineError.

    Of an engine in a cluster, which is warm, its stand-in on this machine is used.
    """
    steps: list[Callable[[], object]] = [
        lambda: _listen(engines.vad),
        lambda: warm_recogniser(_here(engines.recogniser)),
        lambda: warm_translator(_here(engines.translator)),
        lambda: warm_synthesiser(_here(engines.synthesiser)),
    ]
    with ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(step) for step in steps]:
            done.result()


def _here(engine: Any) -> Any:
    """The engine itself; of one in a cluster its stand-in, None where it has none."""
    return getattr(engine, "own", None) if hasattr(engine, "stage") else engine


def _listen(vad: VoiceActivity) -> None:
    window = np.zeros((1, vad.window_samples), np.float32)
    vad.probabilities([vad.new_state()], window)


def warm_recogniser(recogniser: Recogniser | None) -> None:
    """Use a recogniser once."""
    if recogniser is None:
        return
    hiss = np.random.default_rng(0).normal(0, 0.01, _SOUND_S * SAMPLE_RATE).astype(np.float32)
    language = min(recogniser.languages)
    recogniser.recognise([RecognitionRequest(hiss, language, partial=True)])


def warm_translator(translator: Translator | None) -> None:
    """Use a translator once for each language: it may hold a model for each pair."""
    if translator is None:
        return
    by_source = {source: (source, target) for source, target in sorted(translator.pairs())}
    pairs = list(by_source.values())[:8]
    translator.translate([TranslationRequest("Hello.", *pair) for pair in pairs])


def warm_synthesiser(synthesiser: Synthesiser | None) -> None:
    """Use each voice once."""
    if synthesiser is None:
        return
    for language in synthesiser.languages():
        for _ in synthesiser.synthesise(SpeechRequest("1", language)):
            break
