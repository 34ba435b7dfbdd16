"""The second stage: recognises utterances, the waiting ones before the guessed and the partial."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from edge_interpreter.audio.frames import Samples, samples_to_ms
from edge_interpreter.crash_reports import describe
from edge_interpreter.engines.protocols import Recogniser, Recognition, RecognitionRequest
from edge_interpreter.errors import reason_of
from edge_interpreter.pipeline.fair_queue import FairQueue
from edge_interpreter.pipeline.lag import LagLevel
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.sequencer import SOURCE
from edge_interpreter.pipeline.stream import Stream
from edge_interpreter.pipeline.workers import Role, Workers

log = logging.getLogger(__name__)

FIRST_PARTIAL_MS = 400
PARTIAL_EVERY_S = 0.5
PARTIAL_SHARE = 0.4
"""Partials may use this share of the recogniser's time."""
SHARE_BEFORE_WORK = 0.9
"""An utterance that has used up this share of its lag budget will be too late when it is done."""
SHARE_FOR_PARTIALS = 0.25
"""A first idea that takes longer than this share of the budget comes too late to be shown."""
LONGEST_MERGED_MS = 20_000


class Kind(IntEnum):
    """Why a recognition is asked for, the most urgent first."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2


@dataclass(slots=True, eq=False)
class _Job:
    passage: Passage
    samples: Samples
    kind: Kind
    cancelled: bool = False
    result: Recognition | None = None

    @property
    def duration_ms(self) -> int:
        return samples_to_ms(self.samples.size)


class Recognising:
    """Feeds the recogniser from a fair queue; speculation is reused when it was right."""

    def __init__(
        self,
        engine: Recogniser,
        workers: Workers,
        at_once: int,
        per_stream: int,
        budget_ms: int,
        clock: Callable[[], float],
        on_recognised: Callable[[Passage, Recognition], None],
        on_guessed: Callable[[Passage, Recognition], None],
        on_partial: Callable[[Passage, Recognition, Samples], None],
        *,
        with_context: bool,
    ) -> None:
        self._engine = engine
        self._workers = workers
        self._budget_ms = budget_ms
        self._clock = clock
        self._on_recognised = on_recognised
        self._on_guessed = on_guessed
        self._on_partial = on_partial
        self._queue: FairQueue[_Job] = FairQueue(per_stream + 2, classes=len(Kind))
        self._guesses: dict[Passage, _Job] = {}
        self._at_once = at_once
        self._with_context = with_context
        self._working = 0
        self._partial_cost = 0.0

    def __len__(self) -> int:
        return len(self._queue)

    def guess(self, passage: Passage, samples: Samples) -> None:
        """Start on an utterance that may be over."""
        job = _Job(passage, samples, Kind.SPECULATIVE)
        self._guesses[passage] = job
        self._drop_partials(passage)
        self._put(job)

    def retract(self, passage: Passage) -> None:
        """The utterance was not over: what was guessed is void."""
        job = self._guesses.pop(passage, None)
        if job is None:
            return
        job.cancelled = True
        if not self._queue.remove(lambda queued: queued is job):
            passage.stream.ledger.wasted_ms += job.duration_ms

    def commit(self, passage: Passage) -> None:
        """The utterance is over: use the guess if it covers it, else start now."""
        if passage.samples is None:
            raise ValueError("a typed line has nothing to recognise")
        self._drop_partials(passage)
        job = self._guesses.pop(passage, None)
        if job is None or job.samples.size != passage.samples.size:
            if job:
                job.cancelled = True
            self._put(_Job(passage, passage.samples, Kind.FINAL))
            return
        job.kind = Kind.FINAL
        if job.result is not None:
            self._hand_over(job, job.result)
        elif self._queue.remove(lambda queued: queued is job):
            self._put(job)

    def forget(self, stream: Stream) -> None:
        """Nothing of this stream is wanted any more."""
        self._queue.remove(lambda job: job.passage.stream is stream)
        for passage in [p for p in self._guesses if p.stream is stream]:
            del self._guesses[passage]

    def consider_partial(self, stream: Stream) -> None:
        """Ask for a first idea of what is being said, if there is time for it."""
        now = self._clock()
        every = max(PARTIAL_EVERY_S, self._partial_cost / PARTIAL_SHARE)
        if (
            not stream.settings.partials
            or stream.segmenter.speaking_ms < FIRST_PARTIAL_MS
            or now - stream.partial_at < every
            or self._working
            or len(self._queue)
            or stream.lag.level > LagLevel.ON_TIME
        ):
            return
        # Asked last: with many listeners it costs more than all the rest.
        wanted = stream.demand()
        if not (wanted.partials or wanted.partial_captions):
            return
        speaking = stream.segmenter.so_far()
        if speaking is None or not stream.sequencer.is_head(SOURCE, speaking[0]):
            return
        stream.partial_at = now
        self._put(_Job(stream.passages[speaking[0]], speaking[1], Kind.PARTIAL))

    async def run(self) -> None:
        """Recognise for ever, `at_once` batches at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(self._run())

    async def _run(self) -> None:
        while True:
            jobs = await self._queue.take(self._engine.max_batch)
            jobs = [job for job in jobs if self._still_wanted(job)]
            # What a job absorbs comes after everything of its stream that is in this batch.
            newest = {job.passage.stream: job for job in jobs}
            jobs = [self._merge(job) if newest[job.passage.stream] is job else job for job in jobs]
            if jobs:
                await self._recognise(jobs)

    def _put(self, job: _Job) -> None:
        pushed_out = self._queue.put(job.passage.stream.name, job, job.kind)
        if pushed_out is None:
            return
        self._guesses.pop(pushed_out.passage, None)
        if pushed_out.kind is Kind.FINAL:
            pushed_out.passage.drop("queue_full")

    def _drop_partials(self, passage: Passage) -> None:
        self._queue.remove(lambda job: job.passage is passage and job.kind is Kind.PARTIAL)

    def _still_wanted(self, job: _Job) -> bool:
        if job.cancelled or job.passage.dropped:
            return False
        if job.kind is not Kind.FINAL:
            return True
        now = self._clock()
        job.passage.stream.observe_lag(now)
        if job.passage.age_ms(now) <= self._budget_ms * SHARE_BEFORE_WORK:
            return True
        job.passage.drop("too_late")
        return False

    def _merge(self, job: _Job) -> _Job:
        """When behind, recognise the utterances that wait as one: one encoder run for all."""
        stream = job.passage.stream
        if job.kind is not Kind.FINAL or stream.lag.level < LagLevel.MERGE:
            return job
        passage = job.passage
        while other := self._queue.take_from(
            stream.name,
            lambda next_: passage.may_absorb(next_.passage, LONGEST_MERGED_MS),
            Kind.FINAL,
        ):
            passage.absorb(other.passage)
        if passage.absorbed and passage.samples is not None:
            job.samples = passage.samples
        return job

    async def _recognise(self, jobs: list[_Job]) -> None:
        self._working += 1
        began = self._clock()
        try:
            waiting = len(jobs) > 1 or len(self._queue) > 0
            requests = [self._request(job, others_wait=waiting) for job in jobs]
            results = await self._workers.call(Role.RECOGNISER, self._engine.recognise, requests)
        except Exception as error:  # an engine's fault costs its batch, no more
            log.error("recogniser failed: %s", type(error).__name__)
            self._fail(jobs, reason_of(error))
            return
        finally:
            self._working -= 1
        for job, result in zip(jobs, results, strict=True):
            job.passage.stream.ledger.recognised_ms += job.duration_ms
            self._conclude(job, result, self._clock() - began)

    def _conclude(self, job: _Job, result: Recognition, cost_s: float) -> None:
        if job.kind is Kind.PARTIAL:
            self._partial_cost = cost_s
            self._show_partial(job, result)
        elif job.kind is Kind.FINAL:
            self._hand_over(job, result)
        elif not job.cancelled:
            job.result = result
            try:
                self._on_guessed(job.passage, result)
            except Exception as error:  # it will be done when the utterance is over
                log.error("a guess was lost: %s", describe(error))

    def _hand_over(self, job: _Job, result: Recognition) -> None:
        if job.passage.dropped:
            return
        try:
            self._on_recognised(job.passage, result)
        except Exception as error:  # one result's fault must not hold up all that wait behind
            log.error("a recognition was lost: %s", describe(error))
            job.passage.drop("engine_failed")

    def _fail(self, jobs: list[_Job], reason: str) -> None:
        for job in jobs:
            self._guesses.pop(job.passage, None)
            if job.kind is Kind.FINAL:
                job.passage.drop(reason)

    def _show_partial(self, job: _Job, result: Recognition) -> None:
        passage = job.passage
        if passage.samples is not None or passage.dropped:
            return
        if passage.stream.sequencer.is_head(SOURCE, passage.utterance.index):
            self._on_partial(passage, result, job.samples)

    def _request(self, job: _Job, *, others_wait: bool) -> RecognitionRequest:
        stream = job.passage.stream
        start_ms = job.passage.utterance.start_ms
        expected = stream.settings.language or stream.language.current
        return RecognitionRequest(
            samples=job.samples,
            language=stream.settings.language,
            candidates=stream.settings.candidates,
            prior=stream.language.prior(job.duration_ms - stream.segmenter.padding_ms),
            context=stream.recent_words.before(start_ms, expected) if self._with_context else "",
            terms=stream.settings.glossary.spellings(expected) if expected else (),
            partial=job.kind is Kind.PARTIAL,
            hurried=others_wait or stream.lag.level > LagLevel.ON_TIME,
            deadline=self._deadline(job),
        )

    def _deadline(self, job: _Job) -> float:
        """When the answer will be of no use, in loop seconds."""
        if job.passage.samples is not None:
            return job.passage.ended + self._budget_ms / 1000
        share = SHARE_FOR_PARTIALS if job.kind is Kind.PARTIAL else 1.0
        return self._clock() + share * self._budget_ms / 1000
