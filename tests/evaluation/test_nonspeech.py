import numpy as np
import pytest

from edge_interpreter.evaluation.nonspeech import KINDS, nonspeech


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_is_the_same_every_time_and_fits_the_pipeline(kind: str) -> None:
    sound = nonspeech(kind, 1.3, seed=4)

    assert sound.shape == (20_800,)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() < 1.0
    np.testing.assert_array_equal(sound, nonspeech(kind, 1.3, seed=4))


def test_only_silence_is_silent() -> None:
    assert [kind for kind in KINDS if nonspeech(kind, 1.0).std() < 1e-4] == ["silence"]


def test_seeds_give_different_sounds() -> None:
    assert not np.array_equal(nonspeech("music", 2.0, 1), nonspeech("music", 2.0, 2))
