"""The sound that is heard in place of something said: two short, quiet notes, the second lower."""

from functools import lru_cache

import numpy as np

from edge_interpreter.audio.frames import Samples

CUE_EVERY_S = 5.0
"""One cue stands for all that was lost in this time."""
_NOTES_HZ = (660.0, 495.0)
_NOTE_MS = 120
_PEAK = 10 ** (-26 / 20)


@lru_cache(maxsize=4)
def gap_cue(rate: int) -> Samples:
    """The cue at `rate` Hz; the same array every time, not to be written to."""
    time_s = np.arange(rate * _NOTE_MS // 1000) / rate
    shape = _PEAK * np.hanning(time_s.size)
    notes = [shape * np.sin(2 * np.pi * note * time_s) for note in _NOTES_HZ]
    cue: Samples = np.concatenate(notes).astype(np.float32)
    cue.flags.writeable = False
    return cue
