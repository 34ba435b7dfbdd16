"""The clock of all calls: every 20 ms, on an absolute schedule that does not drift."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FRAME_S = 0.020
SLOTS = 4
ON_TIME_S = 0.005
_BEHIND_LIMIT_S = 0.200


@dataclass(slots=True)
class TickerStats:
    """How well the clock was kept."""

    ticks: int = 0
    on_time: int = 0
    """Ticks that began within 5 ms of their time."""
    latest_s: float = 0.0
    """The longest that one was late."""
    skipped: int = 0
    """Ticks given up because the machine stood still for longer than 200 ms."""


@dataclass(slots=True)
class Ticker:
    """Calls every member once per 20 ms.

    Members are spread over slots 5 ms apart, so that many calls do not make one long stop. A
    tick that is late is made up for at once; after a stop of more than 200 ms the schedule
    begins anew.
    """

    now: Callable[[], float] = time.monotonic
    stats: TickerStats = field(default_factory=TickerStats)
    _slots: list[list[Callable[[], None]]] = field(
        default_factory=lambda: [[] for _ in range(SLOTS)]
    )
    _task: asyncio.Task[None] | None = None

    def add(self, member: Callable[[], None]) -> None:
        """Tick `member` from now on; it must not block, and what it raises ends nothing."""
        min(self._slots, key=len).append(member)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="call clock")

    def remove(self, member: Callable[[], None]) -> None:
        """Tick it no more."""
        for slot in self._slots:
            if member in slot:
                slot.remove(member)

    async def stop(self) -> None:
        """Stop the clock."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        step = FRAME_S / SLOTS
        due, slot = self.now(), 0
        while True:
            wait = due - self.now()
            if wait > 0:
                await asyncio.sleep(wait)
            late = self.now() - due
            if late > _BEHIND_LIMIT_S:
                missed = int(late / step) // SLOTS * SLOTS
                self.stats.skipped += missed // SLOTS
                due += missed * step
            self._tick(slot, late)
            due += step
            slot = (slot + 1) % SLOTS
            if wait <= 0:
                await asyncio.sleep(0)

    def _tick(self, slot: int, late: float) -> None:
        self.stats.latest_s = max(self.stats.latest_s, late)
        for member in tuple(self._slots[slot]):
            self.stats.ticks += 1
            self.stats.on_time += late <= ON_TIME_S
            try:
                member()
            except Exception as error:  # one call's fault must not stop the others
                log.error("a call's clock failed: %s", type(error).__name__)
