"""The third stage: translates sentences, and puts the captions of each language together."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_interpreter.engines.protocols import TranslationRequest, Translator
from edge_interpreter.engines.translation.faithful import (
    FaithfulTranslation,
    translate_faithfully,
)
from edge_interpreter.languages import same_language
from edge_interpreter.pipeline.events import Fidelity, Lane, Transcribed, Translated
from edge_interpreter.pipeline.fair_queue import FairQueue
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.sequencer import LaneKey
from edge_interpreter.pipeline.workers import Role, Workers
from edge_interpreter.text.sentences import split_sentences

log = logging.getLogger(__name__)

MOST_SENTENCES = 128


@dataclass(slots=True, eq=False)
class _Caption:
    """One caption on its way: its sentences in order, and how many of them are spoken already."""

    passage: Passage
    target: str
    sentences: list[str]
    source: str
    done: dict[int, FaithfulTranslation] = field(default_factory=dict)
    passed_on: int = 0

    @property
    def lanes(self) -> tuple[LaneKey, LaneKey]:
        return (Lane.CAPTION, self.target), (Lane.SPEECH, self.target)

    @property
    def complete(self) -> bool:
        return len(self.done) == len(self.sentences)

    def in_order(self) -> list[FaithfulTranslation]:
        return [self.done[i] for i in range(len(self.sentences))]


@dataclass(slots=True, eq=False)
class _Job:
    caption: _Caption
    number: int


class Translating:
    """Feeds the translator with sentences of all streams, batched, in fair turns."""

    def __init__(
        self,
        engine: Translator,
        workers: Workers,
        budget_ms: int,
        clock: Callable[[], float],
        speak: Callable[..., None],
    ) -> None:
        self._engine = engine
        self._workers = workers
        self._budget_ms = budget_ms
        self._clock = clock
        self._speak = speak
        self._pairs = engine.pairs()
        self._queue: FairQueue[_Job] = FairQueue(MOST_SENTENCES)

    def __len__(self) -> int:
        return len(self._queue)

    def submit(self, passage: Passage, said: Transcribed) -> None:
        """Translate what was said into every language that is wanted of it."""
        for target in sorted(passage.demand.targets):
            if same_language(target, said.language):
                self._same(passage, target, said.text)
            elif (said.language, target) not in self._pairs:
                self._untranslated(passage, target, said.text, "no_translation_model")
            else:
                sentences = split_sentences(said.text, said.language)
                caption = _Caption(passage, target, sentences, said.language)
                for number in range(len(sentences)):
                    self._put(_Job(caption, number))

    def forget(self, passage: Passage) -> None:
        """Nothing of this utterance is wanted any more."""
        self._queue.remove(lambda job: job.caption.passage is passage)

    async def run(self) -> None:
        """Translate for ever."""
        while True:
            jobs = await self._queue.take(self._engine.max_batch)
            jobs = [job for job in jobs if self._still_wanted(job)]
            if jobs:
                await self._translate(jobs)

    def _put(self, job: _Job) -> None:
        pushed_out = self._queue.put(job.caption.passage.stream.name, job)
        if pushed_out:
            self._give_up(pushed_out.caption, "queue_full")

    def _still_wanted(self, job: _Job) -> bool:
        caption = job.caption
        lane, _ = caption.lanes
        if lane not in caption.passage.open_lanes:
            return False
        if not caption.passage.wants(lane):
            self._give_up(caption, "unwanted")
            return False
        late = caption.passage.age_ms(self._clock()) > self._budget_ms
        if late and not caption.done and not caption.passage.utterance.typed:
            self._give_up(caption, "too_late")
            return False
        return True

    async def _translate(self, jobs: list[_Job]) -> None:
        requests = [
            TranslationRequest(
                job.caption.sentences[job.number], job.caption.source, job.caption.target
            )
            for job in jobs
        ]
        try:
            results = await self._workers.call(
                Role.TRANSLATOR,
                translate_faithfully,
                self._engine,
                requests,
                [job.caption.passage.stream.settings.glossary for job in jobs],
            )
        except Exception as error:  # an engine's fault costs its batch, no more
            log.error("translator failed: %s", type(error).__name__)
            for job in jobs:
                self._give_up(job.caption, "engine_failed")
            return
        for job, result in zip(jobs, results, strict=True):
            job.caption.done[job.number] = result
            self._pass_on(job.caption)

    def _pass_on(self, caption: _Caption) -> None:
        """Have sentences spoken as soon as those before them are; show the whole caption."""
        text_lane, speech_lane = caption.lanes
        while caption.passed_on in caption.done:
            translation = caption.done[caption.passed_on]
            caption.passed_on += 1
            if speech_lane in caption.passage.open_lanes:
                self._voice(caption, translation, last=caption.passed_on == len(caption.sentences))
        if caption.complete and text_lane in caption.passage.open_lanes:
            caption.passage.emit(text_lane, _translated(caption))
            caption.passage.close(text_lane)

    def _voice(self, caption: _Caption, translation: FaithfulTranslation, *, last: bool) -> None:
        speech_lane = caption.lanes[1]
        if Fidelity(translation.status) is Fidelity.UNTRANSLATED:
            caption.passage.skip(speech_lane, "untranslated")
        else:
            self._speak(caption.passage, caption.target, translation.text, last=last)

    def _same(self, passage: Passage, target: str, text: str) -> None:
        lane: LaneKey = (Lane.CAPTION, target)
        passage.emit(lane, Translated(passage.utterance, target, text, Fidelity.SAME))
        passage.close(lane)
        passage.close((Lane.SPEECH, target))

    def _untranslated(self, passage: Passage, target: str, text: str, reason: str) -> None:
        lane: LaneKey = (Lane.CAPTION, target)
        passage.stream.ledger.skipped[reason] += 1
        passage.emit(lane, Translated(passage.utterance, target, text, Fidelity.UNTRANSLATED))
        passage.close(lane)
        passage.skip((Lane.SPEECH, target), reason)

    def _give_up(self, caption: _Caption, reason: str) -> None:
        self._queue.remove(lambda job: job.caption is caption)
        for lane in caption.lanes:
            caption.passage.skip(lane, reason)


def _translated(caption: _Caption) -> Translated:
    parts = caption.in_order()
    statuses = {Fidelity(part.status) for part in parts}
    worst = next(
        (level for level in (Fidelity.UNTRANSLATED, Fidelity.MARKED) if level in statuses),
        Fidelity.OK,
    )
    return Translated(
        caption.passage.utterance,
        caption.target,
        " ".join(part.text for part in parts),
        worst,
        tuple(number for part in parts for number in part.missing),
    )
