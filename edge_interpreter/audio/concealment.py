"""Fills lost speech by repeating its last pitch period, fading to silence.

After ITU-T G.711 appendix I, with its constants (pitch 2.5-15 ms, fade from 10 to 60 ms), on 20 ms
units and without its fixed extra delay: the join after a loss is cross-faded instead.
"""

import numpy as np

from edge_interpreter.audio.frames import Samples

_HISTORY_MS = 40
_PITCH_MIN_MS = 2.5
_PITCH_MAX_MS = 15.0
_FADE_AFTER_MS = 10
_SILENT_AFTER_MS = 60
_JOIN_MS = 4


class Concealer:
    """Passes speech through and makes up what is missing; one per stream."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._history: Samples = np.zeros(rate * _HISTORY_MS // 1000, np.float32)
        self._period: Samples = np.zeros(0, np.float32)
        self._missing = 0

    def good(self, samples: Samples) -> Samples:
        """Speech that arrived, joined smoothly when it follows a gap."""
        if self._missing:
            join = min(self._rate * _JOIN_MS // 1000, samples.size)
            ramp = np.linspace(0.0, 1.0, join, endpoint=False, dtype=np.float32)
            samples = samples.copy()
            samples[:join] = samples[:join] * ramp + self._made_up(join) * (1 - ramp)
            self._missing = 0
        self._remember(samples)
        return samples

    def lost(self, count: int) -> Samples:
        """`count` samples to play instead of speech that did not arrive."""
        if not self._missing:
            self._period = self._last_period()
        samples = self._made_up(count)
        self._missing += count
        return samples

    def _made_up(self, count: int) -> Samples:
        at = np.arange(self._missing, self._missing + count)
        begin, end = (self._rate * ms // 1000 for ms in (_FADE_AFTER_MS, _SILENT_AFTER_MS))
        gain = np.clip((end - at) / (end - begin), 0.0, 1.0).astype(np.float32)
        made: Samples = self._period[at % self._period.size] * gain
        return made

    def _last_period(self) -> Samples:
        """The last pitch period of the history, by normalised autocorrelation."""
        shortest = int(self._rate * _PITCH_MIN_MS / 1000)
        longest = int(self._rate * _PITCH_MAX_MS / 1000)
        recent = self._history[-longest:]
        windows = np.lib.stride_tricks.sliding_window_view(self._history, longest)
        earlier = windows[-1 - longest : -shortest][::-1]
        energy = np.sqrt((earlier * earlier).sum(axis=1)) + 1e-6
        best = shortest + int(np.argmax(earlier @ recent / energy))
        period = self._history[-best:].copy()
        join = best // 4
        ramp = np.linspace(0.0, 1.0, join, endpoint=False, dtype=np.float32)
        period[-join:] = period[-join:] * (1 - ramp) + self._history[-best - join : -best] * ramp
        return period

    def _remember(self, samples: Samples) -> None:
        kept = self._history.size
        self._history = np.concatenate((self._history, samples))[-kept:]
