from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_interpreter.engines.silero import SileroState, SileroVad
from edge_interpreter.errors import ModelDamagedError, ModelMissingError
from tests.speech import WEIGHTS, build_prompts, read_samples

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def vad() -> SileroVad:
    return SileroVad(WEIGHTS / "silero-vad")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[NDArray[np.float32]]:
    paths = build_prompts(tmp_path_factory.mktemp("speech"), "en", 3, seconds=(3.0, 6.0))
    return [read_samples(path) for path in paths]


def alone(vad: SileroVad, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    state = vad.new_state()
    windows = samples[: samples.size // 512 * 512].reshape(-1, 1, 512)
    return np.concatenate([vad.probabilities([state], window) for window in windows])


def test_hears_speech_and_not_silence_or_noise(
    vad: SileroVad, recordings: list[NDArray[np.float32]]
) -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 48_000).astype(np.float32)

    assert all(np.mean(alone(vad, recording) > 0.5) > 0.5 for recording in recordings)
    assert alone(vad, noise).max() < 0.5
    assert alone(vad, np.zeros(48_000, np.float32)).max() < 0.1


def test_a_stream_in_a_batch_is_judged_as_if_alone(
    vad: SileroVad, recordings: list[NDArray[np.float32]]
) -> None:
    count = min(recording.size for recording in recordings) // 512
    streams = np.stack([recording[: count * 512].reshape(count, 512) for recording in recordings])
    states = [vad.new_state() for _ in recordings]

    batched = np.stack(
        [vad.probabilities(states, streams[:, window]) for window in range(count)], axis=1
    )

    single = np.stack([alone(vad, recording[: count * 512]) for recording in recordings])
    np.testing.assert_allclose(batched, single, atol=1e-5)


def test_streams_may_join_and_leave_the_batch(
    vad: SileroVad, recordings: list[NDArray[np.float32]]
) -> None:
    speech = recordings[0][: 60 * 512].reshape(60, 512)
    staying = vad.new_state()
    got = []
    for index, window in enumerate(speech):
        visitors: list[SileroState] = [vad.new_state() for _ in range(index % 3)]
        batch = np.stack([window, *(speech[-1] for _ in visitors)])
        got.append(vad.probabilities([staying, *visitors], batch)[0])

    np.testing.assert_allclose(got, alone(vad, speech.ravel()), atol=1e-5)


def test_no_streams_and_broken_samples_are_no_trouble(vad: SileroVad) -> None:
    assert vad.probabilities([], np.empty((0, 512), np.float32)).size == 0
    state = vad.new_state()
    broken = np.full((1, 512), np.nan, np.float32)

    vad.probabilities([state], broken)

    assert np.isfinite(vad.probabilities([state], np.zeros((1, 512), np.float32))).all()


def test_missing_and_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"silero_vad\.onnx.*models fetch"):
        SileroVad(tmp_path)
    whole = (WEIGHTS / "silero-vad" / "silero_vad.onnx").read_bytes()
    (tmp_path / "silero_vad.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelDamagedError, match=r"silero_vad\.onnx.*models verify"):
        SileroVad(tmp_path)
