"""What the real scheduler does under too much work, by a virtual clock and engines of set cost."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edge_interpreter.audio.frames import samples_to_ms
from edge_interpreter.config.tree import Config
from edge_interpreter.config.tree import Pipeline as PipelineLimits
from edge_interpreter.evaluation.overload_room import OverloadRoom
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.timer_engines import timer_engines
from edge_interpreter.evaluation.trend import slope_per_minute
from edge_interpreter.evaluation.virtual_time import VirtualWorkers, run_virtually
from edge_interpreter.pipeline.events import Event, Finished
from edge_interpreter.pipeline.ledger import Ledger
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.segmenter import WINDOW_MS, WINDOW_SAMPLES, Window
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.pipeline.workers import Role

LOADS = (0.5, 1.0, 2.0, 4.0)
SPEAKERS_AT_CAPACITY = 12
PAUSE_S = 0.6
SHORTEST_S, LONGEST_S = 1.0, 5.0
RECOGNISE_CALL_S, RECOGNISE_SHARE = 0.15, 0.05
TRANSLATE_S = 0.09
SPEAK_PIECE_S = 0.05
"""Costs of the starter set on two cores, rounded; the recogniser is the narrowest stage."""

BLOCK = 4
"""Windows of speech that are heard at once, to save time."""
_WINDOW = np.zeros(WINDOW_SAMPLES, np.float32)


@dataclass(frozen=True, slots=True)
class OverloadResult:
    """Figures of one load; ages count from the end of speech to the caption, in ms.

    `ledger_ok`: in = done + dropped, and the listener was told of every loss and of nothing else.
    """

    load: float
    utterances: int
    age_ms: dict[str, int | None]
    lag_slope_ms_per_min: float
    dropped: dict[str, int]
    skipped: dict[str, int]
    merged_share: float
    partials: int
    ledger_ok: bool


@dataclass(slots=True)
class _Record:
    """(Virtual seconds, age in ms) of captions, and how many utterances came to an end."""

    ages: list[tuple[float, int]] = field(default_factory=list)
    finished: int = 0

    def note(self, event: Event) -> None:
        if isinstance(event, Finished):
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
    clock = asyncio.get_running_loop().time
    names = [f"speaker-{number}" for number in range(max(1, round(SPEAKERS_AT_CAPACITY * load)))]
    rooms = [OverloadRoom(name, "en", "fr", clock) for name in names]
    talkers = [_Talker(pipeline, room, record, f"{seed}-{room.name}") for room in rooms]
    await asyncio.gather(*(talker.talk(minutes * 60.0) for talker in talkers))
    await pipeline.drain()
    result = _result(load, pipeline.ledger, record, rooms)
    await pipeline.stop()
    return result


def _result(
    load: float, ledger: Ledger, record: _Record, rooms: Sequence[OverloadRoom]
) -> OverloadResult:
    marks = sum((room.marks for room in rooms), Counter())
    return OverloadResult(
        load=load,
        utterances=ledger.entered,
        age_ms=percentiles([age for _, age in record.ages], 50, 95, 99),
        lag_slope_ms_per_min=slope_per_minute([point for point in record.ages if point[0] >= 60]),
        dropped=dict(sorted(ledger.dropped.items())),
        skipped=dict(sorted(ledger.skipped.items())),
        merged_share=round(sum(room.merged for room in rooms) / max(1, ledger.entered), 3),
        partials=sum(room.partials for room in rooms),
        ledger_ok=ledger.balanced
        and record.finished == ledger.entered
        and marks["source"] == ledger.dropped.total()
        and marks["caption"] + marks["speech"] == ledger.skipped.total()
        and not any(room.unexplained for room in rooms),
    )


class _Talker:
    """One continuous speaker: utterances of 1 to 5 s with short pauses.

    The real segmenter gets what voice activity would make of it.
    """

    def __init__(self, pipeline: Pipeline, room: OverloadRoom, record: _Record, seed: str) -> None:
        def take(event: Event) -> None:
            room.take(event)
            record.note(event)

        self._pipeline = pipeline
        self._stream = pipeline.open(room.name, StreamSettings("en"), room.demand, take)
        self._rng = random.Random(seed)  # noqa: S311 - the same figures every time
        self._position = 0

    async def talk(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._rng.uniform(0, LONGEST_S))
        while loop.time() < until:
            await self._sound(self._rng.uniform(SHORTEST_S, LONGEST_S), 1.0, BLOCK)
            await self._sound(PAUSE_S, 0.0, 1)

    async def _sound(self, seconds: float, probability: float, at_once: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(round(seconds * 1000 / WINDOW_MS / at_once)):
            await asyncio.sleep(at_once * WINDOW_MS / 1000)
            for _ in range(at_once):
                window = Window(self._position, _WINDOW, probability, loop.time())
                self._position += WINDOW_SAMPLES
                found = self._stream.segmenter.push(window)
                self._pipeline.on_segments(self._stream, found)


def _cost(role: Role, args: tuple[Any, ...]) -> float:
    if role is Role.RECOGNISER:
        (requests,) = args
        seconds = sum(samples_to_ms(request.samples.size) for request in requests) / 1000
        return RECOGNISE_CALL_S * len(requests) + RECOGNISE_SHARE * seconds
    if role is Role.TRANSLATOR:
        return TRANSLATE_S * len(args[1])
    return SPEAK_PIECE_S if role is Role.SYNTHESISER else 0.0
