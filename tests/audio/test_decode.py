import contextlib
import random
import socket
import tracemalloc
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioError, AudioFile
from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.level import rms_dbfs

SECONDS = 2
TONE_DBFS = 20 * np.log10(0.3 / 2**0.5)


def write(
    path: Path,
    codec: str,
    rate: int,
    layout: str = "mono",
    *,
    starts_ms: tuple[int, ...] = (0,),
    video: bool = False,
) -> Path:
    """A 440 Hz tone of `SECONDS` at each of the given times, -13.5 dBFS."""
    with av.open(path, "w") as container:
        sound = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(sound, av.AudioStream)
        if video:
            picture = container.add_stream("mpeg4", rate=10)
            picture.width = picture.height = 32
            black = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux([packet for _ in range(10) for packet in picture.encode(black)])
            container.mux(picture.encode())
        tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate * SECONDS) / rate)
        channels = 2 if layout == "stereo" else 1
        pcm = np.repeat((tone * 32_767).astype(np.int16), channels)[None]
        for start_ms in starts_ms:
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
            frame.rate = rate
            frame.pts = start_ms * rate // 1000
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return path


def read(path: Path) -> tuple[Samples, str | None]:
    with AudioFile(path) as audio:
        return np.concatenate(list(audio.blocks())), audio.warning


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("8-bit.wav", "pcm_u8", 8_000, "mono"),
        ("phone.wav", "pcm_mulaw", 8_000, "mono"),
        ("studio.wav", "pcm_s24le", 96_000, "stereo"),
        ("music.flac", "flac", 44_100, "stereo"),
        ("music.mp3", "libmp3lame", 44_100, "stereo"),
        ("note.ogg", "libopus", 48_000, "mono"),
        ("note.m4a", "aac", 44_100, "mono"),
        ("film.webm", "libopus", 48_000, "stereo"),
    ],
)
def test_any_format_becomes_16_khz_mono(
    tmp_path: Path, name: str, codec: str, rate: int, layout: str
) -> None:
    samples, warning = read(write(tmp_path / name, codec, rate, layout))
    assert samples.dtype == np.float32
    assert samples.size == pytest.approx(SECONDS * 16_000, abs=16_000 * 0.03)
    middle = samples[8_000:24_000]
    assert rms_dbfs(middle) == pytest.approx(TONE_DBFS, abs=0.5)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 440
    assert warning is None


def test_sound_of_a_video(tmp_path: Path) -> None:
    samples, _ = read(write(tmp_path / "film.mp4", "aac", 44_100, video=True))
    assert samples.size == pytest.approx(SECONDS * 16_000, abs=1_600)


def test_a_break_in_the_recording_becomes_silence(tmp_path: Path) -> None:
    samples, _ = read(write(tmp_path / "x.mkv", "pcm_s16le", 16_000, starts_ms=(0, 5_000)))
    assert samples.size == pytest.approx(7 * 16_000, abs=160)
    assert rms_dbfs(samples[2 * 16_000 + 100 : 5 * 16_000 - 100]) == -120
    assert rms_dbfs(samples[5 * 16_000 + 100 :]) == pytest.approx(TONE_DBFS, abs=0.5)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("x.wav", "pcm_s16le"),
        ("x.flac", "flac"),
        ("x.mp3", "libmp3lame"),
        ("x.ogg", "libopus"),
        ("x.mkv", "flac"),
    ],
)
def test_a_truncated_file_gives_what_is_there_and_says_so(
    tmp_path: Path, name: str, codec: str
) -> None:
    path = write(tmp_path / name, codec, 48_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    samples, warning = read(path)
    assert 0.3 * SECONDS < samples.size / 16_000 < 0.7 * SECONDS
    assert warning is not None
    assert str(path) in warning
    assert "cut short" in warning


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    text, empty, headless = tmp_path / "a.txt", tmp_path / "b.wav", tmp_path / "c.m4a"
    text.write_text("This is no sound. " * 200)
    empty.touch()
    whole = write(headless, "aac", 44_100).read_bytes()
    headless.write_bytes(whole[: len(whole) // 2])
    silent = tmp_path / "d.wav"
    with wave.open(str(silent), "wb") as header:
        header.setparams((1, 2, 16_000, 0, "NONE", ""))
    for path, reason in [
        (text, "cannot be read as audio"),
        (empty, "is empty"),
        (headless, "cannot be read as audio"),
        (silent, "holds no sound"),
        (tmp_path, "Is a directory"),
        (tmp_path / "missing.wav", "No such file"),
    ]:
        with pytest.raises(AudioError, match=reason) as caught:
            read(path)
        assert str(path) in str(caught.value)


def test_a_picture_has_no_audio_track(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with av.open(path, "w") as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 32
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        container.mux(picture.encode(frame))
        container.mux(picture.encode())
    with pytest.raises(AudioError, match="no audio track"):
        read(path)


PLAYLISTS = {
    "x.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://{}/a.ts\n",
    "x.ffconcat": "ffconcat version 1.0\nfile 'http://{}/a.wav'\n",
    "x.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize(("name", "text"), PLAYLISTS.items())
def test_a_playlist_is_not_followed(tmp_path: Path, name: str, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        path = tmp_path / name
        path.write_text(text.format(f"127.0.0.1:{server.getsockname()[1]}"))
        with pytest.raises(AudioError):
            read(path)
        with pytest.raises(TimeoutError):
            server.accept()


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    path = write(tmp_path / "x.wav", "pcm_s16le", 16_000, starts_ms=tuple([0] * 100))
    assert path.stat().st_size > 6_000_000
    tracemalloc.start()
    with AudioFile(path) as audio:
        samples = sum(block.size for block in audio.blocks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert samples == 200 * 16_000
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("name", "codec"),
    [("x.wav", "pcm_s16le"), ("x.flac", "flac"), ("x.mp3", "libmp3lame"), ("x.ogg", "libopus")],
)
def test_damage_gives_sound_or_a_clear_error(tmp_path: Path, name: str, codec: str) -> None:
    chance = random.Random(name)
    path = write(tmp_path / name, codec, 48_000)
    whole = path.read_bytes()
    for _ in range(25):
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 20, 400])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        with contextlib.suppress(AudioError):
            samples, _ = read(path)
            assert samples.size < 3_600 * 16_000
