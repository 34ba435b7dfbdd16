"""Cores that engines share, in virtual time: who runs together runs slower."""

import asyncio
from dataclasses import dataclass, field

_DONE_S = 1e-9


@dataclass(slots=True, eq=False)
class _Job:
    left_s: float
    cores: float
    efficiency: float
    on_gpu: bool
    done: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class SharedCores:
    """Processor sharing: every job runs as fast as alone while the cores suffice for all.

    When the jobs that run want more cores than `cores`, all of them slow down in proportion, as
    threads do under a fair scheduler. Jobs on a graphics processor share that one as well.
    """

    def __init__(self, cores: float) -> None:
        self._cores = cores
        self._jobs: list[_Job] = []
        self._seen_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def work(
        self, seconds: float, cores: float, *, efficiency: float = 1.0, on_gpu: bool = False
    ) -> None:
        """Do what takes `seconds` alone and keeps `cores` busy meanwhile.

        `efficiency` is what it makes of its share of the cores where they do not suffice: threads
        that wait for each other lose by it, and memory is shared as well.
        """
        if seconds <= 0:
            return
        self._go_on()
        job = _Job(seconds, cores, efficiency, on_gpu)
        self._jobs.append(job)
        self._plan()
        try:
            await job.done
        finally:
            if job in self._jobs:
                self._go_on()
                self._jobs.remove(job)
                self._plan()

    def _speed(self, job: _Job) -> float:
        wanted = sum(other.cores for other in self._jobs)
        speed = min(1.0, job.efficiency * self._cores / wanted) if len(self._jobs) > 1 else 1.0
        return min(speed, 1 / sum(other.on_gpu for other in self._jobs)) if job.on_gpu else speed

    def _go_on(self) -> None:
        """Bring every job up to now."""
        now = asyncio.get_running_loop().time()
        speeds = [self._speed(job) for job in self._jobs]
        for job, speed in zip(self._jobs, speeds, strict=True):
            job.left_s -= (now - self._seen_at) * speed
        self._seen_at = now

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._jobs:
            soonest = min(job.left_s / self._speed(job) for job in self._jobs)
            self._timer = asyncio.get_running_loop().call_later(max(0.0, soonest), self._finish)

    def _finish(self) -> None:
        self._go_on()
        over = [job for job in self._jobs if job.left_s <= _DONE_S]
        self._jobs = [job for job in self._jobs if job.left_s > _DONE_S]
        for job in over:
            if not job.done.done():
                job.done.set_result(None)
        self._plan()
