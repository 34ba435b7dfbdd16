"""Silence before and after speech."""

import numpy as np

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.pcm import to_float

_WINDOW_MS = 5
_BELOW_LOUDEST = 0.01  # -40 dB
_ABSOLUTE = 0.001  # -60 dBFS


def trim_silence(pcm: Pcm16, rate: int, before_ms: float, after_ms: float) -> Pcm16:
    """Speech at `rate` Hz with at most that much silence around it; nothing is added.

    Sound without anything louder than -60 dBFS comes back empty.
    """
    window = max(rate * _WINDOW_MS // 1000, 1)
    padded = np.pad(pcm, (0, -pcm.size % window)).reshape(-1, window)
    loudness = np.sqrt(np.mean(np.square(to_float(padded)), axis=1))
    threshold = max(float(loudness.max(initial=0.0)) * _BELOW_LOUDEST, _ABSOLUTE)
    loud = np.flatnonzero(loudness > threshold)
    if not loud.size:
        return pcm[:0]
    start = int(loud[0]) * window - round(before_ms * rate / 1000)
    end = (int(loud[-1]) + 1) * window + round(after_ms * rate / 1000)
    return pcm[max(start, 0) : end]
