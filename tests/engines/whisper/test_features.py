import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from edge_interpreter.engines.whisper.features import log_mel


@pytest.mark.parametrize("bands", [80, 128])
@pytest.mark.parametrize("samples", [1_000, 7_777, 48_000])
def test_spectrogram_equals_the_published_one(bands: int, samples: int) -> None:
    sound = np.random.default_rng(samples).normal(0, 0.1, samples).astype(np.float32)

    ours = log_mel(sound, bands)

    np.testing.assert_allclose(ours, FeatureExtractor(feature_size=bands)(sound), atol=1e-5)
    assert ours.dtype == np.float32


@pytest.mark.parametrize("samples", [1, 50, 159])
def test_a_sound_shorter_than_a_frame_has_a_spectrogram(samples: int) -> None:
    assert log_mel(np.ones(samples, np.float32), 80).shape == (80, 1)
