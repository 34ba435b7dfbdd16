"""One speaker: sound and typed lines in, events out in order."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge_interpreter.audio.frames import Frame, Samples, ms_to_samples, samples_to_ms
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import VadState
from edge_interpreter.pipeline.demand import NOTHING, Demand
from edge_interpreter.pipeline.events import (
    Event,
    Finished,
    Lane,
    SoundLost,
    SpeechBegan,
    Spoken,
    Transcribed,
    Translated,
    Utterance,
)
from edge_interpreter.pipeline.lag import LagPolicy
from edge_interpreter.pipeline.ledger import Ledger
from edge_interpreter.pipeline.own_voice import OwnVoice
from edge_interpreter.pipeline.partials import StableWords
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.recent_words import RecentWords
from edge_interpreter.pipeline.segmenter import (
    WINDOW_SAMPLES,
    Began,
    Ended,
    Segment,
    Segmenter,
    Window,
    position_ms,
)
from edge_interpreter.pipeline.sequencer import SOURCE, LaneKey, Sequencer
from edge_interpreter.pipeline.spoken_language import SpokenLanguage
from edge_interpreter.pipeline.usual_level import UsualLevel
from edge_interpreter.text.glossary import Glossary

log = logging.getLogger(__name__)

NO_TERMS = Glossary()
BRIDGED_SAMPLES = ms_to_samples(100)
"""A gap up to this long is filled with silence instead of ending the utterance."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What is known of a speaker beforehand.

    `language` is None to have it identified, among `candidates` where there are any; `glossary`
    holds the terms of the room or the call.
    """

    language: str | None = None
    candidates: tuple[str, ...] = ()
    partials: bool = True
    glossary: Glossary = NO_TERMS


@dataclass(frozen=True, slots=True)
class _Arrived:
    frame: Frame
    at: float


class Stream:
    """A speaker's place in the pipeline; made by `Pipeline.open`. Event loop only."""

    def __init__(
        self,
        name: str,
        settings: StreamSettings,
        demand: Callable[[], Demand],
        sink: Callable[[Event], None],
        *,
        config: Config,
        ledger: Ledger,
        vad_state: VadState,
        likely_languages: frozenset[str],
        wake: Callable[[], None],
        submit: Callable[[Passage, Transcribed], None],
        forget: Callable[["Stream"], None],
    ) -> None:
        self.name = name
        self.settings = settings
        self.ledger = ledger
        self.vad_state = vad_state
        self.sequencer = Sequencer(self._deliver, self._released)
        self.segmenter = Segmenter(config.voice_activity, config.endpointing)
        self._likely = likely_languages
        self.language = SpokenLanguage(settings.language, likely_languages)
        self.own_voice = OwnVoice()
        self.recent_words = RecentWords()
        self.usual_level = UsualLevel()
        self.lag = LagPolicy(config.pipeline.lag_budget_ms)
        self.stable_words = StableWords()
        self.partial_at = 0.0
        self.passages: dict[int, Passage] = {}
        self.wake = wake
        self._submit = submit
        self._forget = forget
        self._demand = demand
        self._sink = sink
        self._inbox: deque[_Arrived] = deque()
        self._inbox_limit = ms_to_samples(config.pipeline.inbox_ms)
        self._inbox_samples = 0
        self._overrun_samples = 0
        self._most_passages = config.pipeline.queued_utterances
        self._rest = np.empty(0, np.float32)
        self._heard_to = 0
        self._last_arrival = 0.0
        self._before_gap: list[Segment] = []
        self._expected = 0
        self._flush_wanted = False
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.closed = False
        self.deaf = False

    # Sound in

    def feed(self, frame: Frame) -> None:
        """Take 20 ms of sound; over `inbox_ms` the oldest is dropped, counted and shown."""
        if self.closed or self.deaf:
            return
        self._inbox.append(_Arrived(frame, asyncio.get_running_loop().time()))
        self._inbox_samples += frame.samples.size
        lost = 0
        while self._inbox_samples > self._inbox_limit:
            size = self._inbox.popleft().frame.samples.size
            self._inbox_samples -= size
            lost += size
        if lost:
            self._overrun_samples += lost
            self._sound_lost(self._inbox[0].frame.position, lost, "overrun")
        self._idle.clear()
        self.wake()

    async def ready(self) -> None:
        """Wait until the pipeline can take more, for sources faster than real time."""
        while (
            self._inbox_samples * 2 > self._inbox_limit or len(self.passages) >= self._most_passages
        ) and not self.closed:
            self._room.clear()
            await self._room.wait()

    def flush(self) -> None:
        """End the utterance now: push-to-talk released, muted, or the sound is over."""
        self._flush_wanted = True
        self._idle.clear()
        self.wake()

    def say(self, text: str, language: str) -> int:
        """Take a typed line as an utterance; returns its index."""
        now = asyncio.get_running_loop().time()
        index = self.segmenter.claim_index()
        at = position_ms(self._heard_to)
        passage = self._enter(Utterance(self.name, index, at, at, typed=True), now)
        passage.demand = self.demand()
        self._open_targets(passage)
        self._submit(passage, Transcribed(passage.utterance, text, language, 1.0))
        return index

    def note_played(self, text: str, seconds: float) -> None:
        """A loudspeaker that this speaker's microphone can hear says `text`, for so long yet."""
        self.own_voice.note(text, asyncio.get_running_loop().time() + seconds)

    def change(self, settings: StreamSettings) -> None:
        """Use other settings from the next utterance on."""
        if settings.language != self.settings.language:
            self.language = SpokenLanguage(settings.language, self._likely)
        self.settings = settings

    async def close(self) -> None:
        """End the utterance, deliver what is in hand, and leave the pipeline."""
        if not self.closed:
            self.flush()
            await self.idle()
            self._leave()

    def abort(self) -> None:
        """Leave at once; what is in hand is counted as dropped."""
        if not self.closed:
            for passage in list(self.passages.values()):
                passage.drop("aborted")
            self._leave()

    async def idle(self) -> None:
        """Wait until nothing of this stream is in hand."""
        await self._idle.wait()

    # Used by the stages

    def demand(self) -> Demand:
        """What is wanted of this stream now."""
        return NOTHING if self.closed else self._demand()

    def take_windows(self, limit: int) -> list[tuple[int, Samples, float]]:
        """Up to `limit` whole windows that wait: position, samples, arrival (loop seconds)."""
        windows: list[tuple[int, Samples, float]] = []
        while len(windows) < limit and self._inbox:
            arrived = self._inbox[0]
            if arrived.frame.position != self._expected:
                if windows:
                    break
                self._jump(arrived.frame.position)
            self._inbox.popleft()
            self._inbox_samples -= arrived.frame.samples.size
            self._expected = arrived.frame.position + arrived.frame.samples.size
            self._rest = np.concatenate((self._rest, arrived.frame.samples))
            self._last_arrival = arrived.at
            while self._rest.size >= WINDOW_SAMPLES:
                windows.append((self._heard_to, self._rest[:WINDOW_SAMPLES], arrived.at))
                self._rest = self._rest[WINDOW_SAMPLES:]
                self._heard_to += WINDOW_SAMPLES
        if self._flush_wanted and self._rest.size and not self._inbox and len(windows) < limit:
            windows.append((self._heard_to, self._padded_rest(), self._last_arrival))
        return windows

    def hear(self, window: Window) -> list[Segment]:
        """Segment one window of sound."""
        before, self._before_gap = self._before_gap, []
        return before + self.segmenter.push(window)

    def note(self, segment: Segment) -> None:
        """Enter an utterance that began; complete the one that ended."""
        if isinstance(segment, Began):
            self._begin(segment)
        elif isinstance(segment, Ended):
            self._end(segment)

    def settle(self) -> list[Segment]:
        """Once the inbox is empty: carry out a flush that was asked for."""
        segments: list[Segment] = []
        if self._flush_wanted and not self._inbox and not self._rest.size:
            self._flush_wanted = False
            segments = self.segmenter.flush()
        return segments

    def settled(self) -> None:
        """The segments found so far are noted: wake who waits for room or for rest."""
        self._room.set()
        self._check_idle()

    @property
    def has_work(self) -> bool:
        """Whether sound or a flush waits."""
        return bool(self._inbox) or self._flush_wanted

    def observe_lag(self, now: float) -> None:
        """Bring the lag level up to date with the oldest utterance in hand."""
        ages = (p.age_ms(now) for p in self.passages.values() if p.samples is not None)
        self.lag.observe(max(ages, default=0.0))

    # Inside

    def _begin(self, began: Began) -> None:
        start = position_ms(began.position)
        self.stable_words = StableWords()
        self._enter(
            Utterance(self.name, began.index, start, start), asyncio.get_running_loop().time()
        )
        self._deliver(SpeechBegan(self.name, began.index, start))

    def _enter(self, utterance: Utterance, now: float) -> Passage:
        passage = Passage(self, utterance, now)
        self.passages[utterance.index] = passage
        self.ledger.entered += 1
        self._idle.clear()
        passage.open(SOURCE)
        return passage

    def _end(self, ended: Ended) -> None:
        passage = self.passages[ended.index]
        passage.utterance = Utterance(
            self.name, ended.index, position_ms(ended.position), position_ms(ended.end)
        )
        passage.samples = ended.samples
        passage.ended = ended.spoken
        passage.demand = self.demand()
        self._open_targets(passage)

    def _open_targets(self, passage: Passage) -> None:
        for target in sorted(passage.demand.targets):
            passage.open((Lane.CAPTION, target))
        for target in sorted(passage.demand.speech):
            passage.open((Lane.SPEECH, target))

    def _jump(self, position: int) -> None:
        """Go on after lost sound: a short gap is silence, a long one ends the utterance."""
        lost = position - self._expected
        told, self._overrun_samples = self._overrun_samples, 0
        if lost > told:
            self._sound_lost(self._expected, lost - told, "gap")
        if 0 < lost <= BRIDGED_SAMPLES:
            self._rest = np.concatenate((self._rest, np.zeros(lost, np.float32)))
        else:
            self._before_gap += self.segmenter.flush()
            self._rest = np.empty(0, np.float32)
            self._heard_to = position
        self._expected = position

    def _padded_rest(self) -> Samples:
        padded = np.zeros(WINDOW_SAMPLES, np.float32)
        padded[: self._rest.size] = self._rest
        self._rest = np.empty(0, np.float32)
        self._heard_to = self._expected
        return padded

    def _sound_lost(self, position: int, samples: int, reason: str) -> None:
        self.ledger.skipped[f"sound_{reason}"] += 1
        self._deliver(SoundLost(self.name, position_ms(position), samples_to_ms(samples), reason))

    def _deliver(self, event: Event) -> None:
        self._mark(event)
        try:
            self._sink(event)
        except Exception as error:  # one listener's fault must not stop a stage
            log.error("sink of stream failed: %s", type(error).__name__)

    def _mark(self, event: Event) -> None:
        if isinstance(event, Transcribed | Translated | Spoken):
            passage = self.passages.get(event.utterance.index)
            if passage:
                passage.mark(_STAGE[type(event)], asyncio.get_running_loop().time())

    def _released(self, index: int, lane: LaneKey) -> None:
        passage = self.passages[index]
        passage.undelivered.discard(lane)
        if passage.undelivered:
            return
        del self.passages[index]
        if not passage.dropped:
            self.ledger.done += 1
        self._deliver(Finished(passage.utterance, passage.latency_ms))
        self._room.set()
        self._check_idle()

    def _check_idle(self) -> None:
        if not self.passages and not self.has_work:
            self._idle.set()

    def _leave(self) -> None:
        self.closed = True
        self._inbox.clear()
        self._room.set()
        self._idle.set()
        self._forget(self)


_STAGE = {Transcribed: "source_caption", Translated: "caption", Spoken: "speech"}
