import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.level import dbfs_to_amplitude, rms_dbfs
from edge_interpreter.capture.calibration import (
    HIGHEST_GATE_DBFS,
    LOWEST_GATE_DBFS,
    MARGIN_DB,
    NoiseFloor,
)

CHANCE = np.random.default_rng(5)


def noise(level_dbfs: float, seconds: float) -> Samples:
    samples = CHANCE.standard_normal(round(seconds * 16_000))
    return (dbfs_to_amplitude(level_dbfs) * samples).astype(np.float32)


def talk(level_dbfs: float, seconds: float, background_dbfs: float) -> Samples:
    """Syllables of 150 ms, five a second, with a breath of 300 ms after every 2 s."""
    t = np.arange(round(seconds * 16_000)) / 16_000
    speaks = ((t * 5) % 1 < 0.75) & (t % 2.3 < 2)
    voice = np.sin(2 * np.pi * 150 * t) * dbfs_to_amplitude(level_dbfs) * 2**0.5
    return (voice * speaks).astype(np.float32) + noise(background_dbfs, seconds)


def hear(floor: NoiseFloor, *sounds: Samples) -> NoiseFloor:
    sound = np.concatenate(sounds)
    for start in range(0, sound.size - 319, 320):
        floor.push(sound[start : start + 320])
    return floor


@pytest.mark.parametrize("level", [-75, -60, -45])
def test_a_second_of_noise_is_enough(level: float) -> None:
    assert not hear(NoiseFloor(), noise(level, 0.98)).calibrated
    floor = hear(NoiseFloor(), noise(level, 1))
    assert floor.calibrated
    assert floor.floor_dbfs == pytest.approx(level, abs=2)


def test_somebody_who_speaks_at_once_is_not_taken_for_noise() -> None:
    floor = hear(NoiseFloor(), talk(-20, 1, -60))
    assert floor.floor_dbfs == pytest.approx(-60, abs=3)


def test_speech_does_not_raise_the_floor() -> None:
    floor = hear(NoiseFloor(), noise(-60, 1), talk(-20, 60, -60))
    assert floor.floor_dbfs < -54
    assert floor.gate_dbfs < -45


@pytest.mark.parametrize(("before", "after"), [(-65, -45), (-45, -65)])
def test_a_change_of_the_room_is_followed_within_12_seconds(before: float, after: float) -> None:
    floor = hear(NoiseFloor(), noise(before, 5))
    assert floor.floor_dbfs == pytest.approx(before, abs=2)
    hear(floor, noise(after, 12))
    assert floor.floor_dbfs == pytest.approx(after, abs=2)


def test_steady_noise_stays_below_the_gate() -> None:
    floor = hear(NoiseFloor(), noise(-55, 15))
    frames = noise(-55, 5).reshape(-1, 320)
    assert max(rms_dbfs(frame) for frame in frames) < floor.gate_dbfs
    assert floor.gate_dbfs == pytest.approx(floor.floor_dbfs + MARGIN_DB)


def test_the_gate_stays_within_reason() -> None:
    assert hear(NoiseFloor(), np.zeros(32_000, np.float32)).gate_dbfs == LOWEST_GATE_DBFS
    assert hear(NoiseFloor(), noise(-20, 12)).gate_dbfs == HIGHEST_GATE_DBFS
    assert NoiseFloor().gate_dbfs == LOWEST_GATE_DBFS
