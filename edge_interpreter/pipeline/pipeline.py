"""The pipeline: frames of many speakers in, captions and speech in the languages wanted out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any

from edge_interpreter.audio.frames import Pcm16, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.measured import measured
from edge_interpreter.engines.protocols import Recognition, SpeechRequest, Synthesiser
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Partial, Transcribed
from edge_interpreter.pipeline.lag import LagLevel
from edge_interpreter.pipeline.ledger import Ledger
from edge_interpreter.pipeline.listening import Listening
from edge_interpreter.pipeline.observer import Nobody, Observer
from edge_interpreter.pipeline.partial_translating import PartialTranslating
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.recognising import Recognising
from edge_interpreter.pipeline.segmenter import Began, Ended, Paused, Resumed, Segment
from edge_interpreter.pipeline.sequencer import SOURCE
from edge_interpreter.pipeline.speaking import Speaking
from edge_interpreter.pipeline.speech_source import speech_pieces
from edge_interpreter.pipeline.stream import Stream, StreamSettings
from edge_interpreter.pipeline.translating import Translating
from edge_interpreter.pipeline.usual_level import UNSURE_LOGPROB
from edge_interpreter.pipeline.workers import Role, ThreadWorkers, Workers

log = logging.getLogger(__name__)

RETRY_AFTER_S = 10


class Overloaded(Exception):  # noqa: N818 - it reports a state, not a fault
    """No more work is taken now; ask again after `retry_after_s`."""

    def __init__(self, message: str, retry_after_s: int = RETRY_AFTER_S) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class PipelineSnapshot:
    """How the pipeline is doing: counts and ages, nothing of what was said."""

    streams: int
    in_flight: int
    waiting: dict[str, int]
    oldest_ms: int
    lag_level: LagLevel


class Pipeline:
    """Everything between a speaker's sound and the listeners' captions and speech."""

    def __init__(self, engines: Engines, config: Config, workers: Workers | None = None) -> None:
        self.config = config
        self.observer: Observer = Nobody()
        self.engines = engines = measured(engines, self)
        self.ledger = Ledger()
        # An engine on other machines serves more at once than the one here would.
        at_once: int = getattr(engines.recogniser, "at_once", config.recogniser.workers)
        self._workers = workers or ThreadWorkers({Role.RECOGNISER: at_once})
        self._streams: dict[str, Stream] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._likely_languages = frozenset(source for source, _ in engines.translator.pairs())
        budget = config.pipeline.lag_budget_ms
        self._listening = Listening(engines.vad, self._workers, self.on_segments)
        self._recognising = Recognising(
            engines.recogniser,
            self._workers,
            at_once,
            config.pipeline.queued_utterances,
            budget,
            _now,
            self._on_recognised,
            self._on_guessed,
            self._on_partial,
            with_context=config.recogniser.context,
        )
        self._speaking = Speaking(engines.synthesiser, self._workers, budget, _now)
        self._translating = Translating(
            engines.translator, self._workers, budget, _now, self._speaking.submit
        )
        self._append_only = config.pipeline.partials == "append"
        self._partial_translating = PartialTranslating(
            engines.translator,
            self._workers,
            _now,
            lambda: bool(len(self._translating)),
            append_only=self._append_only,
        )

    async def start(self) -> None:
        """Start the stages."""
        stages = (
            self._listening,
            self._recognising,
            self._translating,
            self._partial_translating,
            self._speaking,
        )
        self._tasks = [_supervised(type(stage).__name__, stage.run) for stage in stages]

    def open(
        self,
        name: str,
        settings: StreamSettings,
        demand: Callable[[], Demand],
        sink: Callable[[Event], None],
    ) -> Stream:
        """A place for one more speaker.

        `demand` is read when an utterance ends and again before each piece of work; `sink` gets
        every event, on the event loop, and must neither block nor raise. Raises Overloaded when
        no more streams are taken, ValueError for a name in use.
        """
        if name in self._streams:
            raise ValueError(f"stream {name} is open already")
        if len(self._streams) >= self.config.pipeline.max_streams or self.overloaded:
            raise Overloaded("no more speakers can be taken now")
        stream = Stream(
            name,
            settings,
            demand,
            self._observed(sink),
            config=self.config,
            ledger=self.ledger,
            vad_state=self.engines.vad.new_state(),
            likely_languages=self._likely_languages,
            wake=self._listening.wake,
            submit=self._on_typed,
            forget=self._forget,
        )
        self._streams[name] = stream
        self._listening.add(stream)
        return stream

    @property
    def overloaded(self) -> bool:
        """Whether new work should go elsewhere: some stream is giving things up already."""
        self._observe_lag()
        return any(stream.lag.level >= LagLevel.MERGE for stream in self._streams.values())

    def snapshot(self) -> PipelineSnapshot:
        """Counts and ages for metrics and operators."""
        self._observe_lag()
        now = _now()
        passages = [p for stream in self._streams.values() for p in stream.passages.values()]
        ended = [p.age_ms(now) for p in passages if p.samples is not None or p.utterance.typed]
        return PipelineSnapshot(
            streams=len(self._streams),
            in_flight=self.ledger.in_flight,
            waiting={
                "recogniser": len(self._recognising),
                "translator": len(self._translating),
                "synthesiser": len(self._speaking),
            },
            oldest_ms=round(max(ended, default=0.0)),
            lag_level=max((s.lag.level for s in self._streams.values()), default=LagLevel.ON_TIME),
        )

    def stuck(self) -> list[Role]:
        """Workers that have had work for `stuck_s` seconds and finished none of it."""
        waiting = {
            Role.VOICE_ACTIVITY: len(self._listening),
            Role.RECOGNISER: len(self._recognising),
            Role.TRANSLATOR: len(self._translating),
            Role.SYNTHESISER: len(self._speaking),
        }
        return self._workers.progress.stuck(waiting, self.config.pipeline.stuck_s)

    def speak(self, text: str, language: str) -> AsyncIterator[Pcm16]:
        """Speech at `SPEECH_RATE` of a text that nobody said, such as an announcement.

        Nothing comes for a language without a voice.
        """
        request = SpeechRequest(text, language)
        engine = self.engines.synthesiser
        return self._workers.stream(Role.SYNTHESISER, _announced, engine, request)

    async def drain(self) -> None:
        """Hear no more, end every utterance and wait until all are delivered or dropped."""
        streams = list(self._streams.values())
        for stream in streams:
            stream.deaf = True
            stream.flush()
        await asyncio.gather(*(stream.idle() for stream in streams))

    async def stop(self) -> None:
        """Stop at once; what is still in hand is counted as dropped."""
        for stream in list(self._streams.values()):
            stream.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._workers.close)

    def worked(self, role: str, seconds: float, first_s: float) -> None:
        """See `Meter.worked`."""
        self.observer.worked(role, seconds, first_s)

    def failed(self, role: str) -> None:
        """See `Meter.failed`."""
        self.observer.failed(role)

    def _observed(self, sink: Callable[[Event], None]) -> Callable[[Event], None]:
        def both(event: Event) -> None:
            self.observer.happened(event)
            sink(event)

        return both

    def _observe_lag(self) -> None:
        now = _now()
        for stream in self._streams.values():
            stream.observe_lag(now)

    def on_segments(self, stream: Stream, segments: list[Segment]) -> None:
        """Take what was found in a stream's sound, in order."""
        for segment in segments:
            stream.note(segment)
            passage = stream.passages.get(segment.index)
            if passage is None or isinstance(segment, Began):
                continue
            if isinstance(segment, Paused):
                self._recognising.guess(passage, segment.samples)
            elif isinstance(segment, Resumed):
                self._recognising.retract(passage)
                self._translating.retract(passage)
            elif isinstance(segment, Ended):
                self._recognising.commit(passage)
        self._recognising.consider_partial(stream)

    def _on_guessed(self, passage: Passage, heard: Recognition) -> None:
        if heard.withheld is None:
            self._translating.guess(passage, heard.text, heard.language)

    def _on_partial(self, passage: Passage, heard: Recognition, samples: Samples) -> None:
        if _unwanted(passage, heard, samples, goes_on=True) is not None:
            return
        stream = passage.stream
        words = stream.stable_words.push(heard.text)
        partial = Partial(stream.name, passage.utterance.index, heard.language, *words)
        demand = stream.demand()
        if demand.partials:
            shown = replace(partial, unstable="") if self._append_only else partial
            passage.emit(SOURCE, shown)
        if demand.partial_captions:
            self._partial_translating.offer(passage, partial)

    def _on_recognised(self, passage: Passage, heard: Recognition) -> None:
        stream = passage.stream
        passage.recognition = heard
        reason = _unwanted(passage, heard, passage.samples)
        if reason is not None:
            if reason != "own_voice":
                stream.recent_words.forget()
            passage.drop(reason, withheld=True)
        else:
            if passage.samples is not None:
                stream.usual_level.note(passage.samples)
            stream.recent_words.note(heard.text, heard.language, passage.utterance.end_ms)
            duration = passage.utterance.end_ms - passage.utterance.start_ms
            stream.language.observe(heard, duration)
            said = Transcribed(
                passage.utterance, heard.text, heard.language, heard.language_probability
            )
            passage.emit(SOURCE, said)
            self._translating.submit(passage, said)
            passage.close(SOURCE)

    def _on_typed(self, passage: Passage, said: Transcribed) -> None:
        passage.emit(SOURCE, said)
        self._translating.submit(passage, said)
        passage.close(SOURCE)

    def _forget(self, stream: Stream) -> None:
        self._streams.pop(stream.name, None)
        self._listening.remove(stream)
        self._recognising.forget(stream)
        self._partial_translating.forget(stream)


def _unwanted(
    passage: Passage, heard: Recognition, samples: Samples | None, *, goes_on: bool = False
) -> str | None:
    """Why what was recognised of `samples` is not to be shown, or None."""
    stream = passage.stream
    if heard.withheld is not None:
        return heard.withheld
    if not heard.text.strip():
        return "empty"
    if stream.own_voice.heard_again(heard.text, passage.began, goes_on=goes_on):
        return "own_voice"
    if samples is None or heard.average_logprob >= UNSURE_LOGPROB:
        return None
    return "distant" if stream.usual_level.is_distant(samples) else None


def _announced(engine: Synthesiser, request: SpeechRequest) -> Iterator[Pcm16]:
    if request.language in engine.languages():
        yield from speech_pieces(engine, request)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _supervised(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    """Run a stage for ever: a fault in it is reported and the stage goes on."""

    async def forever() -> None:
        while True:
            try:
                await run()
            except Exception as error:  # a stage that stops silences everyone
                log.error("stage %s failed and goes on: %s", name, type(error).__name__)

    return asyncio.create_task(forever(), name=name)
