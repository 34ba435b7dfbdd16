"""Recordings on a speaker's clock: when the last sound of an utterance was sent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np

from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples
from edge_interpreter.audio.pcm import to_pcm16

SPEECH_FLOOR_DB = 35.0
"""Sound this far below the recording's loudest is not counted as speech."""


@dataclass(frozen=True, slots=True)
class Played:
    """A recording as it was spoken: position in the stream (samples), and when that was sent."""

    name: str
    samples: Samples
    position: int
    sent: float


def end_of_speech(played: Sequence[Played], start_ms: int, end_ms: int) -> float | None:
    """When the last loud sound of an utterance was sent: by level, not by the server's word.

    `played` is in the order of the stream; None where the utterance lies in no recording.
    """
    start, end = start_ms * SAMPLE_RATE // 1000, end_ms * SAMPLE_RATE // 1000
    file = next((file for file in reversed(played) if file.position <= end), None)
    if file is None:
        return None
    first = max(0, start - file.position)
    level = np.abs(file.samples[first : max(0, end - file.position)])
    if not level.size:
        return None
    loud = np.flatnonzero(level > float(np.abs(file.samples).max()) * 10 ** (-SPEECH_FLOOR_DB / 20))
    last = first + (int(loud[-1]) if loud.size else 0)
    return file.sent + (last // FRAME_SAMPLES + 1) * FRAME_MS / 1000


async def play(
    send: Callable[[bytes], Awaitable[None]], sounds: Sequence[tuple[str, Samples]], quiet_s: float
) -> list[Played]:
    """Speak each sound in real time, then stay silent long enough for what is awaited of it.

    `send` takes 20 ms of 16-bit sound at 16 kHz.
    """
    loop = asyncio.get_running_loop()
    played: list[Played] = []
    start = loop.time()
    frames = 0
    for name, samples in sounds:
        quiet = np.zeros(round(quiet_s * SAMPLE_RATE), np.float32)
        played.append(Played(name, samples, frames * FRAME_SAMPLES, start + frames * 0.02))
        pcm = to_pcm16(np.concatenate((samples, quiet)))
        for at in range(0, pcm.size - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            await asyncio.sleep(max(0.0, start + (frames + 1) * FRAME_MS / 1000 - loop.time()))
            await send(pcm[at : at + FRAME_SAMPLES].tobytes())
            frames += 1
    return played
