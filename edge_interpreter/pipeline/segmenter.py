"""Cuts a stream of speech probabilities into utterances: endpointing with hysteresis.

The thresholds follow Silero's own `VADIterator`: speech begins at the upper threshold and a
pause at the lower one; a probability in between continues whatever was going on.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples, samples_to_ms
from edge_interpreter.config.tree import Endpointing, VoiceActivity

WINDOW_SAMPLES = 512
WINDOW_MS = samples_to_ms(WINDOW_SAMPLES)
SHORTEST_SILENCE_MS = 128


@dataclass(frozen=True, slots=True)
class Window:
    """`WINDOW_SAMPLES` of sound, how likely it is speech, and when it arrived (loop seconds)."""

    position: int
    samples: Samples
    probability: float
    arrived: float


@dataclass(frozen=True, slots=True)
class Began:
    """An utterance has begun at `position`, in samples; pre-roll is before it."""

    index: int
    position: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The speaker may have finished; `samples` is what `Ended` will carry if so."""

    index: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Resumed:
    """The speaker had not finished."""

    index: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An utterance is complete.

    `position` and `end` enclose the speech; `samples` begins with pre-roll; `spoken` is when the
    last speech arrived (loop seconds); `cut` says that speech goes on in the next utterance.
    """

    index: int
    position: int
    end: int
    samples: Samples
    spoken: float
    cut: bool = False


Segment = Began | Paused | Resumed | Ended


class _State(Enum):
    SILENCE = auto()
    SPEECH = auto()
    PAUSE = auto()


@dataclass(slots=True)
class _Open:
    """The utterance being collected: its windows, and how many of them end in silence."""

    windows: list[Window] = field(default_factory=list)
    pre_roll: int = 0
    voiced: int = 0
    silent: int = 0
    index: int | None = None
    paused: bool = False

    @property
    def position(self) -> int:
        return self.windows[self.pre_roll].position

    @property
    def spoken_windows(self) -> int:
        return len(self.windows) - self.silent

    def samples(self, windows: int) -> Samples:
        return np.concatenate([window.samples for window in self.windows[:windows]])


class Segmenter:
    """The endpointing state machine of one stream."""

    def __init__(self, activity: VoiceActivity, endpointing: Endpointing) -> None:
        self._activity = activity
        self._limits = endpointing
        self._state = _State.SILENCE
        self._open = _Open()
        self._pre_roll: deque[Window] = deque(maxlen=endpointing.pre_roll_ms // WINDOW_MS)
        self._next_index = 0
        self._speculative = max(1, endpointing.speculative_ms // WINDOW_MS)
        self._min_voiced = max(1, endpointing.min_speech_ms // WINDOW_MS)

    @property
    def speaking_ms(self) -> int:
        """Length of the utterance being collected, 0 in silence or before it counts as speech."""
        return len(self._open.windows) * WINDOW_MS if self._open.index is not None else 0

    @property
    def padding_ms(self) -> int:
        """How much of an utterance's sound is silence around the speech."""
        return ((self._pre_roll.maxlen or 0) + self._speculative) * WINDOW_MS

    def so_far(self) -> tuple[int, Samples] | None:
        """Index and sound of the utterance being spoken, for a partial recognition."""
        if self._open.index is None or not self._open.windows:
            return None
        return self._open.index, self._open.samples(len(self._open.windows))

    def claim_index(self) -> int:
        """The next utterance index, for an utterance that is typed instead of spoken."""
        self._next_index += 1
        return self._next_index - 1

    def push(self, window: Window) -> list[Segment]:
        """What the next window of sound brings about."""
        if self._state is _State.SILENCE:
            return self._in_silence(window)
        self._open.windows.append(window)
        advance = self._in_speech if self._state is _State.SPEECH else self._in_pause
        events = advance(window)
        if self._open.index is not None and self._length_ms >= self._limits.max_utterance_ms:
            events += self._cut()
        return events

    def flush(self) -> list[Segment]:
        """End what is being spoken now: the source closed, was muted, or lost sound."""
        events = self._end() if self._open.index is not None else []
        self._reset()
        self._pre_roll.clear()
        return events

    @property
    def _length_ms(self) -> int:
        return len(self._open.windows) * WINDOW_MS

    def _in_silence(self, window: Window) -> list[Segment]:
        if window.probability < self._activity.speech_threshold:
            self._pre_roll.append(window)
            return []
        self._open = _Open([*self._pre_roll, window], len(self._pre_roll), voiced=1)
        self._pre_roll.clear()
        self._state = _State.SPEECH
        return self._announce()

    def _in_speech(self, window: Window) -> list[Segment]:
        if window.probability >= self._activity.silence_threshold:
            self._open.voiced += 1
            return self._announce()
        self._open.silent = 1
        self._state = _State.PAUSE
        return self._maybe_end()

    def _in_pause(self, window: Window) -> list[Segment]:
        if window.probability < self._activity.speech_threshold:
            self._open.silent += 1
            return self._maybe_end()
        self._open.silent = 0
        self._open.voiced += 1
        self._state = _State.SPEECH
        events = self._announce()
        if self._open.paused and self._open.index is not None:
            self._open.paused = False
            events.append(Resumed(self._open.index))
        return events

    def _announce(self) -> list[Segment]:
        if self._open.index is not None or self._open.voiced < self._min_voiced:
            return []
        self._open.index = self.claim_index()
        return [Began(self._open.index, self._open.position)]

    def _maybe_end(self) -> list[Segment]:
        silent_ms = self._open.silent * WINDOW_MS
        if silent_ms >= self._silence_ms():
            events = self._end() if self._open.index is not None else []
            keep = self._open.windows[-(self._pre_roll.maxlen or 0) :]
            keep = keep[-self._open.silent :]
            self._reset()
            self._pre_roll.extend(keep)
            return events
        if self._open.silent == self._speculative and self._open.index is not None:
            self._open.paused = True
            return [Paused(self._open.index, self._open.samples(len(self._open.windows)))]
        return []

    def _silence_ms(self) -> float:
        """The longer somebody speaks, the shorter a pause will do to translate what there is."""
        limits = self._limits
        over = self._length_ms - limits.soft_limit_ms
        if over <= 0:
            return limits.silence_ms
        span = max(1, limits.max_utterance_ms - limits.soft_limit_ms)
        return max(SHORTEST_SILENCE_MS, limits.silence_ms * (1 - over / span))

    def _end(self) -> list[Segment]:
        kept = self._open.spoken_windows + min(self._open.silent, self._speculative)
        return [self._ended(kept, self._open.spoken_windows, cut=False)]

    def _ended(self, kept: int, spoken: int, *, cut: bool) -> Ended:
        if self._open.index is None:
            raise RuntimeError("no utterance is open")
        last = self._open.windows[max(0, spoken - 1)]
        return Ended(
            index=self._open.index,
            position=self._open.position,
            end=last.position + WINDOW_SAMPLES,
            samples=self._open.samples(kept),
            spoken=last.arrived,
            cut=cut,
        )

    def _cut(self) -> list[Segment]:
        """Cut at the best pause of the second half; what follows it opens the next utterance."""
        at = self._quietest()
        # Nobody could know before now that the utterance ends there: its age counts from now.
        now = self._open.windows[-1].arrived
        ended = replace(self._ended(at, at, cut=True), spoken=now)
        rest = self._open.windows[at:]
        self._open = _Open(
            rest,
            voiced=len(rest) - self._open.silent,
            silent=min(self._open.silent, len(rest)),
            index=self.claim_index(),
        )
        return [ended, Began(self._index(), rest[0].position)]

    def _index(self) -> int:
        if self._open.index is None:
            raise RuntimeError("no utterance is open")
        return self._open.index

    def _quietest(self) -> int:
        windows = self._open.windows
        first = len(windows) // 2
        last = len(windows) - self._min_voiced
        return min(
            range(first, last), key=lambda i: (round(_doubt(windows, i), 2), _loudness(windows, i))
        )

    def _reset(self) -> None:
        self._state = _State.SILENCE
        self._open = _Open()


def _doubt(windows: list[Window], at: int) -> float:
    """Mean speech probability over the three windows around a cut before window `at`."""
    around = windows[at - 1 : at + 2]
    return sum(window.probability for window in around) / len(around)


def _loudness(windows: list[Window], at: int) -> float:
    return float(np.mean(np.abs(windows[at - 1].samples[-128:]))) + float(
        np.mean(np.abs(windows[at].samples[:128]))
    )


def position_ms(position: int) -> int:
    """A position in samples as milliseconds since the stream began."""
    return position * 1000 // SAMPLE_RATE
