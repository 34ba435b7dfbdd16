"""Keeps lines as they come, forgets them when their time is over, deletes them on request."""

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from edge_interpreter.errors import UserError
from edge_interpreter.transcripts.line import Line, PlaceKind
from edge_interpreter.transcripts.store import Place, Store

MOST_WAITING = 10_000
WRITE_EVERY_S = 1.0
EXPIRE_EVERY_S = 3_600.0
DAY_MS = 86_400_000

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


class Keeper:
    """The transcripts of a running server. Event loop only; the database has a thread.

    `wall_clock` gives Unix seconds. Lines that cannot be written are counted in `lost` and never
    hold up what is being interpreted.
    """

    def __init__(
        self, store: Store, keep_days: int, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._keep_ms = keep_days * DAY_MS
        self._wall_clock = wall_clock
        self._waiting: deque[Line] = deque()
        self._lock = asyncio.Lock()
        self.lost = 0

    def keep(self, line: Line) -> None:
        """Keep a line; it is on disk within about a second."""
        if len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            return
        self._waiting.append(line)

    async def run(self) -> None:
        """Write what comes and forget what is too old, for ever."""
        expired_at = float("-inf")
        while True:
            now = asyncio.get_running_loop().time()
            if now - expired_at >= EXPIRE_EVERY_S:
                expired_at = now
                await self.expire()
            await self.flush()
            await asyncio.sleep(WRITE_EVERY_S)

    async def flush(self) -> None:
        """Write what waits."""
        lines = list(self._waiting)
        self._waiting.clear()
        if not lines:
            return
        try:
            await self._run(self._store.add, lines)
        except sqlite3.Error as error:
            self.lost += len(lines)
            log.error("%d lines of transcripts were lost: %s", len(lines), error.sqlite_errorname)

    async def expire(self) -> int:
        """Forget what is older than it may be; how many lines there were."""
        before = round(self._wall_clock() * 1000) - self._keep_ms
        try:
            gone = await self._run(self._store.expire, before)
        except sqlite3.Error as error:
            log.error("old transcripts could not be deleted: %s", error.sqlite_errorname)
            return 0
        if gone:
            log.info("%d lines of transcripts were deleted: their time is over", gone)
        return gone

    async def lines(self, kind: PlaceKind, name: str) -> list[Line]:
        """A transcript, oldest first."""
        await self.flush()
        return await self._run(self._store.lines, kind, name)

    async def places(self) -> list[Place]:
        """What there are transcripts of."""
        await self.flush()
        return await self._run(self._store.places)

    async def delete(self, kind: PlaceKind, name: str) -> int:
        """Delete a transcript; how many lines there were."""
        await self.flush()
        return await self._run(self._store.delete, kind, name)

    async def delete_person(self, person: str) -> int:
        """Delete all that a person said; how many lines there were."""
        await self.flush()
        return await self._run(self._store.delete_person, person)

    async def close(self) -> None:
        """Write what waits and close the database."""
        await self.flush()
        await self._run(self._store.close)

    async def _run(
        self, function: Callable[[*Arguments], Answer], *arguments: *Arguments
    ) -> Answer:
        async with self._lock:
            try:
                return await asyncio.to_thread(function, *arguments)
            except UserError as error:
                log.error("%s", error)
                raise
