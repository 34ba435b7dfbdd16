import random

import numpy as np
import pytest

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.audio.level import active_level
from edge_interpreter.evaluation.mixing import far_away, joined, mixed


def tone(level: float, seconds: float = 1.0, hz: float = 300.0) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(level * np.sqrt(2) * np.sin(2 * np.pi * hz * time), np.float32)


def test_places_say_where_each_recording_lies() -> None:
    sound, places = joined([tone(0.1), tone(0.2, 0.5)], random.Random(1), (0.5, 0.5))
    assert places == [(0.0, 1.0), (1.5, 2.0)]
    assert sound.size == 2.5 * SAMPLE_RATE
    assert np.abs(sound[SAMPLE_RATE : SAMPLE_RATE + 8_000]).max() == 0.0


def test_pauses_do_not_lower_the_active_level() -> None:
    paused = np.concatenate((tone(0.1), np.zeros(5 * SAMPLE_RATE, np.float32)))
    assert active_level(paused) == pytest.approx(0.1, rel=0.01)
    assert active_level(np.empty(0, np.float32)) == 0.0


def test_the_background_is_as_far_below_as_asked_for() -> None:
    alone = mixed(tone(0.1), tone(0.4), -20, near_speaks=False)
    assert active_level(alone) == pytest.approx(0.01, rel=0.02)
    both = mixed(tone(0.1), tone(0.4, 0.5, hz=700), -20)
    assert both.size == SAMPLE_RATE
    assert active_level(both) == pytest.approx(0.1, rel=0.02)


def test_a_voice_far_away_is_duller_and_lasts_longer() -> None:
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[0] = 1.0
    heard = far_away(click)
    late = np.square(heard[4_800:]).sum() / np.square(heard).sum()
    assert 0.0005 < late < 0.005
    spectrum = np.abs(np.fft.rfft(heard)) ** 2
    assert spectrum[6_000:8_000].mean() < 0.2 * spectrum[200:1_000].mean()
    np.testing.assert_array_equal(heard, far_away(click))
