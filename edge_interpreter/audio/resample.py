"""Sampling rates: soxr for files and voices, a short half-band filter for live 8 ↔ 16 kHz.

A soxr stream of high quality holds 45 ms back; on a telephone call that is heard as lag. The
half-band filter holds 1.4 ms back (23 samples at 16 kHz).
"""

from collections.abc import Sequence

import numpy as np
import soxr
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

_TAPS = 47
_CENTRE = _TAPS // 2
_KAISER_BETA = 5.6  # 58 dB in the stop band (Kaiser 1974); pass band to 3.4 kHz of 4
_HISTORY = (_TAPS + 1) // 2


def _odd_taps() -> Float32:
    """The non-zero taps beside the centre of a half-band low-pass, those at odd distances."""
    distance = np.arange(_TAPS) - _CENTRE
    taps = 0.5 * np.sinc(distance / 2) * np.kaiser(_TAPS, _KAISER_BETA)
    odd = taps[distance % 2 == 1]
    return np.asarray(odd * (0.5 / odd.sum()), np.float32)


_ODD = _odd_taps()
_ODD_DOUBLED = 2 * _ODD


class Doubler:
    """Doubles the rate of a stream, 8 → 16 kHz, 23 output samples late."""

    def __init__(self) -> None:
        self._history: Float32 = np.zeros(_HISTORY - 1, np.float32)

    def push(self, samples: Float32) -> Float32:
        """Twice as many samples as given."""
        line = np.concatenate((self._history, samples))
        self._history = line[line.size - _HISTORY + 1 :]
        doubled = np.empty(2 * samples.size, np.float32)
        doubled[0::2] = np.convolve(line, _ODD_DOUBLED, "valid")
        # The other phase of a half-band filter is a plain delay.
        doubled[1::2] = line[_HISTORY // 2 : _HISTORY // 2 + samples.size]
        return doubled


class Halver:
    """Halves the rate of a stream, 16 → 8 kHz, 23 input samples late."""

    def __init__(self) -> None:
        self._history: Float32 = np.zeros(_TAPS - 1, np.float32)

    def push(self, samples: Float32) -> Float32:
        """Half as many samples as given; an odd one waits for the next call."""
        line = np.concatenate((self._history, samples))
        count = max((line.size - _TAPS + 1) // 2, 0)
        self._history = line[2 * count :]
        if not count:
            return np.empty(0, np.float32)
        beside = line[0 : 2 * (count + _HISTORY - 1) : 2]
        centre = line[_CENTRE : _CENTRE + 2 * count : 2]
        return np.convolve(beside, _ODD, "valid") + np.float32(0.5) * centre


def double_together(doublers: Sequence[Doubler], samples: Float32) -> Float32:
    """What `push` of each would give, for as many rows of `samples`; shape (n, 2 * length)."""
    length = samples.shape[1]
    lines = np.concatenate((np.stack([one._history for one in doublers]), samples), axis=1)
    doubled = np.empty((len(doublers), 2 * length), np.float32)
    doubled[:, 0::2] = _filtered(lines, _ODD_DOUBLED)
    doubled[:, 1::2] = lines[:, _HISTORY // 2 : _HISTORY // 2 + length]
    for one, kept in zip(doublers, lines[:, length:], strict=True):
        one._history = kept
    return doubled


def halve_together(halvers: Sequence[Halver], samples: Float32) -> Float32:
    """What `push` of each would give, for as many rows of `samples` of even length.

    Shape (n, length / 2). None of the streams may have an odd sample waiting.
    """
    count = samples.shape[1] // 2
    lines = np.concatenate((np.stack([one._history for one in halvers]), samples), axis=1)
    beside = np.ascontiguousarray(lines[:, 0 : 2 * (count + _HISTORY - 1) : 2])
    halved = _filtered(beside, _ODD)
    halved += np.float32(0.5) * lines[:, _CENTRE : _CENTRE + 2 * count : 2]
    for one, kept in zip(halvers, lines[:, 2 * count :], strict=True):
        one._history = kept
    return halved


def _filtered(lines: Float32, taps: Float32) -> Float32:
    """Each row convolved with symmetric taps.

    Not a matrix product: its library spreads even small ones over threads, which costs more.
    """
    rows, length = lines.shape
    step, size = lines.strides
    windows = as_strided(
        lines, (rows, length - taps.size + 1, taps.size), (step, size, size), writeable=False
    )
    return np.asarray(np.einsum("ijk,k->ij", windows, taps), np.float32)


class StreamResampler:
    """Any rate to any other, for sound that may wait: files, speech of a voice."""

    def __init__(self, source_rate: int, target_rate: int) -> None:
        """Rates in Hz; ValueError for one that is not above 0."""
        if source_rate <= 0 or target_rate <= 0:
            raise ValueError(f"cannot resample from {source_rate} Hz to {target_rate} Hz")
        self._stream = (
            soxr.ResampleStream(source_rate, target_rate, 1, dtype="float32")
            if source_rate != target_rate
            else None
        )

    def push(self, samples: Float32) -> Float32:
        """What is ready by now; the rest comes with later calls and `flush`."""
        return self._resample(samples, last=False)

    def flush(self) -> Float32:
        """The end of the stream; nothing may be pushed after it."""
        return self._resample(np.empty(0, np.float32), last=True)

    def _resample(self, samples: Float32, *, last: bool) -> Float32:
        if self._stream is None:
            return samples
        resampled: Float32 = self._stream.resample_chunk(
            np.ascontiguousarray(samples, np.float32), last
        )
        return resampled


def resample(samples: Float32, source_rate: int, target_rate: int) -> Float32:
    """A whole sound at another rate (Hz)."""
    if source_rate == target_rate:
        return samples
    resampled: Float32 = soxr.resample(samples, source_rate, target_rate)
    return resampled
