import numpy as np
import pytest

from edge_interpreter.audio.pcm import pcm16_from_bytes, pcm16_to_bytes, to_float, to_pcm16


def test_every_sample_survives_the_round_trip() -> None:
    every = np.arange(-32_768, 32_768, dtype=np.int16)
    np.testing.assert_array_equal(to_pcm16(to_float(every)), every)
    np.testing.assert_array_equal(pcm16_from_bytes(pcm16_to_bytes(every)), every)


def test_loud_and_broken_samples_are_clipped() -> None:
    samples = np.array([2.0, -2.0, np.nan, np.inf, -np.inf, 1.0, -1.0], np.float32)
    assert to_pcm16(samples).tolist() == [32767, -32768, 0, 32767, -32768, 32767, -32768]


def test_bytes_are_little_endian() -> None:
    assert pcm16_from_bytes(b"\x01\x00\x00\x80").tolist() == [1, -32768]


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="buffer size"):
        pcm16_from_bytes(b"\x01\x00\x02")
