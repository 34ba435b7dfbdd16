"""Call records: kept, listed, forgotten in time, brought over from older versions."""

import sqlite3
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge_interpreter.calls.records import MIGRATIONS, CallRecord, CallRecords, migrate


def record(call_id: str, age: timedelta = timedelta()) -> CallRecord:
    started = (datetime.now(UTC) - age).isoformat()
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
    )


async def test_what_was_added_is_found_the_latest_first(tmp_path: Path) -> None:
    records = CallRecords(tmp_path / "state" / "calls.sqlite3", keep_days=30)
    old, new = record("a", timedelta(hours=1)), record("b")
    await records.add(old)
    await records.add(new)
    assert await records.latest() == [new, old]
    assert await records.find("a") == old
    assert await records.find("c") is None
    await records.close()


async def test_records_survive_a_restart_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    database = tmp_path / "calls.sqlite3"
    records = CallRecords(database, keep_days=30)
    await records.add(record("old", timedelta(days=31)))
    await records.close()
    records = CallRecords(database, keep_days=30)
    await records.add(record("new"))
    assert [one.id for one in await records.latest()] == ["new"]
    await records.close()


async def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    database = tmp_path / "calls.sqlite3"
    connection = sqlite3.connect(database)
    connection.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
    with connection:
        connection.execute(
            "INSERT INTO call_record VALUES ('a','sip','1','2','3',?,NULL,'e','en','fr',0,"
            "NULL,NULL,'busy')",
            (datetime.now(UTC).isoformat(),),
        )
    connection.close()
    records = CallRecords(database, keep_days=30)
    found = await records.find("a")
    assert found is not None
    assert (found.cause, found.concealed_frames) == ("busy", 0)
    await records.add(replace(record("b"), ignored_packets=3))
    await records.close()


def test_migrating_twice_changes_nothing() -> None:
    connection = sqlite3.connect(":memory:")
    migrate(connection)
    migrate(connection)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    columns = {row[1] for row in connection.execute("PRAGMA table_info(call_record)")}
    connection.close()
    assert columns == {field.name for field in fields(CallRecord)}


def test_a_record_has_no_place_for_what_was_said() -> None:
    names = " ".join(field.name for field in fields(CallRecord))
    assert not any(word in names for word in ("text", "transcript", "caption", "audio_data"))


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_records_are_forgotten_by_time_call_and_number(tmp_path: Path) -> None:
    now = [datetime.now(UTC)]
    records = CallRecords(tmp_path / "calls.sqlite3", keep_days=30, clock=lambda: now[0])
    for call_id in ("a", "b", "c"):
        await records.add(record(call_id))
    await records.add(replace(record("d"), caller_number="+33700", dialled="900"))
    assert await records.forget("a") == 1
    assert await records.forget_number("+33700") == 1
    assert {one.id for one in await records.latest()} == {"b", "c"}
    assert b"+33700" not in on_disk(tmp_path)
    now[0] += timedelta(days=30, seconds=1)
    assert await records.forget_old() == 2
    await records.close()
