"""The last stage: speaks translations, clause by clause."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.crash_reports import describe
from edge_interpreter.engines.protocols import SpeechRequest, Synthesiser
from edge_interpreter.errors import reason_of
from edge_interpreter.pipeline.events import UNWANTED, Lane, Spoken
from edge_interpreter.pipeline.fair_queue import FairQueue
from edge_interpreter.pipeline.lag import FASTEST_SPEECH, LagLevel
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.sequencer import LaneKey
from edge_interpreter.pipeline.speech_source import speech_pieces
from edge_interpreter.pipeline.workers import Role, Workers

log = logging.getLogger(__name__)

MOST_SENTENCES = 64
SILENCE: Pcm16 = np.empty(0, np.int16)


@dataclass(slots=True, eq=False)
class _Job:
    passage: Passage
    target: str
    text: str
    last: bool
    left_out: str | None = None
    speed: float = 1.0

    @property
    def lane(self) -> LaneKey:
        return (Lane.SPEECH, self.target)

    @property
    def begun(self) -> bool:
        """Whether some of the utterance has been spoken: what is begun is ended."""
        return self.target in self.passage.spoken


class Speaking:
    """Feeds the synthesiser from a fair queue and numbers the pieces it gives."""

    def __init__(
        self, engine: Synthesiser, workers: Workers, budget_ms: int, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._workers = workers
        self._budget_ms = budget_ms
        self._clock = clock
        self._queue: FairQueue[_Job] = FairQueue(MOST_SENTENCES)

    def __len__(self) -> int:
        return len(self._queue)

    def submit(
        self,
        passage: Passage,
        target: str,
        text: str,
        *,
        last: bool,
        left_out: str | None = None,
    ) -> None:
        """Speak one sentence of an utterance; `last` says that no more follow.

        `left_out` is why something of the utterance is not said; its listeners are told at its end.
        """
        job = _Job(passage, target, text, last, left_out)
        pushed_out = self._queue.put(passage.stream.name, job)
        if pushed_out:
            self._skip(pushed_out, "queue_full")

    async def run(self) -> None:
        """Speak for ever."""
        while True:
            for job in await self._queue.take(1):
                await self._speak(job)

    async def _speak(self, job: _Job) -> None:
        refusal = self._refusal(job)
        if refusal:
            self._skip(job, refusal)
            return
        if job.text and not await self._synthesise(job):
            return
        if job.last:
            self._end(job)

    def _end(self, job: _Job) -> None:
        if job.begun or job.left_out is None:
            self._emit(job, SILENCE, last=True)
        if job.left_out is not None:
            job.passage.skip(job.lane, job.left_out)
        job.passage.close(job.lane)

    async def _synthesise(self, job: _Job) -> bool:
        """Give the pieces of one sentence; False where its voice failed."""
        job.speed = _speed(job)
        words = job.passage.stream.settings.glossary.pronounce(job.text, job.target)
        request = SpeechRequest(words, job.target, job.speed, self._deadline(job))
        try:
            async for pcm in self._workers.stream(
                Role.SYNTHESISER, speech_pieces, self._engine, request
            ):
                self._emit(job, pcm, last=False)
        except Exception as error:  # an engine's fault costs one voice, no more
            log.error("synthesiser failed: %s", describe(error))
            self._skip(job, reason_of(error))
            return False
        return True

    def _deadline(self, job: _Job) -> float | None:
        """When nobody wants to hear it any more, in loop seconds; None: what is begun is ended."""
        if job.begun or job.passage.utterance.typed:
            return None
        return job.passage.ended + self._budget_ms / 1000

    def _refusal(self, job: _Job) -> str | None:
        """Why a sentence is not spoken, or None."""
        wanted = job.begun or job.passage.wants(job.lane)
        if job.lane not in job.passage.open_lanes or not wanted:
            return UNWANTED
        stream, now = job.passage.stream, self._clock()
        stream.observe_lag(now)
        if job.begun or job.passage.utterance.typed:
            return None
        if stream.lag.level >= LagLevel.CAPTIONS_ONLY:
            return "captions_only"
        return "too_late" if job.passage.age_ms(now) > self._budget_ms else None

    def _emit(self, job: _Job, pcm: Pcm16, *, last: bool) -> None:
        sequence = job.passage.spoken.get(job.target, 0)
        job.passage.spoken[job.target] = sequence + 1
        spoken = Spoken(job.passage.utterance, job.target, sequence, pcm, last, job.speed)
        job.passage.emit(job.lane, spoken)

    def _skip(self, job: _Job, reason: str) -> None:
        self._queue.remove(lambda other: other.passage is job.passage and other.lane == job.lane)
        job.passage.skip(job.lane, reason)


def _speed(job: _Job) -> float:
    stream = job.passage.stream
    return FASTEST_SPEECH if job.target in stream.demand().hurried else stream.lag.speech_speed
