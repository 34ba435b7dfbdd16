"""How many continuous speakers a machine sustains, beside the same models in simple loops."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.recordings import read_sound, sound_files
from edge_interpreter.evaluation.simple_loop import SimpleLoop
from edge_interpreter.evaluation.streams_record import GOAL_P95_MS, StreamsRecord, in_real_time
from edge_interpreter.evaluation.wyoming_peer import WyomingPeer
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Finished, Skipped
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.pipeline.workers import Workers

PAUSE_S = 0.7
MOST_SPEAKERS = 32

PlainRecogniser = Callable[[Samples], tuple[str, str]]
"""Text and language of an utterance."""


class System(Protocol):
    """Something that interprets several speakers at once."""

    def run(self, sounds: Sequence[Samples], target: str) -> Coroutine[Any, Any, StreamsRecord]:
        """Interpret one sound of each speaker, all at once."""
        ...


def streams(
    audio: Path,
    target: str,
    engines: Engines,
    config: Config,
    plain: PlainRecogniser,
    *,
    seconds: int = 30,
    language: str | None = None,
    peer: WyomingPeer | None = None,
) -> dict[str, Any]:
    """The most speakers within the goal: the pipeline, the loop, and a loop around `peer`.

    `language` is what is spoken, told to all of them; without it each finds it for itself. A
    recogniser that does not say what it found has to be told. Raises UserError.
    """
    recordings = [read_sound(path) for path in sound_files(audio)]

    async def recognise(samples: Samples) -> tuple[str, str]:
        return await asyncio.to_thread(plain, samples)

    ours, our_steps = climb(Ours(engines, config, language), recordings, target, seconds)
    simple = SimpleLoop(engines, config, recognise, each_alone=True)
    loop, loop_steps = climb(simple, recordings, target, seconds)
    figures: dict[str, Any] = {"sustained": ours, "baseline_sustained": loop}
    steps: dict[str, Any] = {"steps": our_steps, "baseline_steps": loop_steps}
    if peer is not None:
        around = SimpleLoop(engines, config, peer.recogniser(language), each_alone=False)
        figures["peer_sustained"], steps["peer_steps"] = climb(around, recordings, target, seconds)
    figures["ratio"] = round(ours / loop, 2) if loop else None
    return {**figures, "goal_p95_ms": GOAL_P95_MS, **steps}


def delays(
    engines: Engines,
    config: Config,
    recordings: Sequence[Samples],
    target: str,
    speakers: int,
    seconds: int,
) -> list[float]:
    """Milliseconds to each first translated sound of so many speakers, languages identified."""
    sounds = [_talk(recordings, number, seconds) for number in range(speakers)]
    return asyncio.run(Ours(engines, config, None).run(sounds, target)).first_audio_ms


def climb(
    system: System,
    recordings: Sequence[Samples],
    target: str,
    seconds: int,
    run: Callable[[Coroutine[Any, Any, StreamsRecord]], StreamsRecord] = asyncio.run,
) -> tuple[int, list[dict[str, Any]]]:
    """One speaker more at a time until the goal is missed; `run` has the clock."""
    steps: list[dict[str, Any]] = []
    for speakers in range(1, MOST_SPEAKERS + 1):
        sounds = [_talk(recordings, number, seconds) for number in range(speakers)]
        record = run(system.run(sounds, target))
        steps.append(
            {
                "speakers": speakers,
                "utterances": record.utterances,
                "first_audio_ms": percentiles(record.first_audio_ms),
                "lost": record.lost,
            }
        )
        if not record.within_goal:
            return speakers - 1, steps
    return MOST_SPEAKERS, steps


def _talk(recordings: Sequence[Samples], number: int, seconds: int) -> Samples:
    """One speaker's recordings with pauses; each speaker begins with another one."""
    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)
    said: list[Samples] = [np.zeros(round(0.37 * number * SAMPLE_RATE) % SAMPLE_RATE, np.float32)]
    for recording in islice(cycle(recordings), number * 7, None):
        said += [recording, pause]
        if sum(part.size for part in said) >= seconds * SAMPLE_RATE:
            return np.concatenate(said)
    return np.concatenate(said)


class Ours:
    """The pipeline as the product runs it."""

    def __init__(
        self,
        engines: Engines,
        config: Config,
        language: str | None,
        workers: Callable[[], Workers | None] = lambda: None,
    ) -> None:
        self._engines = engines
        self._config = config
        self._language = language
        self._workers = workers

    async def run(self, sounds: Sequence[Samples], target: str) -> StreamsRecord:
        """See `System.run`."""
        record = StreamsRecord()

        def take(event: Event) -> None:
            if isinstance(event, Finished):
                record.utterances += 1
                if "speech" in event.latency_ms:
                    record.first_audio_ms.append(event.latency_ms["speech"])
            elif isinstance(event, Skipped) and not event.untrusted:
                record.lost += 1

        wanted = frozenset({target})
        demand = Demand(wanted, wanted)
        pipeline = Pipeline(self._engines, self._config, self._workers())
        await pipeline.start()
        settings = StreamSettings(self._language, self._config.recogniser.languages)
        speakers = [
            pipeline.open(f"speaker-{number}", settings, lambda: demand, take)
            for number in range(len(sounds))
        ]
        await asyncio.gather(
            *(in_real_time(s, p.feed) for s, p in zip(sounds, speakers, strict=True))
        )
        await pipeline.drain()
        await pipeline.stop()
        return record
