"""The third stage: translates sentences, and puts the captions of each language together."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum

from edge_interpreter.engines.protocols import TranslationRequest, Translator
from edge_interpreter.engines.translation.faithful import (
    FaithfulTranslation,
    translate_faithfully,
)
from edge_interpreter.errors import reason_of
from edge_interpreter.languages import same_language
from edge_interpreter.pipeline.caption import CaptionInHand
from edge_interpreter.pipeline.events import (
    INCOMPLETE,
    NO_TRANSLATION_MODEL,
    UNTRANSLATED,
    UNWANTED,
    Fidelity,
    Lane,
    Transcribed,
    Translated,
)
from edge_interpreter.pipeline.fair_queue import FairQueue
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.sequencer import LaneKey
from edge_interpreter.pipeline.workers import Role, Workers
from edge_interpreter.text.sentences import split_sentences

log = logging.getLogger(__name__)

MOST_SENTENCES = 128
_LEFT_OUT = {Fidelity.UNTRANSLATED: UNTRANSLATED, Fidelity.MARKED: INCOMPLETE}
"""Why a voice does not say all that was said."""
MOST_GUESSED = 8
"""Guesses are translated only while fewer sentences than this wait, of all speakers."""


class Kind(IntEnum):
    """Why a translation is asked for, the most urgent first."""

    FINAL = 0
    SPECULATIVE = 1


@dataclass(slots=True, eq=False)
class _Job:
    caption: CaptionInHand
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
        self._queue: FairQueue[_Job] = FairQueue(MOST_SENTENCES, len(Kind))

    def __len__(self) -> int:
        return len(self._queue)

    def guess(self, passage: Passage, text: str, language: str) -> None:
        """Start on an utterance that may be over, for those who would want it now."""
        sentences = split_sentences(text, language)
        for target in translatable(passage.stream.demand().targets, language, self._pairs):
            if len(self._queue) + len(sentences) > MOST_GUESSED:
                return
            caption = CaptionInHand(passage, target, text, sentences, language, committed=False)
            passage.prepared.append(caption)
            self._put_all(caption, Kind.SPECULATIVE)

    def retract(self, passage: Passage) -> None:
        """The utterance was not over: what was guessed is void."""
        passage.prepared.clear()
        self._queue.remove(lambda job: job.caption.void)

    def submit(self, passage: Passage, said: Transcribed) -> None:
        """Translate what was said into every language that is wanted of it."""
        sentences = split_sentences(said.text, said.language)
        for target in sorted(passage.demand.targets):
            if same_language(target, said.language):
                self._same(passage, target, said.text)
            elif (said.language, target) not in self._pairs:
                self._untranslated(passage, target, said.text, NO_TRANSLATION_MODEL)
            elif (prepared := _prepared(passage, target, said)) is not None:
                self._adopt(prepared)
            else:
                caption = CaptionInHand(passage, target, said.text, sentences, said.language)
                self._put_all(caption, Kind.FINAL)
        self.retract(passage)

    async def run(self) -> None:
        """Translate for ever."""
        while True:
            jobs = await self._queue.take(self._engine.max_batch)
            jobs = [job for job in jobs if self._still_wanted(job)]
            if jobs:
                await self._translate(jobs)

    def _adopt(self, caption: CaptionInHand) -> None:
        """The guess was right: deliver what is done of it, and hurry the rest."""
        caption.committed = True
        caption.passage.prepared.remove(caption)
        for job in self._queue.remove(lambda queued: queued.caption is caption):
            self._put(job, Kind.FINAL)
        self._pass_on(caption)

    def _put_all(self, caption: CaptionInHand, kind: Kind) -> None:
        for number in range(len(caption.sentences)):
            self._put(_Job(caption, number), kind)

    def _put(self, job: _Job, kind: Kind) -> None:
        pushed_out = self._queue.put(job.caption.passage.stream.name, job, kind)
        if pushed_out:
            self._fail(pushed_out.caption, "queue_full")

    def _still_wanted(self, job: _Job) -> bool:
        caption = job.caption
        lane, _ = caption.lanes
        if not caption.committed:
            return not caption.void and not caption.passage.dropped
        if lane not in caption.passage.open_lanes:
            return False
        if not caption.passage.wants(lane):
            self._give_up(caption, UNWANTED)
            return False
        late = caption.passage.age_ms(self._clock()) > self._budget_ms
        if late and not caption.done and not caption.passage.utterance.typed:
            self._give_up(caption, "too_late")
            return False
        return True

    async def _translate(self, jobs: list[_Job]) -> None:
        requests = [
            TranslationRequest(
                job.caption.sentences[job.number],
                job.caption.source,
                job.caption.target,
                deadline=self._deadline(job.caption),
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
                self._fail(job.caption, reason_of(error))
            return
        for job, result in zip(jobs, results, strict=True):
            job.caption.done[job.number] = result
            if job.caption.committed:
                self._pass_on(job.caption)

    def _deadline(self, caption: CaptionInHand) -> float | None:
        """When nobody wants the caption any more, in loop seconds; None: what is begun is ended."""
        budget_s = self._budget_ms / 1000
        if not caption.committed:
            return self._clock() + budget_s
        begun = caption.done or caption.passage.utterance.typed
        return None if begun else caption.passage.ended + budget_s

    def _fail(self, caption: CaptionInHand, reason: str) -> None:
        if caption.committed:
            self._give_up(caption, reason)
        elif caption in caption.passage.prepared:
            # Done anew once the utterance is over.
            caption.passage.prepared.remove(caption)

    def _pass_on(self, caption: CaptionInHand) -> None:
        """Have sentences spoken as soon as those before them are; show the whole caption."""
        text_lane, speech_lane = caption.lanes
        while caption.passed_on in caption.done:
            translation = caption.done[caption.passed_on]
            caption.passed_on += 1
            if speech_lane in caption.passage.open_lanes:
                self._voice(caption, translation, last=caption.passed_on == len(caption.sentences))
        if caption.complete and text_lane in caption.passage.open_lanes:
            caption.passage.emit(text_lane, caption.translated())
            caption.passage.close(text_lane)

    def _voice(
        self, caption: CaptionInHand, translation: FaithfulTranslation, *, last: bool
    ) -> None:
        trusted = Fidelity(translation.status) is not Fidelity.UNTRANSLATED
        if trusted or last:
            self._speak(
                caption.passage,
                caption.target,
                translation.text if trusted else "",
                last=last,
                left_out=_LEFT_OUT.get(caption.fidelity) if last else None,
            )

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

    def _give_up(self, caption: CaptionInHand, reason: str) -> None:
        self._queue.remove(lambda job: job.caption is caption)
        for lane in caption.lanes:
            caption.passage.skip(lane, reason)


def translatable(
    targets: Iterable[str], language: str, pairs: Collection[tuple[str, str]]
) -> list[str]:
    """Those of `targets` that `language` has to be and can be translated into, in fixed order."""
    return [
        target
        for target in sorted(targets)
        if not same_language(target, language) and (language, target) in pairs
    ]


def _prepared(passage: Passage, target: str, said: Transcribed) -> CaptionInHand | None:
    wanted = (target, said.text, said.language)
    return next((c for c in passage.prepared if (c.target, c.text, c.source) == wanted), None)
