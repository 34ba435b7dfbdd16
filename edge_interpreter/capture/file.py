"""A recording, or raw sound from a pipe, as frames."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import SAMPLE_RATE, Frame, Framer, Samples
from edge_interpreter.audio.raw import RawAudio
from edge_interpreter.capture.reading import read_blocks


class _Sound(Protocol):
    def blocks(self) -> Iterator[Samples]: ...


class FileSource:
    """An audio or video file, read as fast as its frames are taken or, on wish, as it plays.

    Raises AudioError at once for a file that cannot be read, and from `frames` for one without
    sound.
    """

    def __init__(self, path: Path, *, realtime: bool = False) -> None:
        self._file = AudioFile(path)
        self._realtime = realtime

    @property
    def warning(self) -> str | None:
        """What is wrong with the file, known once all frames are out."""
        return self._file.warning

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The file's frames, once; the last is filled up with silence."""
        clock = asyncio.get_running_loop().time
        pace = Pace(clock())
        async with aclosing(_framed(self._file, self._file.close)) as frames:
            async for frame in frames:
                if self._realtime:
                    await asyncio.sleep(pace.wait_s(frame, clock()))
                yield frame


class StdinSource:
    """Raw sound from standard input, as it comes; see `RawAudio`."""

    def __init__(self) -> None:
        # Without a buffer, whose lock a read that never returns would hold for ever.
        self._stream = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115
        self._sound = RawAudio(self._stream)

    @property
    def warning(self) -> str | None:
        """What is wrong with the sound, known once all frames are out."""
        return self._sound.warning

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The frames, once; the last is filled up with silence."""
        async with aclosing(_framed(self._sound, self._stream.close)) as frames:
            async for frame in frames:
                yield frame


class Pace:
    """When each frame of a recording would have been heard; errors do not add up."""

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s

    def wait_s(self, frame: Frame, now_s: float) -> float:
        """Seconds from now to the end of the frame, 0 when it is late."""
        end_s = (frame.position + frame.samples.size) / SAMPLE_RATE
        return max(0.0, self._began_s + end_s - now_s)


async def _framed(sound: _Sound, close: Callable[[], None]) -> AsyncGenerator[Frame, None]:
    framer = Framer()
    async with aclosing(read_blocks(sound.blocks, close)) as blocks:
        async for block in blocks:
            for frame in framer.push(block):
                yield frame
    for frame in framer.flush():
        yield frame
