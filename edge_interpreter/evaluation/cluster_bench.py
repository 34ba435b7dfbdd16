"""What a cluster adds: the same utterances through own engines and through it, turn by turn."""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import (
    RecognitionRequest,
    SpeechRequest,
    TranslationRequest,
)
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.recordings import read_sound, sound_files

T = TypeVar("T")
Figures = dict[str, Any]


def cluster_overhead(directory: Path, source: str, target: str, engines: Engines) -> Figures:
    """Milliseconds of each engine, own and in the cluster, and how often the answers differ.

    `added_ms` is the time of a request that the node's engine did not work: what the network,
    the queues and the serving cost. Raises UserError without own engines and a cluster.
    """
    pairs = (engines.recogniser, engines.translator, engines.synthesiser)
    if not all(hasattr(engine, "stage") and hasattr(engine, "own") for engine in pairs):
        raise UserError("bench cluster needs [cluster] endpoints, every stage, and fallback = true")
    bench = _Bench(source, target, engines)
    for path in sound_files(directory):
        bench.utterance(read_sound(path))
    return bench.figures()


class _Bench:
    def __init__(self, source: str, target: str, engines: Engines) -> None:
        self._source, self._target = source, target
        self._engines: dict[str, Any] = {
            "recogniser": engines.recogniser,
            "translator": engines.translator,
            "synthesiser": engines.synthesiser,
        }
        self._own_ms: dict[str, list[float]] = {role: [] for role in self._engines}
        self._far_ms: dict[str, list[float]] = {role: [] for role in self._engines}
        self._added_ms: dict[str, list[float]] = {role: [] for role in self._engines}
        self._per_utterance: list[float] = []
        self._different = 0

    def utterance(self, samples: Any) -> None:
        """Recognise, translate and speak one utterance both ways."""
        hear = [RecognitionRequest(samples, self._source)]
        before = {role: len(added) for role, added in self._added_ms.items()}
        heard = self._both("recogniser", lambda engine: engine.recognise(hear))
        text: str = heard[0].text
        if not text:
            return
        said = [TranslationRequest(text, self._source, self._target)]
        translated = self._both("translator", lambda engine: engine.translate(said))
        speech = SpeechRequest(translated[0].text, self._target)
        self._both("synthesiser", lambda engine: list(engine.synthesise(speech)))
        self._per_utterance.append(
            sum(sum(added[before[role] :]) for role, added in self._added_ms.items())
        )

    def _both(self, role: str, work: Callable[[Any], list[Any]]) -> list[Any]:
        engine = self._engines[role]
        own_ms, own = _timed(lambda: work(engine.own))
        counts = engine.stage.counts
        worked, done_by_own = counts.worked_ms, counts.own
        far_ms, far = _timed(lambda: work(engine))
        if counts.own > done_by_own:
            raise UserError(f"the cluster did not answer for the {role}")
        self._own_ms[role].append(own_ms)
        self._far_ms[role].append(far_ms)
        self._added_ms[role].append(far_ms - (counts.worked_ms - worked))
        # A voice draws its noise anew each time; scores differ in the last digits.
        self._different += [text_of(one) for one in far] != [text_of(one) for one in own]
        return far

    def figures(self) -> Figures:
        """Medians, and the ratio of the medians."""
        figures: Figures = {
            "utterances": len(self._per_utterance),
            "different_answers": self._different,
            "added_ms_per_utterance_p50": _median(self._per_utterance),
        }
        for role in self._engines:
            own, far = _median(self._own_ms[role]), _median(self._far_ms[role])
            figures[role] = {
                "own_ms_p50": own,
                "cluster_ms_p50": far,
                "ratio": round(far / own, 3) if own else None,
                "added_ms_p50": _median(self._added_ms[role]),
                "added_ms_most": round(max(self._added_ms[role], default=0.0), 1),
            }
        return figures


def text_of(answer: Any) -> str | None:
    """What was heard or translated; None of speech."""
    return getattr(answer, "text", None)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return (time.perf_counter() - began) * 1000, result


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 1) if values else 0.0
