"""Sound that is longer than Whisper's window, in pieces that fit."""

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples

LONGEST = 29 * SAMPLE_RATE
"""Samples of the longest sound that is recognised in one piece; a second is left for the end."""
_EARLIEST_CUT = 20 * SAMPLE_RATE
_BLOCK = SAMPLE_RATE // 10


def pieces(samples: Samples) -> list[Samples]:
    """`samples` in stretches of at most `LONGEST`, cut where it is quietest; nothing is lost."""
    cut: list[Samples] = []
    while samples.size > LONGEST:
        blocks = samples[_EARLIEST_CUT:LONGEST].reshape(-1, _BLOCK)
        quietest = int(np.argmin(np.mean(np.square(blocks), axis=1)))
        at = _EARLIEST_CUT + quietest * _BLOCK + _BLOCK // 2
        cut.append(samples[:at])
        samples = samples[at:]
    return [*cut, samples]
