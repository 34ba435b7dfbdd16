"""Starts the voices that the configuration names."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from edge_interpreter.engines.protocols import EngineError
from edge_interpreter.engines.voices.pico import PicoVoices
from edge_interpreter.engines.voices.piper import PiperVoices
from edge_interpreter.engines.voices.routing import VoiceRouter
from edge_interpreter.models.store import ModelStore


def load_voices(voices: Mapping[str, str], store: ModelStore, threads: int) -> VoiceRouter:
    """See `edge_interpreter.engines.voices.load_voices`."""
    piper: dict[str, Path] = {}
    pico: list[str] = []
    for language, model_id in voices.items():
        model = store.catalog.find(model_id)
        if model.family == "piper":
            piper[language] = store.path(model_id)
        elif model.family == "pico":
            pico.append(language)
        else:
            raise EngineError(f"model {model_id} ({model.family}) is no voice")
    engines = ([PiperVoices(piper, threads)] if piper else []) + (
        [PicoVoices(pico)] if pico else []
    )
    router = VoiceRouter({tag: engine for engine in engines for tag in engine.languages()})
    try:
        with ThreadPoolExecutor(len(engines) or 1) as pool:
            list(pool.map(lambda engine: engine.start(), engines))
    except EngineError:
        router.close()
        raise
    return router
