"""Recordings put together: one after another, and one behind another."""

import random
from collections.abc import Sequence

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.audio.level import active_level

REVERBERATION_S = 0.6
_OFF_AXIS_HZ = 2_000.0
_ROOM_NOISE = 0.0003


def joined(
    sounds: Sequence[Samples], rng: random.Random, pause_s: tuple[float, float]
) -> tuple[Samples, list[tuple[float, float]]]:
    """One after another with pauses (uniform), and where each lies, in seconds."""
    parts: list[Samples] = []
    places: list[tuple[float, float]] = []
    at = 0
    for sound in sounds:
        places.append((at / SAMPLE_RATE, (at + sound.size) / SAMPLE_RATE))
        pause = np.zeros(round(rng.uniform(*pause_s) * SAMPLE_RATE), np.float32)
        parts += [sound, pause]
        at += sound.size + pause.size
    return np.concatenate(parts), places


def far_away(sound: Samples, seed: int = 0) -> Samples:
    """A voice from the other end of a room: duller, and nothing but its reverberation.

    The room is noise that decays by 60 dB in 0.6 s (Polack's statistical model, 1988); a voice
    that is turned away loses 6 dB an octave above 2 kHz.
    """
    count = round(REVERBERATION_S * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    room = np.random.default_rng(seed).normal(0.0, 1.0, count)
    room *= 10 ** (-3 * time / REVERBERATION_S)
    size = 1 << (sound.size + count - 1).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    dull = 1 / np.sqrt(1 + (frequencies / _OFF_AXIS_HZ) ** 2)
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size) * dull, size)
    heard = heard[: sound.size]
    return np.asarray(heard / max(float(np.abs(heard).max()), 1e-9), np.float32)


def mixed(near: Samples, far: Samples, level_db: float, *, near_speaks: bool = True) -> Samples:
    """`far` behind `near`, at `level_db` beside its active level, over the noise of a room.

    Without `near_speaks` the background is all that is left, as loud as it was.
    """
    gain = 10 ** (level_db / 20) * active_level(near) / max(active_level(far), 1e-9)
    size = max(near.size, far.size)
    sound = np.random.default_rng(0).normal(0.0, _ROOM_NOISE, size)
    sound[: far.size] += gain * far
    if near_speaks:
        sound[: near.size] += near
    return np.asarray(np.clip(sound, -0.99, 0.99), np.float32)
