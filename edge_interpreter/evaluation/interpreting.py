"""Recordings through the pipeline, one after another, with everything that came of each."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace

from edge_interpreter.audio.frames import FRAME_MS, Frame
from edge_interpreter.capture.file import FileSource
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import Recogniser
from edge_interpreter.evaluation.manifest import NO_SPEECH, Recording
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Transcribed, Translated
from edge_interpreter.pipeline.feeding import feed
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A recording and its events, each with the seconds since the recording began to play.

    `withheld` counts utterances that were not shown, by reason; `work_s` is the time taken.
    """

    recording: Recording
    events: tuple[tuple[float, Event], ...]
    audio_s: float
    work_s: float
    withheld: Counter[str]

    @property
    def transcribed(self) -> list[Transcribed]:
        """What was recognised, in order."""
        return [event for _, event in self.events if isinstance(event, Transcribed)]

    @property
    def heard(self) -> str:
        """All words that were recognised."""
        return " ".join(event.text for event in self.transcribed)

    def translated(self, target: str) -> list[Translated]:
        """The captions in one language, in order."""
        return [e for _, e in self.events if isinstance(e, Translated) and e.target == target]

    def shown(self, target: str) -> str:
        """All captions in one language."""
        return " ".join(event.text for event in self.translated(target))


class _OneAtATime:
    """A recogniser that gets a speaker's utterances one after another, however fast they come.

    In a batch a speaker's next utterance would be recognised without what was learnt, of the
    language above all, from the one before: not so in real time.
    """

    max_batch = 1

    def __init__(self, recogniser: Recogniser) -> None:
        self.languages = recogniser.languages
        self.recognise = recogniser.recognise


async def interpret(
    recordings: Iterable[Recording],
    engines: Engines,
    config: Config,
    *,
    given_language: bool = False,
    realtime: bool = False,
) -> AsyncIterator[Interpreted]:
    """Interpret each recording as a speaker of its own.

    With `given_language` the recogniser is told the language. With `realtime` sound comes as fast
    as it plays, partial captions are asked for, and what is late may be dropped.
    """
    if not realtime:
        engines = replace(engines, recogniser=_OneAtATime(engines.recogniser))
    pipeline = Pipeline(engines, config)
    await pipeline.start()
    try:
        for recording in recordings:
            known = recording.language != NO_SPEECH and not recording.segments
            settings = StreamSettings(
                recording.language if given_language and known else None,
                config.recogniser.languages,
                partials=realtime,
            )
            yield await _interpret(pipeline, recording, settings, realtime)
    finally:
        await pipeline.stop()


async def _interpret(
    pipeline: Pipeline, recording: Recording, settings: StreamSettings, realtime: bool
) -> Interpreted:
    loop = asyncio.get_running_loop()
    before = pipeline.ledger.dropped.copy()
    began, work = loop.time(), time.perf_counter()
    events: list[tuple[float, Event]] = []
    frames = 0

    async def counting() -> AsyncIterator[Frame]:
        nonlocal frames
        async for frame in FileSource(recording.audio, realtime=realtime).frames():
            frames += 1
            yield frame

    def note(event: Event) -> None:
        events.append((loop.time() - began, event))

    wanted = frozenset(recording.to)
    early = wanted if realtime else frozenset[str]()
    demand = Demand(captions=wanted, partials=realtime, partial_captions=early)
    await feed(pipeline, counting(), settings, demand, note)
    return Interpreted(
        recording,
        tuple(events),
        frames * FRAME_MS / 1000,
        time.perf_counter() - work,
        pipeline.ledger.dropped - before,
    )
