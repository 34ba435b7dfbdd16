"""Call records: kept, listed, forgotten in time, brought over from older versions."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge_interpreter.calls.call_table import (
    MIGRATIONS,
    SCHEMA,
    CallRecord,
    CallTable,
    open_call_table,
)
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.config.database import Database
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.sqlite import SqliteDatabase

Open = Callable[..., CallRecords]


def record(call_id: str, age: timedelta = timedelta()) -> CallRecord:
    started = (datetime.now(UTC) - age).isoformat(timespec="milliseconds")
    return CallRecord(
        id=call_id,
        transport="sip",
        caller_number="+34600",
        dialled="100",
        agent="sip:200@pbx",
        started=started,
        answered=started,
        ended=started,
        caller_language="es",
        agent_language="en",
        utterances=7,
        first_audio_p50_ms=900,
        first_audio_p95_ms=1400,
        cause="caller_hung_up",
        box="box",
    )


@pytest.fixture
def opened(settings: Database, file: Path) -> Open:
    """Opens the same records again and again, as a server that is started anew."""

    def make(box: str = "box", clock: Callable[[], datetime] | None = None) -> CallRecords:
        now = clock or (lambda: datetime.now(UTC))
        return CallRecords(open_call_table(settings, file), 30, box, now)

    return make


async def test_what_was_kept_is_found_the_latest_first(opened: Open) -> None:
    records = opened()
    old, new = record("a", timedelta(hours=1)), record("b")
    records.keep(old)
    records.keep(new)
    assert await records.latest() == [new, old]
    assert await records.latest(1) == [new]
    assert await records.find("a") == old
    assert await records.find("c") is None
    await records.recorder.close()


async def test_records_survive_a_restart_and_old_ones_are_forgotten(opened: Open) -> None:
    records = opened()
    records.keep(record("old", timedelta(days=31)))
    records.keep(record("new"))
    await records.recorder.close()
    records = opened()
    assert await records.find("old") is not None
    assert await records.recorder.expire() == 1
    assert [one.id for one in await records.latest()] == ["new"]
    await records.recorder.close()


async def test_the_box_that_had_the_call_is_named(opened: Open) -> None:
    north, south = opened("north"), opened("south")
    north.keep(record("a"))
    south.keep(record("b"))
    assert [one.box for one in await north.latest()] == ["north"]
    assert {one.id: one.box for one in await south.latest()} == {"a": "north", "b": "south"}
    await north.recorder.close()
    await south.recorder.close()


async def test_what_nobody_can_store_harms_no_other_record(opened: Open) -> None:
    records = opened()
    records.keep(replace(record("a"), caller_number="+34\x00600\ud800"))
    records.keep(replace(record("b"), utterances=1 << 70))
    records.keep(record("c"))
    assert {one.id for one in await records.latest()} == {"a", "c"}
    found = await records.find("a")
    assert found is not None
    assert found.caller_number == "+34600?"
    assert records.recorder.lost == {"refused": 1}
    assert records.recorder.written == 2
    await records.recorder.close()


async def test_a_record_that_is_written_twice_is_there_once(settings: Database, file: Path) -> None:
    table = open_call_table(settings, file)
    table.prepare()
    for _ in range(2):
        table.write([record("a"), record("b")])
    assert [[one.id for one in page] for page in table.all()] == [["a", "b"]]
    table.database.close()


@pytest.fixture
def table_of_the_first_version(settings: Database, file: Path) -> Iterator[CallTable]:
    database = open_database(settings, file)
    database.migrate(SCHEMA, MIGRATIONS[:1])
    database.change(
        "INSERT INTO call_record VALUES ('a','sip','1','2','3',?,NULL,'e','en','fr',0,NULL,NULL,"
        "'busy')",
        [(datetime.now(UTC).isoformat(),)],
    )
    yield CallTable(database)
    database.close()


def test_a_table_of_the_first_version_is_brought_up_to_date(
    table_of_the_first_version: CallTable,
) -> None:
    table = table_of_the_first_version
    assert table.database.version(SCHEMA) == 1
    table.prepare()
    assert table.database.version(SCHEMA) == len(MIGRATIONS)
    found = table.find("a")
    assert found is not None
    assert (found.cause, found.concealed_frames, found.box) == ("busy", 0, "")
    table.write([replace(record("b"), ignored_packets=3)])
    assert len(table.latest(10)) == 2


def test_migrating_twice_changes_nothing(settings: Database, file: Path) -> None:
    for _ in range(2):
        table = open_call_table(settings, file)
        table.prepare()
        table.prepare()
        assert table.database.version(SCHEMA) == len(MIGRATIONS)
        table.database.close()


def test_a_newer_table_serves_an_older_program(settings: Database, file: Path) -> None:
    newer = open_database(settings, file)
    newer.migrate(SCHEMA, (*MIGRATIONS, "ALTER TABLE call_record ADD COLUMN mood TEXT;"))
    table = CallTable(newer)
    table.prepare()
    one = record("a")
    table.write([one])
    assert table.find("a") == one
    assert newer.version(SCHEMA) == len(MIGRATIONS) + 1
    newer.close()


def test_a_file_that_sqlite_made_before_is_used_as_it_is(tmp_path: Path) -> None:
    """As written by the versions before there was a choice of databases."""
    file = tmp_path / "calls.sqlite3"
    before = sqlite3.connect(file)
    script = "".join(each.format(stamp="TEXT") for each in MIGRATIONS[:2])
    before.executescript(f"PRAGMA journal_mode=WAL; {script} PRAGMA user_version = 2;")
    before.close()
    table = CallTable(SqliteDatabase(file))
    table.prepare()
    table.write([record("a")])
    columns = {row[1] for row in table.database.read("PRAGMA table_info(call_record)")}
    table.database.close()
    assert columns == {field.name for field in fields(CallRecord)}


def test_a_record_has_no_place_for_what_was_said() -> None:
    names = " ".join(field.name for field in fields(CallRecord))
    assert not any(word in names for word in ("text", "transcript", "caption", "audio_data"))


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*"))


async def test_records_are_forgotten_by_time_call_and_number(opened: Open, file: Path) -> None:
    now = [datetime.now(UTC)]
    records = opened(clock=lambda: now[0])
    for call_id in ("a", "b", "c"):
        records.keep(record(call_id))
    records.keep(replace(record("d"), caller_number="+33700", dialled="900"))
    assert await records.forget("a") == 1
    assert await records.forget_number("+33700") == 1
    assert {one.id for one in await records.latest()} == {"b", "c"}
    assert b"+33700" not in on_disk(file.parent)
    now[0] += timedelta(days=30, seconds=1)
    assert await records.recorder.expire() == 2
    await records.recorder.close()


async def test_what_no_number_holds_is_asked_after_in_vain(opened: Open) -> None:
    records = opened()
    records.keep(record("a"))
    records.keep(replace(record("b"), agent=""))
    assert await records.find("c\0") is None
    assert await records.forget("\0") == 0
    assert await records.forget_number("\0\udcff") == 0
    assert await records.forget_number("+34\000600") == 2
    await records.recorder.close()
