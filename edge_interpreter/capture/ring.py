"""Sound on its way from the sound system's thread to the event loop."""

import threading
from collections import deque
from dataclasses import dataclass

from edge_interpreter.audio.frames import Samples

BLOCKS = 100
"""2 s of sound in blocks of 20 ms."""


@dataclass(frozen=True, slots=True)
class Block:
    """`lost` samples are missing before it."""

    samples: Samples
    lost: int = 0


class BlockRing:
    """A bounded queue between two threads; when it is full the oldest sound is dropped."""

    def __init__(self, capacity: int = BLOCKS) -> None:
        self._blocks: deque[Block] = deque()
        self._capacity = capacity
        self._lock = threading.Lock()
        self.overruns = 0

    def put(self, samples: Samples) -> None:
        """Add what was heard; never waits for the reader."""
        with self._lock:
            self._blocks.append(Block(samples))
            if len(self._blocks) > self._capacity:
                oldest = self._blocks.popleft()
                after = self._blocks.popleft()
                lost = oldest.lost + oldest.samples.size + after.lost
                self._blocks.appendleft(Block(after.samples, lost))
                self.overruns += 1

    def take(self) -> Block | None:
        """The oldest block, None when there is none."""
        with self._lock:
            return self._blocks.popleft() if self._blocks else None
