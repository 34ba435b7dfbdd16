"""The list of past calls of a running server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from edge_interpreter.calls.call_table import CallRecord, CallTable
from edge_interpreter.database.recorder import Recorder


class CallRecords:
    """Keeps records as calls end, and answers questions. Event loop only.

    Records have the name of this `box`; those of other boxes are found too where the database is
    a common one. All that is awaited raises DatabaseAwayError.
    """

    def __init__(
        self,
        table: CallTable,
        keep_days: int,
        box: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._table = table
        self._keep = timedelta(days=keep_days)
        self._box = box
        self._clock = clock
        self.recorder = Recorder("call_records", table, self._expire)

    def keep(self, record: CallRecord) -> None:
        """Keep a record; it is in the database within about a second, or when that is back."""
        self.recorder.put(replace(record, box=self._box))

    async def latest(self, limit: int = 100) -> list[CallRecord]:
        """The last `limit` calls, the latest first."""
        return await self.recorder.ask(self._table.latest, limit)

    async def find(self, call_id: str) -> CallRecord | None:
        """One call, or None."""
        return await self.recorder.ask(self._table.find, call_id)

    async def forget(self, call_id: str) -> int:
        """Delete the record of a call; how many there were."""
        return await self.recorder.ask(self._table.forget, call_id)

    async def forget_number(self, number: str) -> int:
        """Delete the records of all calls from or to a number; how many there were."""
        return await self.recorder.ask(self._table.forget_number, number)

    def _expire(self) -> int:
        return self._table.expire(self._clock() - self._keep)
