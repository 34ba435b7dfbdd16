"""How many continuous speakers a machine sustains, against the same models in a simple loop."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from edge_interpreter.audio.frames import FRAME_MS, SAMPLE_RATE, Frame, Framer, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import SpeechRequest, TranslationRequest
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.recordings import read_sound, sound_files
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Finished, Skipped
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.segmenter import WINDOW_SAMPLES, Ended, Segmenter, Window
from edge_interpreter.pipeline.speech_source import speech_pieces
from edge_interpreter.pipeline.stream import StreamSettings

GOAL_P95_MS = 2_500
PAUSE_S = 0.7
MOST_SPEAKERS = 32

PlainRecogniser = Callable[[Samples], tuple[str, str]]
"""Text and language of an utterance."""


@dataclass(slots=True)
class _Record:
    """Delays from the end of speech to the first translated sound, and what was lost."""

    first_audio_ms: list[float] = field(default_factory=list)
    utterances: int = 0
    lost: int = 0

    def take(self, event: Event) -> None:
        if isinstance(event, Finished):
            self.utterances += 1
            if "speech" in event.latency_ms:
                self.first_audio_ms.append(event.latency_ms["speech"])
        elif isinstance(event, Skipped) and not event.withheld:
            self.lost += 1

    @property
    def within_goal(self) -> bool:
        p95 = percentiles(self.first_audio_ms)["p95"]
        return p95 is not None and p95 <= GOAL_P95_MS and not self.lost


class _System(Protocol):
    """Something that interprets several speakers at once."""

    async def run(self, sounds: Sequence[Samples], target: str) -> _Record: ...


def streams(
    audio: Path,
    target: str,
    engines: Engines,
    config: Config,
    plain: PlainRecogniser,
    seconds: int = 30,
) -> dict[str, Any]:
    """The most speakers within the goal, for the pipeline and for the loop; raises UserError."""
    recordings = [read_sound(path) for path in sound_files(audio)]
    ours, our_steps = _climb(_Ours(engines, config), recordings, target, seconds)
    loop, loop_steps = _climb(_Loop(engines, config, plain), recordings, target, seconds)
    return {
        "sustained": ours,
        "baseline_sustained": loop,
        "ratio": round(ours / loop, 2) if loop else None,
        "goal_p95_ms": GOAL_P95_MS,
        "steps": our_steps,
        "baseline_steps": loop_steps,
    }


def _climb(
    system: _System, recordings: list[Samples], target: str, seconds: int
) -> tuple[int, list[dict[str, Any]]]:
    """One speaker more at a time until the goal is missed."""
    steps: list[dict[str, Any]] = []
    for speakers in range(1, MOST_SPEAKERS + 1):
        sounds = [_talk(recordings, number, seconds) for number in range(speakers)]
        record = asyncio.run(system.run(sounds, target))
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


def _talk(recordings: list[Samples], number: int, seconds: int) -> Samples:
    """One speaker's recordings with pauses; each speaker begins with another one."""
    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)
    said: list[Samples] = [np.zeros(round(0.37 * number * SAMPLE_RATE) % SAMPLE_RATE, np.float32)]
    for recording in islice(cycle(recordings), number * 7, None):
        said += [recording, pause]
        if sum(part.size for part in said) >= seconds * SAMPLE_RATE:
            return np.concatenate(said)
    return np.concatenate(said)


async def _in_real_time(sound: Samples, feed: Callable[[Frame], None]) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    for count, frame in enumerate(Framer().push(sound), 1):
        feed(frame)
        await asyncio.sleep(max(0.0, start + count * FRAME_MS / 1000 - loop.time()))


class _Ours:
    """The pipeline as the product runs it."""

    def __init__(self, engines: Engines, config: Config) -> None:
        self._engines = engines
        self._config = config

    async def run(self, sounds: Sequence[Samples], target: str) -> _Record:
        record = _Record()
        wanted = frozenset({target})
        demand = Demand(wanted, wanted)
        pipeline = Pipeline(self._engines, self._config)
        await pipeline.start()
        settings = StreamSettings(candidates=self._config.recogniser.languages)
        speakers = [
            pipeline.open(f"speaker-{number}", settings, lambda: demand, record.take)
            for number in range(len(sounds))
        ]
        await asyncio.gather(
            *(_in_real_time(s, p.feed) for s, p in zip(sounds, speakers, strict=True))
        )
        await pipeline.drain()
        await pipeline.stop()
        return record


class _Loop:
    """The same voice activity, translator and voice around plain faster-whisper, one at a time."""

    def __init__(self, engines: Engines, config: Config, recognise: PlainRecogniser) -> None:
        self._engines = engines
        self._config = config
        self._recognise = recognise

    async def run(self, sounds: Sequence[Samples], target: str) -> _Record:
        record = _Record()
        queue: asyncio.Queue[Ended] = asyncio.Queue()
        working = asyncio.create_task(self._work(queue, record, target))
        await asyncio.gather(*(_in_real_time(s, self._ear(queue)) for s in sounds))
        await queue.join()
        working.cancel()
        return record

    def _ear(self, queue: "asyncio.Queue[Ended]") -> Callable[[Frame], None]:
        segmenter = Segmenter(self._config.voice_activity, self._config.endpointing)
        state = self._engines.vad.new_state()
        rest = np.empty(0, np.float32)
        position = 0

        def hear(frame: Frame) -> None:
            nonlocal rest, position
            rest = np.concatenate((rest, frame.samples))
            while rest.size >= WINDOW_SAMPLES:
                sound, rest = rest[:WINDOW_SAMPLES], rest[WINDOW_SAMPLES:]
                probability = float(self._engines.vad.probabilities([state], sound[None])[0])
                now = asyncio.get_running_loop().time()
                for segment in segmenter.push(Window(position, sound, probability, now)):
                    if isinstance(segment, Ended):
                        queue.put_nowait(segment)
                position += WINDOW_SAMPLES

        return hear

    async def _work(self, queue: "asyncio.Queue[Ended]", record: _Record, target: str) -> None:
        loop = asyncio.get_running_loop()
        while True:
            ended = await queue.get()
            first_audio = await asyncio.to_thread(self._interpret, ended, target, loop.time)
            if first_audio is not None:
                record.first_audio_ms.append(first_audio)
            record.utterances += 1
            queue.task_done()

    def _interpret(self, ended: Ended, target: str, clock: Callable[[], float]) -> float | None:
        """All of one utterance; milliseconds from the end of speech to the first piece."""
        text, language = self._recognise(ended.samples)
        if not text or (language, target) not in self._engines.translator.pairs():
            return None
        request = TranslationRequest(text, language, target)
        (translation,) = self._engines.translator.translate([request])
        first = None
        speech = SpeechRequest(translation.text, target)
        for _ in speech_pieces(self._engines.synthesiser, speech):
            first = first or (clock() - ended.spoken) * 1000
        return first
