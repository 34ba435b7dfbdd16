"""Where engines run: on threads of their own, never on the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from edge_interpreter.pipeline.progress import Progress
from edge_interpreter.pipeline.role import Role as Role

T = TypeVar("T")


class Workers(Protocol):
    """Runs engine calls somewhere else and hands back what they give.

    `progress` knows which workers hold work, and since when.
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
        # Counted where the call really ends: who waits for it may be cancelled long before.
        self.progress.took(role)
        try:
            job: Future[T] = self._pools[role].submit(function, *args)
        except RuntimeError:
            self.progress.finished(role)
            raise
        job.add_done_callback(lambda _: self.progress.finished(role))
        return await asyncio.wrap_future(job)

    async def stream(
        self, role: Role, function: Callable[..., Iterator[T]], *args: Any
    ) -> AsyncIterator[T]:
        """See `Workers.stream`."""
        iterator = await self.call(role, lambda: iter(function(*args)))
        while (item := await self.call(role, _next_or_end, iterator)) is not _END:
            yield item

    def close(self) -> None:
        """See `Workers.close`."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


_END: Any = object()


def _next_or_end(iterator: Iterator[T]) -> T:
    return next(iterator, _END)
