"""What a replica does with the requests of many boxes; no Ray."""

import asyncio
import hmac
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from edge_interpreter.errors import EngineError

T = TypeVar("T")
Run = Callable[[list[Any]], list[Any]]
"""One answer for each item; raises for all of them."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request: its items, and when nobody waits for it any more (None: somebody always)."""

    items: tuple[Any, ...]
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job: answers, or why there are none."""

    answers: tuple[Any, ...] = ()
    refused: str = ""
    fault: str = ""
    worked_ms: float = 0.0


@dataclass(slots=True)
class Bench:
    """Runs jobs of many boxes through one engine together; counts what it did and left."""

    run: Run
    clock: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)

    def work(self, jobs: Sequence[Job]) -> list[Done]:
        """One outcome per job; what is late is left before work is put into it."""
        now = self.clock()
        late = [job.deadline is not None and job.deadline <= now for job in jobs]
        wanted = [job for job, is_late in zip(jobs, late, strict=True) if not is_late]
        self.counts["jobs"] += len(jobs)
        self.counts["too_late"] += sum(late)
        done = iter(self._run(wanted))
        return [Done(refused="too_late") if is_late else next(done) for is_late in late]

    def _run(self, jobs: list[Job]) -> list[Done]:
        if not jobs:
            return []
        began = self.clock()
        self.counts["batches"] += 1
        try:
            answers = self.run([item for job in jobs for item in job.items])
        except Exception as error:  # one bad request must not fail the others
            if len(jobs) > 1:
                return [one for job in jobs for one in self._run([job])]
            self.counts["faults"] += 1
            return [Done(fault=fault_of(error))]
        worked_ms = (self.clock() - began) * 1000
        rest = iter(answers)
        return [Done(tuple(next(rest) for _ in job.items), worked_ms=worked_ms) for job in jobs]


def fault_of(error: Exception) -> str:
    """What a box may be told of an error: an engine's own words, of others only the kind."""
    return str(error) if isinstance(error, EngineError) else type(error).__name__


class Gate:
    """Lets requests through while the engine is free, so that those meanwhile make one batch."""

    def __init__(self) -> None:
        self._free = asyncio.Event()
        self._free.set()

    async def wait(self) -> None:
        """Wait until the engine is free."""
        await self._free.wait()

    async def __aenter__(self) -> None:
        self._free.clear()

    async def __aexit__(self, *_: object) -> None:
        self._free.set()


def allowed(metadata: Sequence[tuple[str, str | bytes]], token: str) -> bool:
    """Whether a request came with the token; nothing is let in without one."""
    given = next((value for name, value in metadata if name == "authorization"), "")
    text = given.decode("latin-1") if isinstance(given, bytes) else given
    return bool(token) and hmac.compare_digest(text.encode(), f"Bearer {token}".encode())
