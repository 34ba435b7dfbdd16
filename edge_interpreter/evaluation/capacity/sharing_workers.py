"""Workers in virtual time whose calls share the cores of a machine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

from edge_interpreter.evaluation.capacity.costs import Machine
from edge_interpreter.evaluation.capacity.priced_engines import Bill
from edge_interpreter.evaluation.capacity.shared_cores import SharedCores
from edge_interpreter.pipeline.progress import Progress
from edge_interpreter.pipeline.workers import Role

T = TypeVar("T")
_FEWEST_CORES = 0.01


class SharingWorkers:
    """See `Workers`; a call takes what its engine adds to the bill.

    `busy` cores are taken by other work all the time.
    """

    def __init__(self, machine: Machine, bill: Bill, busy: float = 0.0) -> None:
        self.progress = Progress()
        self._bill = bill
        self._cores = SharedCores(max(_FEWEST_CORES, machine.cores - busy))
        at_once = {Role.RECOGNISER: machine.recognitions_at_once}
        self._locks = {role: asyncio.Semaphore(at_once.get(role, 1)) for role in Role}

    async def call(self, role: Role, function: Callable[..., T], *args: Any) -> T:
        """See `Workers.call`."""
        async with self._locks[role]:
            answer = function(*args)
            await self._wait()
            return answer

    async def stream(
        self, role: Role, function: Callable[..., Iterator[T]], *args: Any
    ) -> AsyncIterator[T]:
        """See `Workers.stream`."""
        async with self._locks[role]:
            for item in function(*args):
                await self._wait()
                yield item

    def close(self) -> None:
        """See `Workers.close`."""

    async def _wait(self) -> None:
        for work in self._bill.settle():
            await self._cores.work(
                work.seconds, work.cores, efficiency=work.efficiency, on_gpu=work.on_gpu
            )
