"""A clock that moves on instead of waiting, to run hours of the real scheduler in seconds."""

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from edge_interpreter.pipeline.progress import Progress
from edge_interpreter.pipeline.workers import Role

T = TypeVar("T")


class _VirtualSelector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is virtual; for code without real I/O."""

    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual.now


def run_virtually(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


class VirtualWorkers:
    """Workers that take virtual time: `cost(role, args)` seconds for a call or an item.

    Each role does as many calls at a time as it has `threads` (default 1).
    """

    def __init__(
        self,
        cost: Callable[[Role, tuple[Any, ...]], float],
        threads: dict[Role, int] | None = None,
    ) -> None:
        self._cost = cost
        self.progress = Progress()
        wanted = threads or {}
        self._locks = {role: asyncio.Semaphore(wanted.get(role, 1)) for role in Role}

    async def call(self, role: Role, function: Callable[..., T], *args: Any) -> T:
        """See `Workers.call`."""
        async with self._locks[role]:
            await asyncio.sleep(self._cost(role, args))
            return function(*args)

    async def stream(
        self, role: Role, function: Callable[..., Iterator[T]], *args: Any
    ) -> AsyncIterator[T]:
        """See `Workers.stream`."""
        async with self._locks[role]:
            for item in function(*args):
                await asyncio.sleep(self._cost(role, args))
                yield item

    def close(self) -> None:
        """See `Workers.close`."""
