"""Somebody who says recordings to the real pipeline, in virtual time."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from edge_interpreter.audio.frames import Frame, Samples
from edge_interpreter.evaluation.capacity.traces import SILENCE, WINDOW_S, Trace, windows
from edge_interpreter.pipeline.events import SPEECH_RATE, Event, Finished, Skipped, Spoken
from edge_interpreter.pipeline.segmenter import WINDOW_SAMPLES
from edge_interpreter.pipeline.stream import Stream

_ENDED_S = 0.5


@dataclass(slots=True)
class Noted:
    """Milliseconds from the end of speech to the first sound of each translation; what was lost."""

    first_audio_ms: list[float] = field(default_factory=list)
    utterances: int = 0
    lost: int = 0


class Speaker:
    """Somebody in the pipeline: says recordings in virtual time, and silence between them."""

    def __init__(self, noted: Noted, traces: Sequence[Trace]) -> None:
        self._noted = noted
        self._traces = traces
        self._to_say: deque[Samples] = deque()
        self.stream: Stream | None = None
        self.heard_until = 0.0
        """When listeners will have heard all that was translated of it (loop seconds)."""

    def say(self, number: int) -> float:
        """Say a recording after what is being said; returns its length in seconds."""
        trace = self._traces[number]
        self._to_say += windows(trace, number)
        return trace.seconds

    def take(self, event: Event) -> None:
        """Note when the first sound of each translation came."""
        if isinstance(event, Finished):
            self._noted.utterances += 1
        if isinstance(event, Skipped) and not event.untrusted:
            self._noted.lost += 1
        if not isinstance(event, Spoken) or self.stream is None or not event.pcm.size:
            return
        now = asyncio.get_running_loop().time()
        self.heard_until = max(now, self.heard_until) + event.pcm.size / SPEECH_RATE
        passage = self.stream.passages.get(event.utterance.index)
        if event.sequence == 0 and passage is not None:
            self._noted.first_audio_ms.append(passage.age_ms(now))

    async def sound(self, stream: Stream) -> None:
        """Feed the pipeline for ever."""
        clock = asyncio.get_running_loop().time
        due, position = clock(), 0
        while True:
            due += WINDOW_S
            await asyncio.sleep(due - clock())
            window = self._to_say.popleft() if self._to_say else SILENCE
            stream.feed(Frame(position, window))
            position += WINDOW_SAMPLES

    async def translated(self) -> None:
        """Wait until all that was said so far has been delivered or given up."""
        # The pause that ends an utterance has to be heard first.
        await asyncio.sleep(_ENDED_S)
        if self.stream is not None:
            await self.stream.idle()
