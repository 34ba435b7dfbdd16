"""Where engines run: on threads of their own, never on the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from edge_interpreter.pipeline.progress import Progress
from edge_interpreter.pipeline.role import Role as Role

T = TypeVar("T")


class Workers(Protocol):
    """Runs engine calls somewhere else and hands back what they give.

    `progress` knows which of them are at work, and since when.
    """

    progress: Progress

    async def call(self, role: Role, function: Callable[..., T], *args: Any) -> T:
        """The function's answer; its exception is raised here."""
        ...

    def stream(
        self, role: Role, function: Callable[..., Iterator[T]], *args: Any
    ) -> AsyncIterator[T]:
        """The items of the iterator that `function` gives, as they come."""
        ...

    def close(self) -> None:
        """Let go of the workers; a call under way is waited for."""
        ...


class ThreadWorkers:
    """One pool of threads for each kind of engine."""

    def __init__(self, threads: dict[Role, int] | None = None) -> None:
        self.progress = Progress()
        wanted = threads or {}
        self._pools = {
            role: ThreadPoolExecutor(wanted.get(role, 1), thread_name_prefix=role) for role in Role
        }

    async def call(self, role: Role, function: Callable[..., T], *args: Any) -> T:
        """See `Workers.call`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pools[role], self._watched, role, function, *args)

    async def stream(
        self, role: Role, function: Callable[..., Iterator[T]], *args: Any
    ) -> AsyncIterator[T]:
        """See `Workers.stream`."""
        iterator = await self.call(role, lambda: iter(function(*args)))
        while (item := await self.call(role, _next_or_end, iterator)) is not _END:
            yield item

    def _watched(self, role: Role, function: Callable[..., T], *args: Any) -> T:
        # On the worker's thread: who waits for the call may be cancelled long before it ends.
        call = self.progress.began(role)
        try:
            return function(*args)
        finally:
            self.progress.ended(role, call)

    def close(self) -> None:
        """See `Workers.close`."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


_END: Any = object()


def _next_or_end(iterator: Iterator[T]) -> T:
    return next(iterator, _END)
