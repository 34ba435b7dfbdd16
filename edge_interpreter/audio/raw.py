"""Raw sound from a pipe: 16 kHz, mono, signed 16-bit little-endian, no header."""

from collections.abc import Iterator
from typing import BinaryIO

from edge_interpreter.audio.decode import AudioError
from edge_interpreter.audio.frames import FRAME_SAMPLES, Samples
from edge_interpreter.audio.pcm import pcm16_from_bytes, to_float

_BLOCK_BYTES = 2 * FRAME_SAMPLES * 5
_SIGNATURES = {b"RIFF": "WAV", b"fLaC": "FLAC", b"OggS": "Ogg", b"ID3": "MP3"}


class RawAudio:
    """Sound read from a stream such as standard input.

    Iterate over `blocks()` once; it gives what has come without waiting for a full block, 100 ms
    at most. Raises AudioError for an empty stream and for one that holds an audio file.
    """

    def __init__(self, stream: BinaryIO, name: str = "standard input") -> None:
        self.name = name
        self.warning: str | None = None
        self._stream = stream

    def blocks(self) -> Iterator[Samples]:
        """Sound at 16 kHz as it comes; half a sample at the end is dropped with a warning."""
        rest = b""
        first = True
        for data in self._reads():
            if first:
                self._refuse_files(data)
                first = False
            data = rest + data
            whole = len(data) & ~1
            rest = data[whole:]
            if whole:
                yield to_float(pcm16_from_bytes(data[:whole]))
        if first:
            raise AudioError(f"{self.name} is empty")
        if rest:
            self.warning = f"{self.name} ends in the middle of a sample"

    def _reads(self) -> Iterator[bytes]:
        read = getattr(self._stream, "read1", self._stream.read)
        try:
            while data := read(_BLOCK_BYTES):
                yield data
        except OSError as error:
            raise AudioError(f"{self.name} cannot be read: {error.strerror}") from error

    def _refuse_files(self, beginning: bytes) -> None:
        for signature, kind in _SIGNATURES.items():
            if beginning.startswith(signature):
                raise AudioError(
                    f"{self.name} holds a {kind} file; it takes raw sound "
                    "(16 kHz, mono, signed 16-bit little-endian): give the file by name instead"
                )
