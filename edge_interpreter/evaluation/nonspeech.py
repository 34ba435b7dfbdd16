"""Sounds without a word in them, to count what a recogniser invents.

Every sound is made from a seed: the same figures come out on every machine.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples

_Random = np.random.Generator
_Wave = NDArray[np.float64]


def nonspeech(kind: str, seconds: float, seed: int = 0) -> Samples:
    """`seconds` of the sound called `kind` (one of `KINDS`) at 16 kHz, peak below full scale."""
    count = round(seconds * SAMPLE_RATE)
    made = _MAKERS[kind](count, np.random.default_rng([seed, KINDS.index(kind)]))
    limited: Samples = np.clip(made, -0.99, 0.99).astype(np.float32)
    return limited


def _time(count: int) -> _Wave:
    return np.arange(count) / SAMPLE_RATE


def _sum(waves: Iterable[_Wave]) -> _Wave:
    total: _Wave = np.sum(list(waves), axis=0)
    return total


def _silence(count: int, _: _Random) -> _Wave:
    return np.zeros(count)


def _room(count: int, random: _Random) -> _Wave:
    return _coloured(count, random, 1.0) * 0.001


def _white(count: int, random: _Random) -> _Wave:
    return random.normal(0.0, random.uniform(0.01, 0.15), count)


def _coloured(count: int, random: _Random, slope: float) -> _Wave:
    """Noise whose power falls with frequency to the power of `slope`, standard deviation 1."""
    spectrum = np.fft.rfft(random.normal(0.0, 1.0, count))
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 20.0)
    noise = np.fft.irfft(spectrum * frequencies ** (-slope / 2), count)
    return np.divide(noise, max(float(noise.std()), 1e-9))


def _pink(count: int, random: _Random) -> _Wave:
    return _coloured(count, random, 1.0) * random.uniform(0.01, 0.15)


def _brown(count: int, random: _Random) -> _Wave:
    return _coloured(count, random, 2.0) * random.uniform(0.01, 0.15)


def _hum(count: int, random: _Random) -> _Wave:
    time = _time(count)
    mains = _sum(np.sin(2 * np.pi * 50 * n * time) / n for n in (1, 2, 3, 5, 7))
    return 0.05 * mains + 0.003 * random.normal(0.0, 1.0, count)


def _tone(count: int, random: _Random) -> _Wave:
    return 0.3 * np.sin(2 * np.pi * random.uniform(200, 3000) * _time(count))


def _dial_tones(count: int, random: _Random) -> _Wave:
    """Keys of a telephone, 120 ms each, with pauses."""
    time = _time(count)
    low = random.choice([697, 770, 852, 941], 1 + count // 3200)
    high = random.choice([1209, 1336, 1477], 1 + count // 3200)
    key = (np.arange(count) // 3200).astype(int)
    sound = _sum(np.sin(2 * np.pi * tone[key] * time) for tone in (low, high))
    return 0.2 * sound * (np.arange(count) % 3200 < 1920)


def _ringback(count: int, _: _Random) -> _Wave:
    time = _time(count)
    return 0.15 * _sum(np.sin(2 * np.pi * hz * time) for hz in (440, 480)) * (time % 3 < 1)


def _siren(count: int, random: _Random) -> _Wave:
    frequency = 900 + 500 * np.sin(2 * np.pi * random.uniform(0.2, 2) * _time(count))
    return 0.3 * np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)


def _clicks(count: int, random: _Random) -> _Wave:
    """Keyboard and door: short decaying bursts at random times over a quiet room."""
    sound = _room(count, random)
    for start in random.integers(0, max(count - 2000, 1), 1 + count // 4000):
        length = min(int(random.integers(50, 2000)), count - start)
        burst = random.normal(0.0, random.uniform(0.05, 0.6), length)
        sound[start : start + length] += burst * np.exp(-np.arange(length) / (length / 6))
    return sound


def _breathing(count: int, random: _Random) -> _Wave:
    """Noise that swells and fades like breath or waves."""
    swell = np.maximum(0.0, np.sin(2 * np.pi * random.uniform(0.25, 0.5) * _time(count))) ** 2
    return 0.08 * swell * _coloured(count, random, 0.7)


_SCALE = np.array([0, 2, 4, 7, 9, 12, 14, 16])


def _note(frequency: float, count: int, decay: float) -> _Wave:
    time = _time(count)
    harmonics = _sum(np.sin(2 * np.pi * frequency * n * time) / n**1.5 for n in range(1, 6))
    return harmonics * np.exp(-time * decay) * np.minimum(1.0, time / 0.01)


def _melody(count: int, random: _Random) -> _Wave:
    """One voice of plucked notes."""
    sound = np.zeros(count)
    length = int(SAMPLE_RATE * random.uniform(0.15, 0.45))
    for start in range(0, count, length):
        note = _note(220 * 2 ** (random.choice(_SCALE) / 12), length, 4.0)
        sound[start : start + length] += note[: count - start]
    return 0.2 * sound


def _music(count: int, random: _Random) -> _Wave:
    """Chords, a melody and drums."""
    sound = 0.6 * _melody(count, random)
    bar = SAMPLE_RATE
    for start in range(0, count, bar):
        root = 110 * 2 ** (random.choice([0, 5, 7, 9]) / 12)
        chord = _sum(_note(root * 2 ** (step / 12), bar, 1.0) for step in (0, 4, 7))
        sound[start : start + bar] += 0.06 * chord[: count - start]
    beat = SAMPLE_RATE // 2
    for start in range(0, count, beat):
        drum = random.normal(0.0, 0.15, beat) * np.exp(-np.arange(beat) / 800)
        sound[start : start + beat] += drum[: count - start]
    return sound


def _babble(count: int, random: _Random) -> _Wave:
    """A crowd far away: noise with the spectrum and the rhythm of many voices, no words."""
    rhythm = _sum(
        0.5 + 0.5 * np.sin(2 * np.pi * random.uniform(2, 5) * _time(count) + random.uniform(0, 6))
        for _ in range(6)
    )
    return 0.03 * _coloured(count, random, 1.5) * rhythm / 3


_MAKERS: Mapping[str, Callable[[int, _Random], _Wave]] = MappingProxyType(
    {
        "silence": _silence,
        "room": _room,
        "white": _white,
        "pink": _pink,
        "brown": _brown,
        "hum": _hum,
        "tone": _tone,
        "dial_tones": _dial_tones,
        "ringback": _ringback,
        "siren": _siren,
        "clicks": _clicks,
        "breathing": _breathing,
        "melody": _melody,
        "music": _music,
        "babble": _babble,
    }
)
KINDS: tuple[str, ...] = tuple(_MAKERS)
"""The names that `nonspeech` takes."""
