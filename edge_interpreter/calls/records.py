"""The list of past calls in SQLite: who, when, how long, how late, why ended; never content."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar, TypeVarTuple

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")

MIGRATIONS = (
    """
    CREATE TABLE call_record (
        id TEXT PRIMARY KEY,
        transport TEXT NOT NULL,
        caller_number TEXT NOT NULL,
        dialled TEXT NOT NULL,
        agent TEXT NOT NULL,
        started TEXT NOT NULL,
        answered TEXT,
        ended TEXT NOT NULL,
        caller_language TEXT NOT NULL,
        agent_language TEXT NOT NULL,
        utterances INTEGER NOT NULL,
        first_audio_p50_ms INTEGER,
        first_audio_p95_ms INTEGER,
        cause TEXT NOT NULL
    );
    CREATE INDEX call_record_started ON call_record (started);
    """,
    """
    ALTER TABLE call_record ADD COLUMN concealed_frames INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE call_record ADD COLUMN ignored_packets INTEGER NOT NULL DEFAULT 0;
    """,
)
"""Each brings the database from one version (`PRAGMA user_version`) to the next."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call that is over; times are UTC in ISO 8601, durations in milliseconds."""

    id: str
    transport: str
    caller_number: str
    dialled: str
    agent: str
    started: str
    answered: str | None
    ended: str
    caller_language: str
    agent_language: str
    utterances: int
    first_audio_p50_ms: int | None
    first_audio_p95_ms: int | None
    cause: str
    concealed_frames: int = 0
    ignored_packets: int = 0


_COLUMNS = tuple(field.name for field in fields(CallRecord))


class CallRecords:
    """A table of `CallRecord`; every method but the constructor runs off the event loop."""

    def __init__(
        self,
        database: Path,
        keep_days: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open or create `database` and bring it up to date; sqlite3.Error when it cannot be."""
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
        self._clock = clock
        self._keep = timedelta(days=keep_days)
        self._connection = sqlite3.connect(database, check_same_thread=False)
        self._lock = asyncio.Lock()
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA secure_delete=ON")
        migrate(self._connection)

    async def add(self, record: CallRecord) -> None:
        """Keep a record, and forget those that are too old."""
        await self._run(self._add, record)

    async def latest(self, limit: int = 100) -> list[CallRecord]:
        """The last `limit` calls, the latest first."""
        return await self._run(self._latest, limit)

    async def find(self, call_id: str) -> CallRecord | None:
        """One call, or None."""
        return await self._run(self._find, call_id)

    async def forget(self, call_id: str) -> int:
        """Delete the record of a call; how many there were."""
        return await self._run(self._delete, "id = ?", call_id)

    async def forget_number(self, number: str) -> int:
        """Delete the records of all calls from or to a number; how many there were."""
        return await self._run(self._delete, "? IN (caller_number, dialled, agent)", number)

    async def forget_old(self) -> int:
        """Delete the records that are too old; how many there were."""
        oldest = (self._clock() - self._keep).isoformat()
        return await self._run(self._delete, "started < ?", oldest)

    async def close(self) -> None:
        """Close the database."""
        await self._run(self._connection.close)

    async def _run(
        self, function: Callable[[*Arguments], Answer], *arguments: *Arguments
    ) -> Answer:
        async with self._lock:
            return await asyncio.to_thread(function, *arguments)

    def _delete(self, condition: str, value: str) -> int:
        with self._connection:
            statement = f"DELETE FROM call_record WHERE {condition}"  # noqa: S608
            deleted = self._connection.execute(statement, (value,)).rowcount
        # What is deleted is also to leave the log that SQLite keeps beside the database.
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    def _add(self, record: CallRecord) -> None:
        oldest = (self._clock() - self._keep).isoformat()
        with self._connection:
            self._connection.execute(
                f"INSERT OR REPLACE INTO call_record ({', '.join(_COLUMNS)})"  # noqa: S608
                f" VALUES ({', '.join(':' + column for column in _COLUMNS)})",
                asdict(record),
            )
            self._connection.execute("DELETE FROM call_record WHERE started < ?", (oldest,))

    def _latest(self, limit: int) -> list[CallRecord]:
        return self._select("ORDER BY started DESC, id LIMIT ?", limit)

    def _find(self, call_id: str) -> CallRecord | None:
        found = self._select("WHERE id = ?", call_id)
        return found[0] if found else None

    def _select(self, condition: str, value: str | int) -> list[CallRecord]:
        query = f"SELECT {', '.join(_COLUMNS)} FROM call_record {condition}"  # noqa: S608
        return [CallRecord(*row) for row in self._connection.execute(query, (value,))]


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the migrations that a database has not had, each whole or not at all."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
