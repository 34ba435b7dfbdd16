"""Rooms and calls on a virtual clock: the real pipeline, engines of measured cost."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.capacity.costs import Machine
from edge_interpreter.evaluation.capacity.priced_engines import Bill, priced_engines
from edge_interpreter.evaluation.capacity.sharing_workers import SharingWorkers
from edge_interpreter.evaluation.capacity.speakers import Noted, Speaker
from edge_interpreter.evaluation.capacity.traces import Trace
from edge_interpreter.evaluation.virtual_time import run_virtually
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings

CALL_PAUSE_S = 1.0
"""Before somebody on the telephone answers what they heard."""
PATIENCE_S = 8.0
_APART_S, _TOGETHER_S = 0.37, 1.0
_STEP = 7

Gap = Callable[[float], float]
"""Seconds of silence after so many seconds of speech."""
Talk = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is simulated: a machine, what its speakers say, and for how long.

    Few speakers speak for longer than many, so that there are as many utterances; nobody for less
    than `shortest_s`, since a queue that grows takes time to show it.
    """

    machine: Machine
    config: Config
    traces: Sequence[Trace]
    seed: int = 1
    speaker_s: float = 2_400.0
    shortest_s: float = 120.0
    longest_s: float = 300.0

    def seconds(self, speakers: int) -> float:
        """Virtual seconds for so many of them."""
        return max(self.shortest_s, min(self.longest_s, self.speaker_s / max(1, speakers)))

    def numbers(self, language: str, speaker: int) -> Iterator[int]:
        """Recordings of a language for ever; each speaker begins with another one."""
        own = [i for i, trace in enumerate(self.traces) if trace.language == language]
        return islice(cycle(own), speaker * _STEP % len(own), None)

    def gap(self, share: float) -> Gap:
        """Silences after which somebody has spoken for that share of the time."""
        rng = random.Random(self.seed)  # noqa: S311 - the same figures every time
        return lambda spoken_s: spoken_s * (1 / share - 1) * rng.uniform(0.5, 1.5)


def rooms(
    scene: Scene, count: int, language: str, targets: Sequence[str], gap: Gap, *, partials: bool
) -> Noted:
    """Rooms with one speaker each, whose listeners hear every one of `targets`."""
    wanted = frozenset(targets)
    early = wanted if partials else frozenset()
    demand = Demand(wanted, wanted, partials=partials, partial_captions=early)

    async def scenery(stage: "_Stage") -> None:
        for number in range(count):
            speaker = stage.enter(language, demand)
            said = scene.numbers(language, number)
            stage.play(_lecture(speaker, said, gap, _APART_S * number % _TOGETHER_S))

    busy = count * scene.machine.own_cores
    seconds = scene.seconds(count)
    return run_virtually(lambda: _act(scene, seconds, busy, targets, scenery))


def calls(
    scene: Scene, count: int, languages: tuple[str, str], gap: Gap, media_cores: float = 0.0
) -> Noted:
    """Telephone calls whose sides take turns, and answer after they have heard the translation.

    `media_cores` is what the sound of a call takes, beside the pipeline's own work.
    """

    async def scenery(stage: "_Stage") -> None:
        for number in range(count):
            sides = []
            for own, other in (languages, languages[::-1]):
                wanted = frozenset({other})
                speaker = stage.enter(own, Demand(wanted, wanted))
                sides.append((speaker, scene.numbers(own, number)))
            stage.play(_conversation(sides, gap, _APART_S * number % _TOGETHER_S))

    busy = count * (2 * scene.machine.own_cores + media_cores)
    # One side speaks at a time, and less than half of it.
    seconds = 2 * scene.seconds(count)
    return run_virtually(lambda: _act(scene, seconds, busy, languages, scenery))


class _Stage:
    """The pipeline with everybody who is in it."""

    def __init__(self, scene: Scene, pipeline: Pipeline) -> None:
        self._scene = scene
        self._pipeline = pipeline
        self._playing: list[asyncio.Task[None]] = []
        self.noted = Noted()
        self._entered = 0

    def enter(self, language: str, demand: Demand) -> Speaker:
        """One more speaker, who is silent until told to say something."""
        speaker = Speaker(self.noted, self._scene.traces)
        name = f"speaker-{self._entered}"
        settings = StreamSettings(language)
        speaker.stream = self._pipeline.open(name, settings, lambda: demand, speaker.take)
        self._entered += 1
        self.play(speaker.sound(speaker.stream))
        return speaker

    def play(self, part: Talk) -> None:
        """Have somebody act until the end."""
        self._playing.append(asyncio.create_task(part))

    async def end(self) -> None:
        """Nobody says anything more."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)


async def _act(
    scene: Scene,
    seconds: float,
    busy: float,
    targets: Sequence[str],
    scenery: Callable[[_Stage], Talk],
) -> Noted:
    bill = Bill(scene.machine, random.Random(scene.seed))  # noqa: S311 - the same figures every time
    engines = priced_engines(scene.traces, targets, bill)
    pipeline = Pipeline(engines, _roomy(scene), SharingWorkers(scene.machine, bill, busy))
    await pipeline.start()
    stage = _Stage(scene, pipeline)
    await scenery(stage)
    await asyncio.sleep(seconds)
    await stage.end()
    await pipeline.drain()
    await pipeline.stop()
    return stage.noted


def _roomy(scene: Scene) -> Config:
    """The configuration as it is, for any number of speakers on that machine."""
    section = scene.config.recogniser
    recogniser = section.model_copy(update={"workers": scene.machine.recognitions_at_once})
    limits = scene.config.pipeline.model_copy(update={"max_streams": 10_000})
    return scene.config.model_copy(update={"pipeline": limits, "recogniser": recogniser})


async def _lecture(speaker: Speaker, said: Iterator[int], gap: Gap, begin_s: float) -> None:
    await asyncio.sleep(begin_s)
    for number in said:
        spoken_s = speaker.say(number)
        await asyncio.sleep(spoken_s + gap(spoken_s))


async def _conversation(
    sides: Sequence[tuple[Speaker, Iterator[int]]], gap: Gap, begin_s: float
) -> None:
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(begin_s)
    for speaker, said in cycle(sides):
        spoken_s = speaker.say(next(said))
        await asyncio.sleep(spoken_s)
        over = clock()
        with suppress(TimeoutError):
            await asyncio.wait_for(speaker.translated(), PATIENCE_S)
        answer = max(over + gap(spoken_s), speaker.heard_until + CALL_PAUSE_S)
        await asyncio.sleep(max(0.0, answer - clock()))
