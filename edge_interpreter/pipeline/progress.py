"""Which workers hold work, and for how long they have not got on with it.

What a watchdog looks at: an idle worker is never stuck, however long it has been idle; one that
holds work is stuck when it has finished none of it for too long.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from edge_interpreter.pipeline.role import Role


@dataclass(slots=True)
class WorkerState:
    """The workers of one kind; times in seconds.

    Idle: no call runs, nothing waits. Waited for: work waits and no call runs, `since` the last
    call ended or, later, the work came. Working: calls run, each since its time in `running`.
    """

    running: dict[int, float] = field(default_factory=dict)
    waits: bool = False
    since: float = 0.0

    def began(self, call: int, now: float) -> None:
        """A thread took a call up."""
        self.running[call] = now

    def ended(self, call: int, now: float) -> None:
        """A call ended, well or not."""
        del self.running[call]
        self.since = now

    def queue(self, now: float, *, waits: bool) -> None:
        """The queue before these workers was looked at."""
        if not self.waits:
            self.since = now
        self.waits = waits

    def stands_still_s(self, now: float) -> float:
        """For how long the oldest call has run, or waiting work has not been taken up."""
        if self.running:
            return now - min(self.running.values())
        return now - self.since if self.waits else 0.0


class Progress:
    """The states of all workers; any thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls = 0
        self._workers = {role: WorkerState() for role in Role}

    def began(self, role: Role) -> int:
        """A worker took a call up; its number is for `ended`."""
        with self._lock:
            self._calls += 1
            self._workers[role].began(self._calls, self._clock())
            return self._calls

    def ended(self, role: Role, call: int) -> None:
        """The call ended."""
        with self._lock:
            self._workers[role].ended(call, self._clock())

    def stuck(self, waiting: Mapping[Role, int], limit_s: float) -> list[Role]:
        """Workers that have stood still for `limit_s` although they have work.

        `waiting` counts what is queued before each. To be asked every few seconds.
        """
        now = self._clock()
        with self._lock:
            for role, workers in self._workers.items():
                workers.queue(now, waits=waiting.get(role, 0) > 0)
            return [
                role
                for role, workers in self._workers.items()
                if workers.stands_still_s(now) >= limit_s
            ]
