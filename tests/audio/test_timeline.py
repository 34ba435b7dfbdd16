import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioError
from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.timeline import TimelineWriter


def ones(milliseconds: int, rate: int = 16_000, value: int = 1_000) -> Pcm16:
    return np.full(milliseconds * rate // 1000, value, np.int16)


def read(path: Path) -> Pcm16:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def test_speech_lies_where_it_was_placed(tmp_path: Path) -> None:
    with TimelineWriter(tmp_path / "x.wav") as timeline:
        assert timeline.place(500, ones(100), 16_000) == 500
        assert timeline.place(2_000, ones(100), 16_000) == 2_000
        timeline.pad_to(3_000)
    sound = read(tmp_path / "x.wav")
    assert sound.size == 48_000
    assert np.flatnonzero(sound)[[0, 1599, 1600, -1]].tolist() == [8_000, 9_599, 32_000, 33_599]


def test_what_would_overlap_is_pushed_back(tmp_path: Path) -> None:
    with TimelineWriter(tmp_path / "x.wav") as timeline:
        timeline.place(0, ones(1_000, value=1), 16_000)
        assert timeline.place(400, ones(500, value=2), 16_000) == 1_000
        assert timeline.place(400, ones(500, value=3), 16_000) == 1_500
        assert timeline.duration_ms == 2_000
    assert read(tmp_path / "x.wav").tolist() == [1] * 16_000 + [2] * 8_000 + [3] * 8_000


def test_another_rate_is_resampled(tmp_path: Path) -> None:
    with TimelineWriter(tmp_path / "x.wav") as timeline:
        timeline.place(100, ones(1_000, 22_050), 22_050)
    assert abs(read(tmp_path / "x.wav").size - 17_600) <= 1


def test_a_file_without_speech_is_a_valid_one(tmp_path: Path) -> None:
    timeline = TimelineWriter(tmp_path / "x.wav")
    timeline.close()
    timeline.close()
    assert read(tmp_path / "x.wav").size == 0


def test_memory_does_not_grow_with_the_silence(tmp_path: Path) -> None:
    tracemalloc.start()
    with TimelineWriter(tmp_path / "x.wav") as timeline:
        timeline.place(600_000, ones(20), 16_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "x.wav").stat().st_size == 44 + 2 * 16 * 600_020
    assert peak < 500_000


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "x.wav"
    with pytest.raises(AudioError, match="No such file") as caught:
        TimelineWriter(path)
    assert str(path) in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(AudioError, match="/dev/full cannot be written: No space left"):
        TimelineWriter(Path("/dev/full"))
