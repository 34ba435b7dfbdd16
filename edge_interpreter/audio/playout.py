"""Turns sound that arrives in blocks at its sender's pace into frames at ours.

For links that neither lose nor reorder (TCP, WebSocket, another process): what has not arrived by
its turn is concealed, what piles up because the clocks differ is thinned by a frame at a time.
"""

from collections import deque

import numpy as np

from edge_interpreter.audio.concealment import Concealer
from edge_interpreter.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Samples

TARGET_SAMPLES = FRAME_SAMPLES
LIMIT_SAMPLES = 10 * FRAME_SAMPLES
_WINDOW = 100
_QUIET_LIMIT = 25


class Playout:
    """A short buffer at 16 kHz; bounded, the oldest sound is dropped first."""

    def __init__(self) -> None:
        self.concealed = 0
        self.dropped = 0
        self._blocks: deque[Samples] = deque()
        self._size = 0
        self._playing = False
        self._missed = 0
        self._lowest = LIMIT_SAMPLES
        self._ticks = 0
        self._concealer = Concealer(SAMPLE_RATE)

    def put(self, samples: Samples) -> None:
        """Take a block of any length."""
        self._blocks.append(samples)
        self._size += samples.size
        if self._size > LIMIT_SAMPLES:
            self.dropped += self._size - 2 * TARGET_SAMPLES
            self._pull(self._size - 2 * TARGET_SAMPLES)

    def take(self) -> Samples | None:
        """The next 20 ms; call it every 20 ms. None while nothing plays."""
        if not self._playing:
            if self._size < TARGET_SAMPLES + FRAME_SAMPLES:
                return None
            self._playing = True
        if self._size < FRAME_SAMPLES:
            return self._miss()
        self._missed = 0
        self._thin()
        return self._concealer.good(self._pull(FRAME_SAMPLES))

    def _miss(self) -> Samples | None:
        self._missed += 1
        if self._missed > _QUIET_LIMIT:
            self._playing, self._missed = False, 0
            self._pull(self._size)
            return None
        self.concealed += 1
        return self._concealer.lost(FRAME_SAMPLES)

    def _thin(self) -> None:
        """Drop a frame when for two seconds there always was one more than needed."""
        self._ticks += 1
        self._lowest = min(self._lowest, self._size - FRAME_SAMPLES)
        if self._ticks < _WINDOW:
            return
        if self._lowest >= TARGET_SAMPLES + FRAME_SAMPLES:
            self.dropped += FRAME_SAMPLES
            self._pull(FRAME_SAMPLES)
        self._ticks, self._lowest = 0, LIMIT_SAMPLES

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
