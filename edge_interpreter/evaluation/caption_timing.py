"""How soon and how steadily captions were shown, over all that was played in real time."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from edge_interpreter.evaluation.interpreting import Interpreted
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.simultaneity import laal, normalized_erasure, word_delays
from edge_interpreter.pipeline.events import Event, Partial, Transcribed, Translated, Utterance

Version = tuple[float, str]
"""When something was shown, in seconds of the recording, and what."""


@dataclass(slots=True)
class CaptionTiming:
    """Captions in the language `target`, or with None in the language that was spoken.

    `erasure` is of all that was shown, `stable_erasure` of what was said to stay.
    """

    target: str | None
    lagging_ms: list[float] = field(default_factory=list)
    erasure: list[float] = field(default_factory=list)
    stable_erasure: list[float] = field(default_factory=list)

    def add(self, done: Interpreted, reference: str = "") -> None:
        """Take one more recording, with its known translation."""
        shown: dict[int, list[Version]] = defaultdict(list)
        stable: dict[int, list[str]] = defaultdict(list)
        alone = len(done.transcribed) == 1
        for at, event in done.events:
            if isinstance(event, Partial) and self._is_mine(event):
                shown[event.index].append((at, event.text))
                stable[event.index].append(event.stable)
            elif final := self._final(event):
                index = final.utterance.index
                versions = [*shown[index], (at, final.text)]
                words = len(reference.split()) if alone else 0
                lagging, erased = timing(final.utterance, versions, words)
                self.lagging_ms.append(lagging)
                self.erasure.append(erased)
                self.stable_erasure.append(normalized_erasure([*stable[index], final.text]))

    def figures(self) -> dict[str, Any]:
        """The figures of all recordings so far."""
        return {
            "laal_ms": percentiles(self.lagging_ms),
            "normalized_erasure": _mean(self.erasure),
            "normalized_erasure_stable": _mean(self.stable_erasure),
        }

    def _is_mine(self, partial: Partial) -> bool:
        if self.target is None:
            return not partial.translated
        return partial.translated and partial.language == self.target

    def _final(self, event: Event) -> Transcribed | Translated | None:
        match event:
            case Transcribed() if self.target is None:
                return event
            case Translated() if event.target == self.target:
                return event
            case _:
                return None


def timing(
    utterance: Utterance, shown: list[Version], reference_words: int = 0
) -> tuple[float, float]:
    """LAAL in ms and Normalized Erasure of all versions of one caption."""
    start, end = utterance.start_ms / 1000, utterance.end_ms / 1000
    delays = [at - start for at in word_delays(shown)]
    lagging = laal(delays, end - start, reference_words or len(delays))
    return lagging * 1000, normalized_erasure([text for _, text in shown])


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 3) if values else None
