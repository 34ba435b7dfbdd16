"""Turns sound that arrives in blocks at its sender's pace into frames at ours.

For links that neither lose nor reorder (TCP, WebSocket, another process): what has not arrived by
its turn is concealed, what piles up because the clocks differ is thinned by a frame at a time.
"""

from collections import deque

import numpy as np

from edge_interpreter.audio.concealment import Concealer
from edge_interpreter.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Samples

TARGET_SAMPLES = FRAME_SAMPLES // 2
MOST_TARGET_SAMPLES = 4 * FRAME_SAMPLES
LIMIT_SAMPLES = 10 * FRAME_SAMPLES
_KEPT_SAMPLES = 2 * FRAME_SAMPLES
_WINDOW = 50
_CALM_WINDOWS = 10
_LATE_AFTER = 10
"""Frames: a longer gap is a pause of the sender, not lateness."""
_GIVE_UP_AFTER = 25
_QUIET_PEAK = 10 ** (-40 / 20)


class Playout:
    """A short buffer at 16 kHz; bounded, the oldest sound is dropped first.

    How much it keeps grows with every time that sound came too late, and shrinks slowly again.
    """

    def __init__(self) -> None:
        self.concealed = 0
        self.dropped = 0
        self._blocks: deque[Samples] = deque()
        self._size = 0
        self._playing = False
        self._missed = 0
        self._target = TARGET_SAMPLES
        self._calm_windows = 0
        self._lowest = LIMIT_SAMPLES
        self._excess = 0
        self._ticks = 0
        self._concealer = Concealer(SAMPLE_RATE)

    def put(self, samples: Samples) -> None:
        """Take a block of any length."""
        self._blocks.append(samples)
        self._size += samples.size
        if self._size > LIMIT_SAMPLES:
            self.dropped += self._size - _KEPT_SAMPLES
            self._pull(self._size - _KEPT_SAMPLES)

    def take(self) -> Samples | None:
        """The next 20 ms; call it every 20 ms. None while nothing plays."""
        if not self._playing:
            if self._size < TARGET_SAMPLES + FRAME_SAMPLES:
                return None
            self._playing = True
        if self._size < FRAME_SAMPLES:
            return self._miss()
        if 0 < self._missed <= _LATE_AFTER:
            self._target = min(self._target + TARGET_SAMPLES, MOST_TARGET_SAMPLES)
            self._calm_windows = 0
        self._missed = 0
        self._thin()
        return self._concealer.good(self._pull(FRAME_SAMPLES))

    def _miss(self) -> Samples | None:
        self._missed += 1
        self._ticks, self._lowest = 0, LIMIT_SAMPLES
        if self._missed > _GIVE_UP_AFTER:
            self._playing, self._missed = False, 0
            self._pull(self._size)
            return None
        self.concealed += 1
        return self._concealer.lost(FRAME_SAMPLES)

    def _thin(self) -> None:
        """Give up what a whole window did not need, in a quiet moment where one comes.

        Loud sound is cut, by a frame per window, only while so much waits that it would be
        noticed as lag.
        """
        self._ticks += 1
        spare = self._size - FRAME_SAMPLES
        self._lowest = min(self._lowest, spare)
        cut = min(self._excess, spare, FRAME_SAMPLES)
        if self._ticks == _WINDOW:
            self._relax()
            self._excess = self._lowest - self._target
            self._ticks, self._lowest = 0, LIMIT_SAMPLES
            if self._excess >= 2 * FRAME_SAMPLES:
                self._drop(FRAME_SAMPLES)
        elif cut >= FRAME_SAMPLES // 2 and self._next_is_quiet(cut):
            self._drop(cut)

    def _relax(self) -> None:
        """What was kept because sound once came late is given back when it no longer does."""
        self._calm_windows += 1
        if self._calm_windows == _CALM_WINDOWS:
            self._calm_windows = 0
            self._target = max(self._target - TARGET_SAMPLES // 2, TARGET_SAMPLES)

    def _next_is_quiet(self, count: int) -> bool:
        head = self._blocks[0][:count]
        return bool(np.abs(head).max() < _QUIET_PEAK)

    def _drop(self, count: int) -> None:
        self.dropped += count
        self._excess -= count
        self._lowest -= count
        self._pull(count)

    def _pull(self, count: int) -> Samples:
        parts = []
        self._size -= count
        while count:
            block = self._blocks.popleft()
            if block.size > count:
                self._blocks.appendleft(block[count:])
                block = block[:count]
            parts.append(block)
            count -= block.size
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)
