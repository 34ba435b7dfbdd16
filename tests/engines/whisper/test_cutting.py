import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.engines.whisper.cutting import LONGEST, pieces


@settings(max_examples=20, deadline=None)
@given(seconds=st.floats(0.0, 130.0), seed=st.integers(0, 99))
def test_nothing_is_lost_and_every_piece_fits(seconds: float, seed: int) -> None:
    sound = np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE))
    samples = sound.astype(np.float32)

    cut = pieces(samples)

    np.testing.assert_array_equal(np.concatenate(cut), samples)
    assert all(piece.size <= LONGEST for piece in cut)


@pytest.mark.parametrize("pause_at", [21.0, 24.3, 28.0])
def test_cuts_in_the_pause(pause_at: float) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 40 * SAMPLE_RATE).astype(np.float32)
    begin = round(pause_at * SAMPLE_RATE)
    samples[begin : begin + SAMPLE_RATE // 3] = 0.0

    first, _ = pieces(samples)

    assert begin <= first.size <= begin + SAMPLE_RATE // 3
