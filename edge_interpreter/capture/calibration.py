"""How loud the room is when nobody speaks, and the level above which sound may be speech."""

import math
from collections import deque

import numpy as np

from edge_interpreter.audio.frames import FRAME_MS, Samples
from edge_interpreter.audio.level import SILENCE_DBFS, rms_dbfs

MARGIN_DB = 9.0
LOWEST_GATE_DBFS = -65.0
HIGHEST_GATE_DBFS = -32.0
"""A loud room must not shut out people who speak up."""

_FIRST_FRAMES = 1000 // FRAME_MS
_QUIET_SHARE = 0.15
_SMOOTHING = 0.5  # falls by 40 dB within the 280 ms of a breath
_WINDOW_FRAMES = 1500 // FRAME_MS
_WINDOWS = 6
# The minimum of a smoothed power lies below its mean (Martin 2001, section IV).
_MINIMUM_BIAS_DB = 1.0


class NoiseFloor:
    """Follows the ambient noise of one microphone, frame by frame.

    Calibrated after the first second, from the quietest part of it, so that somebody who
    speaks at once does not count as noise. Then the floor is the minimum of the smoothed power of
    the last 9 s, which speech with its pauses does not raise: R. Martin, "Noise power spectral
    density estimation based on optimal smoothing and minimum statistics", IEEE Trans. Speech and
    Audio Processing 9(5), 2001, in a single band.
    """

    def __init__(self) -> None:
        self._first: list[float] = []
        self._floor_dbfs = SILENCE_DBFS
        self._smoothed = 0.0
        self._minima: deque[float] = deque(maxlen=_WINDOWS)
        self._minimum = math.inf
        self._frames = 0

    @property
    def calibrated(self) -> bool:
        """Whether the first second is over."""
        return len(self._first) >= _FIRST_FRAMES

    @property
    def floor_dbfs(self) -> float:
        """RMS level of the noise."""
        return self._floor_dbfs

    @property
    def gate_dbfs(self) -> float:
        """RMS level below which a frame is noise."""
        return min(max(self._floor_dbfs + MARGIN_DB, LOWEST_GATE_DBFS), HIGHEST_GATE_DBFS)

    def push(self, samples: Samples) -> None:
        """Take one frame into account."""
        power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
        if not self.calibrated:
            self._calibrate(rms_dbfs(samples), power)
            return
        self._smoothed = _SMOOTHING * self._smoothed + (1 - _SMOOTHING) * power
        self._minimum = min(self._minimum, self._smoothed)
        self._frames += 1
        if self._frames == _WINDOW_FRAMES:
            self._minima.append(self._minimum)
            self._minimum, self._frames = math.inf, 0
            self._floor_dbfs = _dbfs(min(self._minima)) + _MINIMUM_BIAS_DB

    def _calibrate(self, level_dbfs: float, power: float) -> None:
        self._first.append(level_dbfs)
        self._smoothed = power
        if self.calibrated:
            quiet = sorted(self._first)[: max(int(_FIRST_FRAMES * _QUIET_SHARE), 1)]
            self._floor_dbfs = float(np.mean(quiet))
            start = 10 ** ((self._floor_dbfs - _MINIMUM_BIAS_DB) / 10)
            self._smoothed = start
            self._minima.extend([start])


def _dbfs(power: float) -> float:
    return max(10 * math.log10(power), SILENCE_DBFS) if power > 0 else SILENCE_DBFS
