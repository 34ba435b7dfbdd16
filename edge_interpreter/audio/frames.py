"""The one audio format of the pipeline: 16 kHz, mono, float32, in frames of 20 ms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000

Samples = NDArray[np.float32]
"""Mono samples at `SAMPLE_RATE`, shape (n,), nominal range [-1, 1]."""
Pcm16 = NDArray[np.int16]
"""Mono signed 16-bit samples, shape (n,), at a rate that is carried beside it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of one speaker's sound.

    `position` is the index of the first sample since the stream began (16 kHz); a jump in it
    says that the source lost sound in between.
    """

    position: int
    samples: Samples


def samples_to_ms(samples: int) -> int:
    """Length of `samples` at 16 kHz, in whole milliseconds."""
    return samples * 1000 // SAMPLE_RATE


def ms_to_samples(milliseconds: float) -> int:
    """Number of 16 kHz samples in `milliseconds`."""
    return round(milliseconds * SAMPLE_RATE / 1000)


class Framer:
    """Cuts sound that arrives in blocks of any length into whole frames."""

    def __init__(self, position: int = 0) -> None:
        self._position = position
        self._rest: Samples = np.empty(0, np.float32)

    def push(self, samples: Samples) -> list[Frame]:
        """Frames completed by `samples`; what is left over waits for the next call."""
        joined = np.concatenate((self._rest, samples)) if self._rest.size else samples
        whole = joined.size // FRAME_SAMPLES
        frames = [
            Frame(
                self._position + i * FRAME_SAMPLES,
                joined[i * FRAME_SAMPLES : (i + 1) * FRAME_SAMPLES],
            )
            for i in range(whole)
        ]
        self._position += whole * FRAME_SAMPLES
        self._rest = joined[whole * FRAME_SAMPLES :].copy()
        return frames

    def flush(self) -> list[Frame]:
        """The last, partial frame padded with silence, or nothing."""
        if not self._rest.size:
            return []
        return self.push(np.zeros(FRAME_SAMPLES - self._rest.size, np.float32))

    def skip(self, samples: int) -> None:
        """Move the position over sound that was lost."""
        self._position += samples
