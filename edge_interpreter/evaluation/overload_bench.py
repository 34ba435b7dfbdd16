"""What the real scheduler does under too much work, by a virtual clock and engines of set cost."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, samples_to_ms
from edge_interpreter.config.tree import Config
from edge_interpreter.config.tree import Pipeline as PipelineLimits
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.timer_engines import timer_engines
from edge_interpreter.evaluation.trend import slope_per_minute
from edge_interpreter.evaluation.virtual_time import VirtualWorkers, run_virtually
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Finished, Skipped
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.segmenter import Began, Ended, Paused
from edge_interpreter.pipeline.stream import Stream, StreamSettings
from edge_interpreter.pipeline.workers import Role

LOADS = (0.5, 1.0, 2.0, 4.0)
SPEAKERS_AT_CAPACITY = 12
PAUSE_S = 0.6
SHORTEST_S, LONGEST_S = 1.0, 5.0
RECOGNISE_CALL_S, RECOGNISE_SHARE = 0.15, 0.05
TRANSLATE_S = 0.09
SPEAK_PIECE_S = 0.05
"""Costs of the starter set on two cores, rounded; the recogniser is the narrowest stage."""

_DEMAND = Demand(frozenset({"fr"}), frozenset({"fr"}))


@dataclass(frozen=True, slots=True)
class OverloadResult:
    """Figures of one load; ages count from the end of speech to the caption, in ms."""

    load: float
    utterances: int
    age_ms: dict[str, int | None]
    lag_slope_ms_per_min: float
    dropped: dict[str, int]
    skipped: dict[str, int]
    merged_share: float
    ledger_ok: bool


@dataclass(slots=True)
class _Record:
    """What listeners saw: (virtual seconds, age in ms) of captions, and every mark of a loss."""

    ages: list[tuple[float, int]] = field(default_factory=list)
    finished: int = 0
    shown_losses: int = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Skipped):
            self.shown_losses += 1
        elif isinstance(event, Finished):
            self.finished += 1
            if "caption" in event.latency_ms:
                self.ages.append((asyncio.get_running_loop().time(), event.latency_ms["caption"]))


def overload(load: float, minutes: int = 60, seed: int = 1) -> OverloadResult:
    """Run `minutes` of virtual time at `load` times the recogniser's capacity."""
    return run_virtually(lambda: _overload(load, minutes, seed))


async def _overload(load: float, minutes: int, seed: int) -> OverloadResult:
    config = Config(pipeline=PipelineLimits(max_streams=1_000))
    pipeline = Pipeline(timer_engines(), config, VirtualWorkers(_cost))
    record = _Record()
    await pipeline.start()
    speakers = [
        pipeline.open(f"speaker-{i}", StreamSettings("en", partials=False), lambda: _DEMAND, record)
        for i in range(max(1, round(SPEAKERS_AT_CAPACITY * load)))
    ]
    until = minutes * 60.0
    talking = []
    for speaker in speakers:
        rng = random.Random(f"{seed}-{speaker.name}")  # noqa: S311 - the same figures every time
        talking.append(_speak(pipeline, speaker, rng, until))
    await asyncio.gather(*talking)
    await pipeline.drain()
    ledger = pipeline.ledger
    result = OverloadResult(
        load=load,
        utterances=ledger.entered,
        age_ms=percentiles([age for _, age in record.ages], 50, 95, 99),
        lag_slope_ms_per_min=slope_per_minute([point for point in record.ages if point[0] >= 60]),
        dropped=dict(sorted(ledger.dropped.items())),
        skipped=dict(sorted(ledger.skipped.items())),
        merged_share=round(1 - len(record.ages) / max(1, ledger.done), 3),
        ledger_ok=ledger.balanced
        and record.finished == ledger.entered
        and record.shown_losses == ledger.dropped.total() + ledger.skipped.total(),
    )
    await pipeline.stop()
    return result


async def _speak(pipeline: Pipeline, stream: Stream, rng: random.Random, until: float) -> None:
    """One continuous speaker: utterances of 1 to 5 s with short pauses."""
    loop = asyncio.get_running_loop()
    endpointing = pipeline.config.endpointing
    await asyncio.sleep(rng.uniform(0, LONGEST_S))
    index = 0
    while loop.time() < until:
        length_s = rng.uniform(SHORTEST_S, LONGEST_S)
        start = round(loop.time() * SAMPLE_RATE)
        samples = np.zeros(round(length_s * SAMPLE_RATE), np.float32)
        pipeline.on_segments(stream, [Began(index, start)])
        await asyncio.sleep(length_s)
        spoken = loop.time()
        await asyncio.sleep(endpointing.speculative_ms / 1000)
        pipeline.on_segments(stream, [Paused(index, samples)])
        await asyncio.sleep((endpointing.silence_ms - endpointing.speculative_ms) / 1000)
        ended = Ended(index, start, start + samples.size, samples, spoken)
        pipeline.on_segments(stream, [ended])
        await asyncio.sleep(PAUSE_S - endpointing.silence_ms / 1000)
        index += 1


def _cost(role: Role, args: tuple[Any, ...]) -> float:
    if role is Role.RECOGNISER:
        (requests,) = args
        seconds = sum(samples_to_ms(request.samples.size) for request in requests) / 1000
        return RECOGNISE_CALL_S * len(requests) + RECOGNISE_SHARE * seconds
    if role is Role.TRANSLATOR:
        return TRANSLATE_S * len(args[1])
    return SPEAK_PIECE_S if role is Role.SYNTHESISER else 0.0
