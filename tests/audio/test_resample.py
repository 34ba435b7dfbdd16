from typing import Protocol

import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.level import rms_dbfs
from edge_interpreter.audio.resample import Doubler, Halver, StreamResampler, resample


def tone(hertz: float, rate: int, seconds: float = 1.0) -> Samples:
    t = np.arange(round(rate * seconds)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


class Converter(Protocol):
    def push(self, samples: Samples) -> Samples: ...


def in_blocks(converter: Converter, samples: Samples, size: int) -> Samples:
    return np.concatenate(
        [converter.push(samples[i : i + size]) for i in range(0, samples.size, size)]
    )


@pytest.mark.parametrize("hertz", [100, 1_000, 3_400])
def test_doubling_keeps_the_voice_band(hertz: int) -> None:
    doubled = in_blocks(Doubler(), tone(hertz, 8_000), 160)
    expected = np.concatenate((np.zeros(23, np.float32), tone(hertz, 16_000)))[: doubled.size]
    assert doubled.size == 16_000
    assert rms_dbfs(doubled[200:] - expected[200:]) < -50


@pytest.mark.parametrize("hertz", [100, 1_000, 3_400])
def test_halving_keeps_the_voice_band(hertz: int) -> None:
    halved = in_blocks(Halver(), tone(hertz, 16_000), 320)
    t = (np.arange(halved.size) * 2 - 23) / 16_000
    expected = (0.5 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)
    assert halved.size == 8_000
    assert rms_dbfs(halved[200:] - expected[200:]) < -50


@pytest.mark.parametrize("hertz", [4_700, 6_000, 7_900])
def test_halving_removes_what_would_fold_back(hertz: int) -> None:
    assert rms_dbfs(in_blocks(Halver(), tone(hertz, 16_000), 320)[200:]) < -60


def test_doubling_adds_no_image() -> None:
    spectrum = np.abs(np.fft.rfft(Doubler().push(tone(1_000, 8_000))[1_000:] * np.hanning(15_000)))
    image = spectrum[np.arange(spectrum.size) * 16_000 / 15_000 > 4_600].max()
    assert 20 * np.log10(image / spectrum.max()) < -55


@pytest.mark.parametrize("kind", [Doubler, Halver])
@pytest.mark.parametrize("size", [1, 7, 160, 999])
def test_the_size_of_blocks_changes_nothing(kind: type[Doubler | Halver], size: int) -> None:
    noise = np.random.default_rng(1).standard_normal(2_000).astype(np.float32)
    np.testing.assert_allclose(
        in_blocks(kind(), noise, size), kind().push(noise), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize(
    ("source", "target"), [(22_050, 16_000), (96_000, 16_000), (8_000, 48_000)]
)
def test_stream_has_the_right_length_and_pitch(source: int, target: int) -> None:
    resampler = StreamResampler(source, target)
    got = np.concatenate((in_blocks(resampler, tone(440, source), 1_000), resampler.flush()))
    assert abs(got.size - target) <= 1
    middle = slice(target // 10, -target // 10)
    assert rms_dbfs(got[middle] - tone(440, target)[: got.size][middle]) < -70


def test_equal_rates_pass_through() -> None:
    samples = tone(440, 16_000)
    resampler = StreamResampler(16_000, 16_000)
    assert resampler.push(samples) is samples
    assert resampler.flush().size == 0
    assert resample(samples, 16_000, 16_000) is samples


def test_a_rate_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="0 Hz"):
        StreamResampler(0, 16_000)
