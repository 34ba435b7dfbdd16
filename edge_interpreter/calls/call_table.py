"""The table of past calls: who, when, how long, how late, why ended; never content."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

from edge_interpreter.config.database import Database as Settings
from edge_interpreter.database.deleting import delete_rows
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.protocol import Database

SCHEMA = "call_record"
PAGE = 1_000
MIGRATIONS = (
    """
    CREATE TABLE call_record (
        id TEXT PRIMARY KEY,
        transport TEXT NOT NULL,
        caller_number TEXT NOT NULL,
        dialled TEXT NOT NULL,
        agent TEXT NOT NULL,
        started {stamp} NOT NULL,
        answered {stamp},
        ended {stamp} NOT NULL,
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
    """
    ALTER TABLE call_record ADD COLUMN box TEXT NOT NULL DEFAULT '';
    """,
)
"""Each brings the table from one version to the next, so that older programs can go on with it."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call that is over; times are UTC in ISO 8601, durations in milliseconds.

    `box` is the name of the box that had it.
    """

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
    box: str = ""


_NAMES = tuple(field.name for field in fields(CallRecord))
_COLUMNS = ", ".join(_NAMES)
_INSERT = (
    f"INSERT INTO call_record ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608
    " ON CONFLICT (id) DO NOTHING"
)


class CallTable:
    """See `Table`; its methods block. Raises DatabaseAwayError."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def prepare(self) -> None:
        """Bring the table up to date."""
        self.database.migrate(SCHEMA, MIGRATIONS)

    def write(self, entries: Sequence[CallRecord]) -> None:
        """Keep records; one that is there already stays. Raises RowRefusedError."""
        self.database.change(_INSERT, [_storable(entry) for entry in entries])

    def latest(self, limit: int) -> list[CallRecord]:
        """The last `limit` calls, the latest first."""
        return self._select("ORDER BY started DESC, id LIMIT ?", limit)

    def find(self, call_id: str) -> CallRecord | None:
        """One call, or None."""
        found = self._select("WHERE id = ?", _text(call_id))
        return found[0] if found else None

    def all(self) -> Iterator[list[CallRecord]]:
        """Every record, some at a time."""
        last = ""
        while page := self._select("WHERE id > ? ORDER BY id LIMIT ?", last, PAGE):
            yield page
            last = page[-1].id

    def forget(self, call_id: str) -> int:
        """Delete the record of a call; how many there were."""
        return delete_rows(self.database, SCHEMA, "id = ?", _text(call_id), at_once=True)

    def forget_number(self, number: str) -> int:
        """Delete the records of all calls from or to a number; how many there were."""
        if not (text := _text(number)):
            return 0
        condition = "? IN (caller_number, dialled, agent)"
        return delete_rows(self.database, SCHEMA, condition, text, at_once=True)

    def expire(self, before: datetime) -> int:
        """Delete the records of calls that began earlier; how many there were."""
        text = before.isoformat(timespec="milliseconds")
        return delete_rows(self.database, SCHEMA, "started < ?", text)

    def _select(self, condition: str, *values: str | int) -> list[CallRecord]:
        query = f"SELECT {_COLUMNS} FROM call_record {condition}"  # noqa: S608
        return [CallRecord(*row) for row in self.database.read(query, *values)]


def open_call_table(settings: Settings, file: Path) -> CallTable:
    """The table of `[database] url`, else of the SQLite file. Raises UserError."""
    return CallTable(open_database(settings, file))


def _storable(record: CallRecord) -> tuple[str | int | None, ...]:
    return tuple(_text(value) if isinstance(value, str) else value for value in astuple(record))


def _text(value: str) -> str:
    """What somebody dials, or asks after, may hold what is no text to a database."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()
