import io
import os
import threading

import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioError
from edge_interpreter.audio.raw import RawAudio


def test_bytes_become_samples_whatever_the_pieces() -> None:
    pcm = np.arange(-5_000, 5_000, dtype="<i2")
    reading, writing = os.pipe()

    def feed() -> None:
        data = pcm.tobytes()
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for i in range(0, len(data), 333):
                pipe.write(data[i : i + 333])

    feeder = threading.Thread(target=feed)
    feeder.start()
    with os.fdopen(reading, "rb") as stream:
        raw = RawAudio(stream)
        samples = np.concatenate(list(raw.blocks()))
    feeder.join()
    np.testing.assert_array_equal(samples * 32_768, pcm)
    assert raw.warning is None


def test_half_a_sample_at_the_end_is_told() -> None:
    raw = RawAudio(io.BytesIO(b"\x01\x00\x02"))
    assert np.concatenate(list(raw.blocks())).size == 1
    assert raw.warning == "standard input ends in the middle of a sample"


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "standard input is empty"), (b"RIFF\x00\x00", "holds a WAV file")]
)
def test_what_is_no_raw_sound_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(AudioError, match=reason):
        list(RawAudio(io.BytesIO(data)).blocks())
