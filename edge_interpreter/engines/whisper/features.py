"""Whisper's log-mel spectrogram (Radford et al., 2022, section 2.2), in numpy.

Written here because only the frames that hold speech are wanted: the usual extractors pad to 30 s
first. Figures equal those of faster-whisper's extractor.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples

HOP = 160
FRAMES_PER_SECOND = SAMPLE_RATE // HOP
MAX_FRAMES = 3000
_FFT = 400
_HIGHEST_HZ = 8000.0
_FLOOR = 1e-10

Mel = NDArray[np.float32]
"""Log-mel frames of 10 ms, shape (mel bands, frames), normalised as Whisper expects."""


def log_mel(samples: Samples, bands: int) -> Mel:
    """The spectrogram of `samples` (16 kHz) in 80 or 128 bands, shape (bands, samples/160 + 1)."""
    padded = np.pad(np.pad(samples, (0, HOP)), _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP][:-1]
    spectrum = np.fft.rfft(frames * _hann(), axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    log = np.log10(np.maximum(_filters(bands) @ power.T, _FLOOR))
    scaled: Mel = (np.maximum(log, log.max() - 8.0) + 4.0) / 4.0
    return scaled


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(_FFT + 1)[:-1].astype(np.float32)


@cache
def _filters(bands: int) -> NDArray[np.float32]:
    """Triangular filters on the Slaney mel scale, each of equal area, shape (bands, 201)."""
    edges = _mel_to_hz(np.linspace(0.0, _hz_to_mel(_HIGHEST_HZ), bands + 2))
    bins = np.fft.rfftfreq(_FFT, 1.0 / SAMPLE_RATE)
    widths = np.diff(edges)
    distances = edges[:, None] - bins[None, :]
    rising = -distances[:-2] / widths[:-1, None]
    falling = distances[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


# Slaney's scale: linear to 1000 Hz (15 mel), then 27 mel for each factor of 6.4.
_LINEAR_HZ_PER_MEL = 200.0 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ_PER_MEL
_LOG_STEP = float(np.log(6.4)) / 27.0


def _hz_to_mel(hz: float) -> float:
    return _BREAK_MEL + float(np.log(hz / _BREAK_HZ)) / _LOG_STEP


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(
        mel < _BREAK_MEL,
        mel * _LINEAR_HZ_PER_MEL,
        _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL)),
    )
