"""A recording, or raw sound from a pipe, as frames."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import FRAME_MS, SAMPLE_RATE, Frame, Framer, Samples
from edge_interpreter.audio.raw import RawAudio


class _Sound(Protocol):
    warning: str | None

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

    async def frames(self) -> AsyncIterator[Frame]:
        """The file's frames, once; the last is filled up with silence."""
        clock = asyncio.get_running_loop().time
        began = clock()
        with self._file:
            async for frame in _frames(self._file):
                if self._realtime:
                    heard_s = frame.position / SAMPLE_RATE + FRAME_MS / 1000
                    await asyncio.sleep(max(0.0, began + heard_s - clock()))
                yield frame


class StdinSource:
    """Raw sound from standard input, as it comes; see `RawAudio`."""

    def __init__(self) -> None:
        self._sound = RawAudio(sys.stdin.buffer)

    @property
    def warning(self) -> str | None:
        """What is wrong with the sound, known once all frames are out."""
        return self._sound.warning

    async def frames(self) -> AsyncIterator[Frame]:
        """The frames, once; the last is filled up with silence."""
        async for frame in _frames(self._sound):
            yield frame


async def _frames(sound: _Sound) -> AsyncIterator[Frame]:
    """Decoding happens on a thread: a file on a slow disk must not hold up the event loop."""
    framer = Framer()
    blocks = sound.blocks()
    while (block := await asyncio.to_thread(next, blocks, None)) is not None:
        for frame in framer.push(block):
            yield frame
    for frame in framer.flush():
        yield frame
