"""Which worker holds work, and how long it has finished nothing: what a watchdog looks at.

An idle worker is never late, however long it has been idle; one that holds work is late when it
has finished nothing for too long.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from edge_interpreter.pipeline.role import Role


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One kind of worker.

    `holds`: calls given to it and not finished; `waits`: whether more waits for it in a queue;
    `since`: when it last finished something or, later, got work while it had none (seconds).
    """

    holds: int = 0
    waits: bool = False
    since: float = 0.0

    @property
    def busy(self) -> bool:
        """Whether it has anything to do."""
        return self.holds > 0 or self.waits

    def took(self, now: float) -> "WorkerState":
        """It was given a call."""
        return replace(self, holds=self.holds + 1, since=self.since if self.busy else now)

    def finished(self, now: float) -> "WorkerState":
        """A call of it ended, well or not."""
        return replace(self, holds=self.holds - 1, since=now)

    def queue(self, now: float, *, waits: bool) -> "WorkerState":
        """Its queue was looked at."""
        return replace(self, waits=waits, since=self.since if self.busy else now)

    def silent_s(self, now: float) -> float:
        """For how long it has had work and finished nothing; 0 for an idle one."""
        return now - self.since if self.busy else 0.0


class Progress:
    """The states of all workers; any thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._workers = dict.fromkeys(Role, WorkerState())

    def took(self, role: Role) -> None:
        """A worker was given a call."""
        with self._lock:
            self._workers[role] = self._workers[role].took(self._clock())

    def finished(self, role: Role) -> None:
        """A call ended."""
        with self._lock:
            self._workers[role] = self._workers[role].finished(self._clock())

    def stuck(self, waiting: Mapping[Role, int], limit_s: float) -> list[Role]:
        """Workers that have had work for `limit_s` without finishing any.

        `waiting` counts what is queued for each: work that nobody hands to an idle worker
        counts as well. To be asked every few seconds.
        """
        now = self._clock()
        with self._lock:
            for role in Role:
                waits = waiting.get(role, 0) > 0
                self._workers[role] = self._workers[role].queue(now, waits=waits)
            return [role for role in Role if self._workers[role].silent_s(now) >= limit_s]
