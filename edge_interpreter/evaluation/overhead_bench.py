"""What the pipeline itself adds to the delay: real time, real threads, engines at no cost."""

import asyncio
from typing import Any

import numpy as np

from edge_interpreter.audio.frames import FRAME_MS, SAMPLE_RATE, Framer
from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.timer_engines import LOUD, timer_engines
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Finished
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.segmenter import WINDOW_MS
from edge_interpreter.pipeline.stream import Stream, StreamSettings

SPOKEN_S, SILENT_S = 0.8, 0.6


def overhead(speakers: int = 8, seconds: int = 20) -> dict[str, Any]:
    """Milliseconds from the end of the pause that ends an utterance to its first speech."""
    return asyncio.run(_overhead(speakers, seconds))


async def _overhead(speakers: int, seconds: int) -> dict[str, Any]:
    config = Config()
    pipeline = Pipeline(timer_engines(), config)
    await pipeline.start()
    wanted = frozenset({"fr"})
    pause_ms = -(-config.endpointing.silence_ms // WINDOW_MS) * WINDOW_MS
    added: list[float] = []

    def take(event: Event) -> None:
        if isinstance(event, Finished):
            added.append(event.latency_ms["speech"] - pause_ms)

    opened = [
        pipeline.open(f"speaker-{n}", StreamSettings("en"), lambda: Demand(wanted, wanted), take)
        for n in range(speakers)
    ]
    await asyncio.gather(*(_speak(stream, n, seconds) for n, stream in enumerate(opened)))
    await pipeline.drain()
    await pipeline.stop()
    return {
        "speakers": speakers,
        "utterances": len(added),
        "overhead_ms": percentiles(added, 50, 95, 99),
        "ledger_ok": pipeline.ledger.balanced,
    }


async def _speak(stream: Stream, number: int, seconds: int) -> None:
    """Bursts of loud sound with pauses, each speaker a little later than the one before."""
    burst = np.full(round(SPOKEN_S * SAMPLE_RATE), 2 * LOUD, np.float32)
    silence = np.zeros(round(SILENT_S * SAMPLE_RATE), np.float32)
    sound = np.tile(np.concatenate((burst, silence)), round(seconds / (SPOKEN_S + SILENT_S)))
    await asyncio.sleep(0.13 * number)
    clock = asyncio.get_running_loop().time
    began = clock()
    for count, frame in enumerate(Framer().push(sound), 1):
        await asyncio.sleep(max(0.0, began + count * FRAME_MS / 1000 - clock()))
        stream.feed(frame)
