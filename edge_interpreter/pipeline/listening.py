"""The first stage: finds speech in all streams at once and cuts it into utterances."""

import asyncio
from collections.abc import Callable

import numpy as np

from edge_interpreter.audio.frames import Samples
from edge_interpreter.engines.protocols import VadState, VoiceActivity
from edge_interpreter.pipeline.segmenter import Segment, Window
from edge_interpreter.pipeline.stream import Stream
from edge_interpreter.pipeline.workers import Role, Workers

MOST_WINDOWS = 8
SILENT_RMS = 10 ** (-62 / 20)
"""Below this loudness (-62 dBFS) nothing is speech, whatever the model thinks of it."""

_Pending = tuple[Stream, list[tuple[int, Samples, float]]]


class Listening:
    """Runs voice activity over the windows of every stream that has some, in one batch."""

    def __init__(
        self,
        engine: VoiceActivity,
        workers: Workers,
        on_segments: Callable[[Stream, list[Segment]], None],
    ) -> None:
        self._engine = engine
        self._workers = workers
        self._on_segments = on_segments
        self._streams: dict[str, Stream] = {}
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return sum(stream.has_work for stream in self._streams.values())

    def add(self, stream: Stream) -> None:
        """Listen to one more stream."""
        self._streams[stream.name] = stream

    def remove(self, stream: Stream) -> None:
        """Listen to it no more."""
        self._streams.pop(stream.name, None)

    def wake(self) -> None:
        """Some stream has sound, or wants its utterance ended."""
        self._wake.set()

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while any(stream.has_work for stream in self._streams.values()):
                await self._round()

    async def _round(self) -> None:
        working = [stream for stream in self._streams.values() if stream.has_work]
        pending = [(stream, stream.take_windows(MOST_WINDOWS)) for stream in working]
        heard = [(stream, windows) for stream, windows in pending if windows]
        if heard:
            probabilities = await self._workers.call(
                Role.VOICE_ACTIVITY, _probabilities, self._engine, heard
            )
            for (stream, windows), row in zip(heard, probabilities, strict=True):
                self._hear(stream, windows, row)
        for stream in working:
            if not stream.closed:
                self._on_segments(stream, stream.settle())
                stream.settled()

    def _hear(
        self, stream: Stream, windows: list[tuple[int, Samples, float]], row: list[float]
    ) -> None:
        for (position, samples, arrived), probability in zip(windows, row, strict=True):
            if stream.closed:
                return
            segments = stream.hear(Window(position, samples, probability, arrived))
            self._on_segments(stream, segments)


def _probabilities(engine: VoiceActivity, heard: list[_Pending]) -> list[list[float]]:
    """Speech probabilities of each stream's windows, the n-th of all streams in one call."""
    rows: list[list[float]] = [[] for _ in heard]
    for step in range(max(len(windows) for _, windows in heard)):
        batch = [i for i, (_, windows) in enumerate(heard) if step < len(windows)]
        sounds = np.stack([heard[i][1][step][1] for i in batch])
        states: list[VadState] = [heard[i][0].vad_state for i in batch]
        loud = np.sqrt(np.mean(sounds**2, axis=1)) >= SILENT_RMS
        for i, value, audible in zip(
            batch, engine.probabilities(states, sounds), loud, strict=True
        ):
            rows[i].append(float(value) if audible else 0.0)
    return rows
