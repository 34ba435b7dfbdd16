"""Rows on their way to a database: kept in order while it is away, never waited for."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Generic, Protocol, TypeVar, TypeVarTuple

from edge_interpreter.database.protocol import Database, DatabaseAwayError, RowRefusedError
from edge_interpreter.errors import UserError

MOST_WAITING = 10_000
BATCH = 500
WRITE_EVERY_S = 1.0
AGAIN_S = 0.5
"""For so long after a failure nothing is tried."""
LOOK_EVERY_S = 10.0
"""A database on another machine is looked at so often where nothing is to be written."""
EXPIRE_EVERY_S = 3_600.0
CLOSE_S = 1.0
QUEUE_FULL, REFUSED, STOPPED = "queue_full", "refused", "stopped"

log = logging.getLogger(__name__)
Entry = TypeVar("Entry")
EntryIn = TypeVar("EntryIn", contravariant=True)
Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


class Table(Protocol[EntryIn]):
    """What rows are written to; its methods block."""

    @property
    def database(self) -> Database:
        """The database it is in."""
        ...

    def prepare(self) -> None:
        """Bring the schema up to date. Raises UserError, and so nothing is written."""
        ...

    def write(self, entries: Sequence[EntryIn]) -> None:
        """Keep all or none; the same ones once more change nothing. Raises RowRefusedError."""
        ...


class Recorder(Generic[Entry]):
    """Writes to a table on a thread of its own, and asks it. Event loop only.

    `kind` is what log and figures call the rows. `expire` deletes what is too old and says how many
    rows that were. `lost` counts rows that were never written by reason: `queue_full`, `refused`
    (the database does not take them), `stopped` (the box stopped while the database was away).
    """

    def __init__(self, kind: str, table: Table[Entry], expire: Callable[[], int]) -> None:
        self.kind = kind
        self.up = True
        self.written = 0
        self.lost: Counter[str] = Counter()
        self._table = table
        self._expire = expire
        self._waiting: deque[Entry] = deque()
        self._writing = asyncio.Lock()
        self._asking = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=kind)
        self._prepared = False
        self._closed = False
        self._why = ""
        self._asked_at = float("-inf")
        self._down_since = 0.0

    @property
    def waiting(self) -> int:
        """How many rows are not written yet."""
        return len(self._waiting)

    def put(self, entry: Entry) -> None:
        """Write a row soon: within about a second where the database is well."""
        if len(self._waiting) >= MOST_WAITING:
            self._lose(QUEUE_FULL)
        else:
            self._waiting.append(entry)

    async def run(self) -> None:
        """Write what comes and forget what is too old, for ever."""
        expired_at = float("-inf")
        while True:
            try:
                await self.flush()
                if _now() - expired_at >= EXPIRE_EVERY_S:
                    await self.expire()
                    expired_at = _now()
                elif self._table.database.remote and _now() - self._asked_at >= LOOK_EVERY_S:
                    self._prepared = False
                    await self._do(_nothing)
            except DatabaseAwayError:
                pass  # told when it went away
            except Exception as error:  # whatever it is, what comes later is to be written
                log.error("%s: writing failed and goes on: %s", self.kind, type(error).__name__)
            await asyncio.sleep(WRITE_EVERY_S)

    async def flush(self) -> None:
        """Write what waits. Raises DatabaseAwayError."""
        async with self._writing:
            while self._waiting:
                batch = list(islice(self._waiting, BATCH))
                refused = await self._do(self._write, batch)
                for _ in batch:
                    self._waiting.popleft()
                self.written += len(batch) - refused
                if refused:
                    self._lose(REFUSED, refused)

    async def ask(self, function: Callable[[*Arguments], Answer], *arguments: *Arguments) -> Answer:
        """Call what blocks on the database's thread, after all that waits is written.

        Raises DatabaseAwayError.
        """
        await self.flush()
        try:
            return await self._do(function, *arguments)
        except DatabaseAwayError:
            raise
        except UserError as error:
            # Who asks over the network is not told which file it is.
            log.error("%s", error)
            raise

    async def expire(self) -> int:
        """Forget what is older than it may be; how many rows there were."""
        gone = await self.ask(self._expire)
        if gone:
            log.info("%s: %d rows were deleted: their time is over", self.kind, gone)
        return gone

    async def close(self) -> None:
        """Write what waits, if that can be done soon, and close the database; once is enough."""
        if self._closed:
            return
        self._closed = True
        database = self._table.database
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.flush()
        except (TimeoutError, DatabaseAwayError):
            database.interrupt()
        if self._waiting:
            self._lose(STOPPED, len(self._waiting))
            self._waiting.clear()
        closing = asyncio.get_running_loop().run_in_executor(self._thread, database.close)
        await asyncio.wait({closing}, timeout=CLOSE_S)
        self._thread.shutdown(wait=False)

    async def _do(self, function: Callable[[*Arguments], Answer], *arguments: *Arguments) -> Answer:
        def work() -> Answer:
            self._prepare()
            return function(*arguments)

        # Who waited for an attempt that failed does not begin the next one.
        async with self._asking:
            if not self.up and _now() - self._asked_at < AGAIN_S:
                raise DatabaseAwayError(self._why)
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._thread, work)
            except DatabaseAwayError as error:
                self._went_away(error)
                raise
            self._came_back()
        return answer

    # On the database's thread

    def _prepare(self) -> None:
        """After every failure once more: another server may answer, or the same with less in it."""
        if self._prepared:
            return
        try:
            self._table.prepare()
        except UserError as error:
            raise DatabaseAwayError(str(error)) from None
        self._prepared = True

    def _write(self, batch: Sequence[Entry]) -> int:
        """How many rows of it the database refused; the others are written."""
        try:
            self._table.write(batch)
        except RowRefusedError:
            return sum(self._refuses(entry) for entry in batch)
        return 0

    def _refuses(self, entry: Entry) -> bool:
        try:
            self._table.write([entry])
        except RowRefusedError:
            return True
        return False

    # What became of it

    def _went_away(self, error: DatabaseAwayError) -> None:
        self._prepared = False
        self._asked_at = _now()
        self._why = str(error)
        if self.up:
            self.up = False
            self._down_since = self._asked_at
            log.error("%s cannot be written, and wait: %s", self.kind, error)

    def _came_back(self) -> None:
        self._asked_at = _now()
        if not self.up:
            self.up = True
            away_s = self._asked_at - self._down_since
            log.warning("%s can be written again after %.0f s", self.kind, away_s)

    def _lose(self, reason: str, count: int = 1) -> None:
        # A queue that is full is full for many.
        if reason != QUEUE_FULL or not self.lost[reason] % MOST_WAITING:
            log.error("%s: %d rows were lost: %s", self.kind, count, reason)
        self.lost[reason] += count


def _nothing() -> None:
    """What is asked of a database to see whether it answers."""


def _now() -> float:
    return asyncio.get_running_loop().time()
