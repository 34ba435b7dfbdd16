"""How loud sound is, in dB relative to full scale (a full-scale sine has RMS -3 dBFS)."""

import math

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import FRAME_SAMPLES

SILENCE_DBFS = -120.0
"""The level of digital silence, and the lowest one reported."""
_ACTIVE_DB = 30.0


def rms_dbfs(samples: NDArray[np.float32]) -> float:
    """Root-mean-square level of samples in [-1, 1]."""
    if not samples.size:
        return SILENCE_DBFS
    return amplitude_to_dbfs(math.sqrt(float(np.mean(np.square(samples, dtype=np.float64)))))


def peak_dbfs(samples: NDArray[np.float32]) -> float:
    """Level of the largest sample."""
    return amplitude_to_dbfs(float(np.max(np.abs(samples)))) if samples.size else SILENCE_DBFS


def active_level(samples: NDArray[np.float32]) -> float:
    """RMS of the parts that are within 30 dB of the loudest, much as ITU-T P.56 has it."""
    whole = samples[: samples.size // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.square(whole.astype(np.float64)).mean(axis=1)
    if not power.size:
        return 0.0
    active = power[power >= power.max() * 10 ** (-_ACTIVE_DB / 10)]
    return float(np.sqrt(active.mean()))


def amplitude_to_dbfs(amplitude: float) -> float:
    """Level of an amplitude, 1.0 being full scale."""
    return max(20 * math.log10(amplitude), SILENCE_DBFS) if amplitude > 0 else SILENCE_DBFS


def dbfs_to_amplitude(dbfs: float) -> float:
    """Amplitude of a level, 1.0 being full scale."""
    return float(10 ** (dbfs / 20))
