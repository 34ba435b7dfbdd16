import numpy as np
import pytest

from edge_interpreter.audio.level import (
    SILENCE_DBFS,
    amplitude_to_dbfs,
    dbfs_to_amplitude,
    peak_dbfs,
    rms_dbfs,
)


def test_a_full_scale_sine() -> None:
    sine = np.sin(2 * np.pi * np.arange(16_000) / 16).astype(np.float32)
    assert rms_dbfs(sine) == pytest.approx(-3.01, abs=0.01)
    assert peak_dbfs(sine) == pytest.approx(0.0, abs=0.01)


def test_silence_and_nothing_have_the_floor_level() -> None:
    for samples in (np.zeros(320, np.float32), np.empty(0, np.float32)):
        assert rms_dbfs(samples) == peak_dbfs(samples) == SILENCE_DBFS


def test_levels_convert_both_ways() -> None:
    assert amplitude_to_dbfs(dbfs_to_amplitude(-42.0)) == pytest.approx(-42.0)
