"""Whether one more call is taken: by a number, and by how late translations lately were."""

import os
import time
from collections import deque
from collections.abc import Callable
from statistics import median

import ctranslate2

from edge_interpreter.calls.model import Cause
from edge_interpreter.config.calls import Calls
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.pipeline import Pipeline

CORES_PER_CALL = 1
"""Measured with the starter set on two cores: docs/telephony.md, "Measuring"."""
WINDOW_S = 60.0
FEWEST = 6
STREAMS_PER_CALL = 2


class Admission:
    """Refuses calls beyond what this machine interprets in time. Event loop only.

    `limit` is `max_calls`, or what "auto" stands for here. Whatever the limit, no call is taken
    while the engines give work up, or while in the last minute the median delay of translations
    was above `late_after_ms`.
    """

    def __init__(
        self, config: Calls, pipeline: Pipeline, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.configure(config, pipeline.config)
        self._pipeline = pipeline
        self._now = now
        self._delays: deque[tuple[float, int]] = deque(maxlen=200)

    def configure(self, config: Calls, whole: Config) -> None:
        """Have other limits hold from now on; calls that run are left as they are."""
        self.limit = most_calls(config, whole)
        self._late_after_ms = config.late_after_ms

    def translated(self, delay_ms: int) -> None:
        """A translation was ready so long after the end of what was said.

        When it is heard says less of the machine: it may wait behind the one before.
        """
        self._delays.append((self._now(), delay_ms))

    def refusal(self, running: int) -> Cause | None:
        """Why no call is taken beside the `running` ones, or None."""
        if running >= self.limit:
            return Cause.LIMIT
        pipeline = self._pipeline
        room = pipeline.config.pipeline.max_streams - pipeline.snapshot().streams
        if room < STREAMS_PER_CALL or pipeline.overloaded or self._is_late():
            return Cause.OVERLOADED
        return None

    def _is_late(self) -> bool:
        while self._delays and self._delays[0][0] < self._now() - WINDOW_S:
            self._delays.popleft()
        if not self._late_after_ms or len(self._delays) < FEWEST:
            return False
        return median(delay for _, delay in self._delays) > self._late_after_ms


def most_calls(config: Calls, whole: Config) -> int:
    """`max_calls` as a number; "auto" goes by the cores, or by the streams with a GPU."""
    if config.max_calls != "auto":
        return config.max_calls
    if whole.recogniser.device != "cpu" and ctranslate2.get_cuda_device_count():
        return max(1, whole.pipeline.max_streams // STREAMS_PER_CALL)
    return max(1, len(os.sched_getaffinity(0)) // CORES_PER_CALL)
