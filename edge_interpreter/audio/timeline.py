"""Speech written to a WAV file at the times it belongs to, as it comes."""

import struct
from pathlib import Path
from types import TracebackType
from typing import Self

from edge_interpreter.audio.decode import AudioError
from edge_interpreter.audio.frames import SAMPLE_RATE, Pcm16
from edge_interpreter.audio.pcm import pcm16_to_bytes, to_float, to_pcm16
from edge_interpreter.audio.resample import resample

_SILENCE = bytes(2 * SAMPLE_RATE)
_MOST_BYTES = 0xFFFFFFFF - 1024  # what the 32-bit sizes of a WAV header can say


class TimelineWriter:
    """A mono 16-bit WAV file with speech on the timeline of its source.

    Pieces never overlap: one that comes before the last has ended follows it at once. Memory does
    not grow with the length. The header is complete after `close()`, also where writing failed
    half-way. Raises AudioError where the file cannot be written.
    """

    def __init__(self, path: Path, rate: int = SAMPLE_RATE) -> None:
        self.path = path
        self.rate = rate
        self._written = 0
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise self._cannot_write(error) from error
        try:
            self._write_bytes(_header(rate, 0))
        except AudioError:
            self._file.close()
            raise

    @property
    def duration_ms(self) -> int:
        """Length written so far."""
        return self._written * 1000 // self.rate

    def place(self, start_ms: float, pcm: Pcm16, rate: int) -> int:
        """Write speech of `rate` Hz at `start_ms`, or later where that is taken.

        Returns the time (ms) at which it starts in the file.
        """
        self.pad_to(start_ms)
        placed_ms = self.duration_ms
        if rate != self.rate:
            pcm = to_pcm16(resample(to_float(pcm), rate, self.rate))
        self._write(pcm16_to_bytes(pcm))
        return placed_ms

    def pad_to(self, time_ms: float) -> None:
        """Write silence up to a time; none where the file is longer already."""
        missing = 2 * (round(time_ms * self.rate / 1000) - self._written)
        while missing > 0:
            block = min(missing, len(_SILENCE))
            self._write(_SILENCE[:block])
            missing -= block

    def close(self) -> None:
        """Complete the header."""
        if self._file.closed:
            return
        with self._file:
            self._write_bytes(_header(self.rate, 2 * self._written), at=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        if 2 * self._written + len(data) > _MOST_BYTES:
            raise AudioError(f"{self.path} is full: a WAV file cannot be longer than 4 GiB")
        self._write_bytes(data)
        self._written += len(data) // 2

    def _write_bytes(self, data: bytes, at: int | None = None) -> None:
        rest = memoryview(data)
        try:
            if at is not None:
                self._file.seek(at)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise self._cannot_write(error) from error

    def _cannot_write(self, error: OSError) -> AudioError:
        return AudioError(f"{self.path} cannot be written: {error.strerror}")


def _header(rate: int, data_bytes: int) -> bytes:
    riff = struct.pack("<4sI4s", b"RIFF", 36 + data_bytes, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return riff + form + struct.pack("<4sI", b"data", data_bytes)
