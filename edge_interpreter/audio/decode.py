"""Sound out of files of any format, block by block, through FFmpeg (PyAV).

A file may hold hours: it is never in memory as a whole. It may also be hostile: playlists and
session descriptions name addresses that FFmpeg would fetch and wait for, so only formats that
hold their own sound are accepted, and nothing but the file itself can be opened.
"""

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import av
import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples, ms_to_samples
from edge_interpreter.audio.resample import StreamResampler
from edge_interpreter.audio.truncation import ogg_is_complete, riff_bytes_missing
from edge_interpreter.errors import UserError

_FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,gsm,iff,matroska,mov,mp3,mpc,"
    "mpc8,mpeg,mpegts,mxf,nistsphere,nut,ogg,qcp,rm,sox,tak,truehd,tta,voc,w64,wav,wtv,wv"
)
_GAP_MS = 100
_LONGEST_GAP_MS = 10 * 60_000
_SHORT_BY = 0.02
_SHORT_BY_MS = 500
# They have no header with their length: FFmpeg guesses it from the bit rate.
_GUESSED_LENGTH = frozenset({"aac", "ac3", "eac3"})
# FFmpeg adds up the channels: half of two, and a guard against clipping for more.
_DOWNMIX_GAIN = {1: 1.0, 2: 0.5**0.5}
_SURROUND_GAIN = 0.5
_SILENCE_BLOCK = SAMPLE_RATE


class AudioError(UserError):
    """A sound cannot be read or written; the text names the file and says why."""


class AudioFile:
    """The first audio track of a file, decoded while it is read, mixed down to one channel.

    Use it as a context manager and iterate over `blocks()` once. Raises AudioError when the file
    is missing, is no audio or holds no sound. A damaged or truncated file gives what is there;
    `warning` then says so after the last block, else it stays None.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warning: str | None = None
        self._file = _open_file(path)
        try:
            self._container = av.open(
                self._file,
                mode="r",
                io_open=_refuse_to_open,
                options={"protocol_whitelist": "file", "format_whitelist": _FORMATS},
            )
        except Exception as error:
            self._file.close()
            raise AudioError(
                f"{path} cannot be read as audio: it is something else, or a needed part is missing"
            ) from error
        if not self._container.streams.audio:
            self.close()
            raise AudioError(f"{path} has no audio track")
        self._stream = self._container.streams.audio[0]
        if getattr(self._stream, "codec_context", None) is None:
            self.close()
            raise AudioError(f"{path} is in a coding that is not known")
        self._bad_packets = 0

    @property
    def duration_ms(self) -> int | None:
        """Length that the file declares, None where it declares none."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return round(self._stream.duration * self._stream.time_base * 1000)
        if self._container.duration is not None:
            return self._container.duration * 1000 // av.time_base
        return None

    def blocks(self) -> Iterator[Samples]:
        """Sound at 16 kHz in blocks of any length; breaks in its clock are filled with silence."""
        total = 0
        for block in self._resampled():
            if block.size:
                total += block.size
                yield block
        if not total:
            raise AudioError(f"{self.path} holds no sound")
        self.warning = self._what_is_wrong(total * 1000 // SAMPLE_RATE)

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _resampled(self) -> Iterator[Samples]:
        clock = _Clock()
        resampler: StreamResampler | None = None
        rate = 0
        for frame, samples in self._mono_frames():
            if resampler is None or frame.sample_rate != rate:
                if resampler is not None:
                    yield resampler.flush()
                rate = frame.sample_rate
                resampler = StreamResampler(rate, SAMPLE_RATE)
            silence = clock.gap_before(frame)
            if silence:
                yield resampler.flush()
                resampler = StreamResampler(rate, SAMPLE_RATE)
                yield from _silence(silence)
            yield resampler.push(samples)
        if resampler is not None:
            yield resampler.flush()

    def _mono_frames(self) -> Iterator[tuple[av.AudioFrame, Samples]]:
        """Frames and their sound in one channel, at the rate they were recorded with."""
        converter: av.AudioResampler | None = None
        shape: tuple[object, ...] = ()
        for frame in self._frames():
            described = (frame.format.name, frame.layout.name, frame.sample_rate)
            if converter is None or described != shape:
                # A broadcast may change its format half-way.
                shape = described
                converter = av.AudioResampler("fltp", "mono", frame.sample_rate)
            gain = np.float32(_DOWNMIX_GAIN.get(frame.layout.nb_channels, _SURROUND_GAIN))
            for mono in converter.resample(frame):
                yield mono, gain * mono.to_ndarray()[0]

    def _frames(self) -> Iterator[av.AudioFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                self._bad_packets += 1
                return
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self._bad_packets += 1

    def _what_is_wrong(self, decoded_ms: int) -> str | None:
        declared_ms = self._declared_ms(decoded_ms)
        if declared_ms - decoded_ms > max(_SHORT_BY_MS, declared_ms * _SHORT_BY):
            return (
                f"{self.path} is cut short: {decoded_ms / 1000:.1f} s of "
                f"{declared_ms / 1000:.1f} s are there"
            )
        if self._container.format.name == "ogg" and not ogg_is_complete(self._file):
            return f"{self.path} is cut short: {decoded_ms / 1000:.1f} s are there"
        if self._bad_packets:
            return f"{self.path} is damaged: some of its sound could not be decoded"
        return None

    def _declared_ms(self, decoded_ms: int) -> int:
        """Length by the header, or `decoded_ms` where that cannot be relied on."""
        kind = self._container.format.name
        if kind == "wav":
            bytes_per_second = (self._stream.bit_rate or 0) // 8
            missing_ms = riff_bytes_missing(self._file) * 1000 // max(bytes_per_second, 1)
            return decoded_ms + (missing_ms if bytes_per_second else 0)
        # An MP3 whose start is known has a header with its length too (the LAME tag).
        guessed = kind in _GUESSED_LENGTH or (kind == "mp3" and not self._stream.start_time)
        return decoded_ms if guessed else self.duration_ms or decoded_ms


class _Clock:
    """Compares the time stamps of frames with the sound that came before them."""

    def __init__(self) -> None:
        self._expected_ms: float | None = None

    def gap_before(self, frame: av.AudioFrame) -> int:
        """Samples of silence (16 kHz) missing before this frame, 0 for none."""
        length_ms = 1000 * frame.samples / frame.sample_rate
        now_ms = None if frame.time is None else 1000 * frame.time
        if now_ms is None:
            if self._expected_ms is not None:
                self._expected_ms += length_ms
            return 0
        expected, self._expected_ms = self._expected_ms, now_ms + length_ms
        if expected is None or now_ms - expected < _GAP_MS:
            return 0
        return ms_to_samples(min(now_ms - expected, _LONGEST_GAP_MS))


def _silence(samples: int) -> Iterator[Samples]:
    for start in range(0, samples, _SILENCE_BLOCK):
        yield np.zeros(min(_SILENCE_BLOCK, samples - start), np.float32)


def _open_file(path: Path) -> BufferedReader:
    try:
        file = path.open("rb")
    except OSError as error:
        raise AudioError(f"{path} cannot be read: {error.strerror}") from error
    try:
        empty = not file.peek(1)
    except OSError as error:
        file.close()
        raise AudioError(f"{path} cannot be read: {error.strerror}") from error
    if empty:
        file.close()
        raise AudioError(f"{path} is empty")
    return file


def _refuse_to_open(*_: object) -> NoReturn:
    raise PermissionError("a sound file may not open another")
