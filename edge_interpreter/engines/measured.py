"""Engines that tell how long they worked, and are otherwise what they were."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from edge_interpreter.engines.protocols import (
    Recogniser,
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Synthesiser,
    Translation,
    TranslationRequest,
    Translator,
)

if TYPE_CHECKING:
    from edge_interpreter.engines.loading import Engines

T = TypeVar("T")


class Meter(Protocol):
    """Is told of work; called on the engines' threads."""

    def worked(self, role: str, seconds: float, first_s: float) -> None:
        """An engine was busy for `seconds`, the first `first_s` until something came of it."""
        ...

    def failed(self, role: str) -> None:
        """An engine raised."""
        ...


def measured(engines: "Engines", meter: Meter) -> "Engines":
    """The same engines, watched by `meter`.

    Voice activity is not: it takes a moment thirty times a second, and the rest of its stage
    as much again.
    """
    return replace(
        engines,
        recogniser=_MeasuredRecogniser(engines.recogniser, meter),
        translator=_MeasuredTranslator(engines.translator, meter),
        synthesiser=_MeasuredSynthesiser(engines.synthesiser, meter),
    )


class _Measured:
    """What an engine has beyond its protocol stays within reach."""

    def __init__(self, engine: Any, meter: Meter) -> None:
        self._engine = engine
        self._meter = meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def _timed(self, role: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        try:
            result = work()
        except Exception:
            self._meter.failed(role)
            raise
        seconds = time.perf_counter() - began
        self._meter.worked(role, seconds, seconds)
        return result


class _MeasuredRecogniser(_Measured):
    def __init__(self, engine: Recogniser, meter: Meter) -> None:
        super().__init__(engine, meter)
        self.languages = engine.languages
        self.max_batch = engine.max_batch

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """See `Recogniser.recognise`."""
        engine: Recogniser = self._engine
        return self._timed("recogniser", lambda: engine.recognise(requests))


class _MeasuredTranslator(_Measured):
    def __init__(self, engine: Translator, meter: Meter) -> None:
        super().__init__(engine, meter)
        self.max_batch = engine.max_batch

    def pairs(self) -> frozenset[tuple[str, str]]:
        """See `Translator.pairs`."""
        engine: Translator = self._engine
        return engine.pairs()

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        """See `Translator.translate`."""
        engine: Translator = self._engine
        return self._timed("translator", lambda: engine.translate(requests))


class _MeasuredSynthesiser(_Measured):
    def languages(self) -> frozenset[str]:
        """See `Synthesiser.languages`."""
        engine: Synthesiser = self._engine
        return engine.languages()

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        """See `Synthesiser.synthesise`; the time between two pieces is not the engine's."""
        busy = first = 0.0
        began = time.perf_counter()
        try:
            for piece in self._engine.synthesise(request):
                busy += time.perf_counter() - began
                first = first or busy
                yield piece
                began = time.perf_counter()
        except Exception:
            self._meter.failed("synthesiser")
            raise
        busy += time.perf_counter() - began
        self._meter.worked("synthesiser", busy, first or busy)
