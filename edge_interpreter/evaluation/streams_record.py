"""What came of several speakers at once, and how their sound is fed in real time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_interpreter.audio.frames import FRAME_MS, Frame, Framer, Samples
from edge_interpreter.evaluation.percentiles import percentiles

GOAL_P95_MS = 2_500


@dataclass(slots=True)
class StreamsRecord:
    """Delays from the end of speech to the first translated sound, and what was lost."""

    first_audio_ms: list[float] = field(default_factory=list)
    utterances: int = 0
    lost: int = 0

    @property
    def within_goal(self) -> bool:
        """Whether nothing was lost and the 95th percentile is no later than `GOAL_P95_MS`."""
        p95 = percentiles(self.first_audio_ms)["p95"]
        return p95 is not None and p95 <= GOAL_P95_MS and not self.lost


async def in_real_time(sound: Samples, feed: Callable[[Frame], None]) -> None:
    """Hand over a sound in frames, none before it would have been spoken."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for count, frame in enumerate(Framer().push(sound), 1):
        feed(frame)
        await asyncio.sleep(max(0.0, start + count * FRAME_MS / 1000 - loop.time()))
