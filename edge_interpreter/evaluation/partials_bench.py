"""Partial captions of recordings spoken in real time: how early, how steady."""

import asyncio
from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import Any

from edge_interpreter.capture.file import FileSource
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.recordings import sound_files
from edge_interpreter.evaluation.simultaneity import laal, normalized_erasure, word_delays
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Partial, Transcribed, Translated
from edge_interpreter.pipeline.feeding import feed
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings


class _Watch:
    """Everything shown of each utterance in one language, in seconds since the file began.

    `target` is None for the words spoken.
    """

    def __init__(self, target: str | None) -> None:
        self._target = target
        self._began = asyncio.get_running_loop().time()
        self.stable: dict[int, list[tuple[float, str]]] = defaultdict(list)
        self.shown: dict[int, list[str]] = defaultdict(list)
        self.first: dict[int, float] = {}
        self.final: dict[int, Transcribed | Translated] = {}

    def __call__(self, event: Event) -> None:
        now = asyncio.get_running_loop().time() - self._began
        if isinstance(event, Partial) and event.translated == (self._target is not None):
            self.first.setdefault(event.index, now)
            self.stable[event.index].append((now, event.stable))
            self.shown[event.index].append(event.text)
        elif isinstance(event, Translated if self._target else Transcribed):
            index = event.utterance.index
            self.stable[index].append((now, event.text))
            self.shown[index].append(event.text)
            self.final[index] = event


def partials(
    audio: Path, engines: Engines, config: Config, target: str | None = None, limit: int = 0
) -> dict[str, Any]:
    """Figures of the recordings of a folder; raises UserError when there are none.

    Of the words spoken, or of their translation into `target`.
    """
    return asyncio.run(_partials(sound_files(audio, limit), engines, config, target))


async def _partials(
    files: list[Path], engines: Engines, config: Config, target: str | None
) -> dict[str, Any]:
    pipeline = Pipeline(engines, config)
    await pipeline.start()
    first_ms: list[float] = []
    erasure: list[float] = []
    stable_erasure: list[float] = []
    lagging_ms: list[float] = []
    wanted = frozenset({target}) if target else frozenset[str]()
    demand = Demand(captions=wanted, partials=not target, partial_captions=wanted)
    settings = StreamSettings(candidates=config.recogniser.languages)
    for path in files:
        watch = _Watch(target)
        frames = FileSource(path, realtime=True).frames()
        await feed(pipeline, frames, settings, demand, watch)
        for index, said in watch.final.items():
            start = said.utterance.start_ms / 1000
            length = (said.utterance.end_ms - said.utterance.start_ms) / 1000
            if index in watch.first:
                first_ms.append((watch.first[index] - start) * 1000)
            erasure.append(normalized_erasure(watch.shown[index]))
            stable_erasure.append(normalized_erasure([text for _, text in watch.stable[index]]))
            delays = [delay - start for delay in word_delays(watch.stable[index])]
            lagging_ms.append(laal(delays, length, len(delays)) * 1000)
    ledger = pipeline.ledger
    await pipeline.stop()
    return {
        "utterances": len(erasure),
        "with_partials": len(first_ms),
        "first_partial_ms": percentiles(first_ms),
        "normalized_erasure": _mean(erasure),
        "normalized_erasure_stable": _mean(stable_erasure),
        "laal_ms": percentiles(lagging_ms),
        "wasted_share": round(ledger.wasted_ms / max(1, ledger.recognised_ms), 3),
    }


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 3) if values else None
