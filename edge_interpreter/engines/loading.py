"""Builds the engines that the configuration names.

A provider is the name of a function here or `module:function` of anybody's own; it is given the
whole configuration and the installed models, and returns an engine.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Protocol

from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import (
    EngineError,
    Recogniser,
    Synthesiser,
    Translator,
    VoiceActivity,
)
from edge_interpreter.engines.warming import warm
from edge_interpreter.models.catalog import Catalog, Model
from edge_interpreter.models.store import ModelStore


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine of each kind, ready to use.

    `loaded_s` says how long each (voice_activity, recogniser, translator, synthesiser) took to
    load, where that is known; `warm` whether each was used once.
    """

    vad: VoiceActivity
    recogniser: Recogniser
    translator: Translator
    synthesiser: Synthesiser
    loaded_s: Mapping[str, float] = field(default_factory=dict)
    warm: bool = False

    def close(self) -> None:
        """Let go of processes and memory that engines hold."""
        for engine in (self.vad, self.recogniser, self.translator, self.synthesiser):
            close = getattr(engine, "close", None)
            if close is not None:
                close()


class Provider(Protocol):
    """Makes an engine from the configuration and the installed models."""

    def __call__(self, config: Config, store: ModelStore, /) -> Any:
        """An engine; raises EngineError."""
        ...


def load_engines(config: Config, *, verify: bool = False) -> Engines:
    """The four engines, loaded at the same time and warm; raises EngineError for one that fails.

    `verify` compares the sha256 of every file first, also of those that seem untouched.
    """
    store = ModelStore(config.models.directory, Catalog.load(), verify=verify)
    providers = {
        role: _provider(section.provider)
        for role, section in (
            ("voice_activity", config.voice_activity),
            ("recogniser", config.recogniser),
            ("translator", config.translator),
            ("synthesiser", config.synthesiser),
        )
    }
    loaded_s: dict[str, float] = {}

    def own(role: str) -> Any:
        began = time.monotonic()
        engine = providers[role](config, store)
        loaded_s[role] = time.monotonic() - began
        return engine

    load = in_cluster(config, own) if config.cluster.endpoints else own

    with ThreadPoolExecutor(len(providers)) as pool:
        loading = [pool.submit(load, role) for role in providers]
        vad, recogniser, translator, synthesiser = (job.result() for job in loading)
    engines = Engines(vad, recogniser, translator, synthesiser, loaded_s)
    warm(engines)
    return replace(engines, warm=True)


def load_own(config: Config, role: str, *, verify: bool = False) -> Any:
    """One engine of this machine: recogniser, translator or synthesiser; raises EngineError."""
    store = ModelStore(config.models.directory, Catalog.load(), verify=verify)
    return _provider(getattr(config, role).provider)(config, store)


def in_cluster(config: Config, own: Callable[[str], Any]) -> Callable[[str], Any]:
    """Loads what `[cluster]` serves from there, the rest with `own`; raises EngineError."""
    from edge_interpreter.engines.remote.connecting import connect

    return connect(config, own).engine


def load_translator(config: Config) -> Translator:
    """The translator alone; raises EngineError."""
    store = ModelStore(config.models.directory, Catalog.load())
    translator: Translator = _provider(config.translator.provider)(config, store)
    return translator


def _provider(name: str) -> Provider:
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    module, _, function = name.partition(":")
    try:
        provider: Provider = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError):
        known = ", ".join(sorted(_BUILT_IN))
        raise EngineError(f"no engine provider {name}: use module:function, or {known}") from None
    return provider


def _silero(config: Config, store: ModelStore) -> VoiceActivity:
    from edge_interpreter.engines.silero import SileroVad

    return SileroVad(store.path(config.voice_activity.model))


def _whisper(config: Config, store: ModelStore) -> Recogniser:
    from edge_interpreter.engines.whisper import WhisperRecogniser

    section = config.recogniser
    return WhisperRecogniser(
        store.path(section.model),
        device=section.device,
        compute_type=section.compute_type,
        threads=section.threads,
        workers=section.workers,
        beam_size=section.beam_size,
        max_batch=section.max_batch,
        second_dir=store.path(section.second_model) if section.second_model else None,
    )


def _ctranslate2(config: Config, store: ModelStore) -> Translator:
    from edge_interpreter.engines.translation.loading import Placement
    from edge_interpreter.engines.translation.routed import RoutedTranslator

    section = config.translator
    placement = Placement(section.device, section.compute_type, section.threads, section.beam_size)
    models = [store.catalog.find(model_id) for model_id in section.models]
    return RoutedTranslator(
        [_translator(model, store, placement) for model in models],
        section.pivots,
        suggest=lambda pair: tuple(m.id for m in store.catalog.models if pair in m.pairs),
    )


def _translator(model: Model, store: ModelStore, placement: Any) -> Translator:
    from edge_interpreter.engines.translation.argos import ArgosTranslator
    from edge_interpreter.engines.translation.m2m100 import M2M100Translator
    from edge_interpreter.engines.translation.nllb import NllbTranslator
    from edge_interpreter.engines.translation.opus import OpusTranslator

    directory = store.path(model.id)
    families: dict[str, Callable[..., Translator]] = {
        "argos": ArgosTranslator,
        "m2m100": M2M100Translator,
        "nllb": NllbTranslator,
    }
    if model.family in families:
        return families[model.family](directory, placement)
    if model.family == "opus-mt":
        sources = sorted({source for source, _ in model.pairs})
        targets = sorted({target for _, target in model.pairs})
        return OpusTranslator(directory, sources, targets, placement)
    raise EngineError(f"model {model.id} ({model.family}) is no translator")


def _voices(config: Config, store: ModelStore) -> Synthesiser:
    from edge_interpreter.engines.voices import load_voices

    return load_voices(config.synthesiser.voices, store, threads=config.synthesiser.threads)


_BUILT_IN: dict[str, Provider] = {
    "silero": _silero,
    "whisper": _whisper,
    "ctranslate2": _ctranslate2,
    "voices": _voices,
}
