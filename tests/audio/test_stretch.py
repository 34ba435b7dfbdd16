import numpy as np
import pytest

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.stretch import stretch

RATE = 16_000


def voice(hertz: float, seconds: float = 2.0) -> Pcm16:
    """A buzz with the harmonics of a voice and a syllable rhythm of 4 Hz."""
    t = np.arange(round(RATE * seconds)) / RATE
    buzz = sum(np.sin(2 * np.pi * n * hertz * t) / n for n in range(1, 12))
    return (6_000 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t))).astype(np.int16)


def pitches(pcm: Pcm16) -> np.ndarray:
    """Pitch of each 50 ms by autocorrelation, 70 to 400 Hz."""
    frames = pcm[: pcm.size // 800 * 800].reshape(-1, 800).astype(float)
    found = []
    for frame in frames:
        padded = np.fft.rfft(frame - frame.mean(), 2048)
        likeness = np.fft.irfft(np.abs(padded) ** 2)
        likeness[:800] /= np.arange(800, 0, -1)
        peaks = [
            lag
            for lag in range(RATE // 400, RATE // 70)
            if likeness[lag - 1] < likeness[lag] >= likeness[lag + 1]
        ]
        strongest = max(likeness[lag] for lag in peaks)
        # The first of nearly equal peaks: the others are at its multiples.
        lag = next(lag for lag in peaks if likeness[lag] > 0.85 * strongest)
        left, centre, right = likeness[lag - 1 : lag + 2]
        shift = (left - right) / (2 * (left - 2 * centre + right) or 1.0)
        found.append(RATE / (lag + shift))
    return np.array(found)


@pytest.mark.parametrize("hertz", [85, 120, 210, 330])
@pytest.mark.parametrize("speed", [1.1, 1.25])
def test_speech_is_shorter_at_the_same_pitch(hertz: float, speed: float) -> None:
    original = voice(hertz)
    faster = stretch(original, RATE, speed)
    assert faster.size == pytest.approx(original.size / speed, abs=1)
    found = pitches(faster)
    assert np.median(found) == pytest.approx(hertz, rel=0.005)
    assert np.mean(np.abs(found / hertz - 1) < 0.02) > 0.9


@pytest.mark.parametrize("speed", [1.1, 1.25])
def test_nothing_is_heard_where_windows_join(speed: float) -> None:
    original = voice(150)
    faster = stretch(original, RATE, speed)
    assert np.abs(np.diff(faster.astype(int))).max() <= np.abs(np.diff(original.astype(int))).max()
    loudness = np.sqrt(np.mean(np.square(faster.astype(float))))
    assert loudness == pytest.approx(np.sqrt(np.mean(np.square(original.astype(float)))), rel=0.03)


def test_noise_keeps_its_loudness() -> None:
    noise = (3_000 * np.random.default_rng(3).standard_normal(RATE)).astype(np.int16)
    assert stretch(noise, RATE, 1.25).std() == pytest.approx(noise.std(), rel=0.1)


def test_silence_stays_silence() -> None:
    assert not stretch(np.zeros(RATE, np.int16), RATE, 1.25).any()


def test_what_is_too_short_or_fast_enough_comes_back_as_it_is() -> None:
    click = np.ones(300, np.int16)
    assert stretch(click, RATE, 1.25) is click
    speech = voice(120)
    assert stretch(speech, RATE, 1.0) is speech


def test_a_speed_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"speed 3\.0"):
        stretch(voice(120), RATE, 3.0)
