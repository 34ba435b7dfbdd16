"""The database as doctor sees it: nothing is made, and every trouble is named."""

import os
from pathlib import Path
from typing import Any

from edge_interpreter.calls.call_table import MIGRATIONS, SCHEMA, CallTable
from edge_interpreter.config.load import Reading
from edge_interpreter.config.sources import Sources
from edge_interpreter.config.tree import Config
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.doctor.database import check_database
from edge_interpreter.doctor.finding import Finding, Patient, Status
from edge_interpreter.transcripts.key import new_key
from edge_interpreter.transcripts.opening import open_store
from tests.database.server import PASSWORD, PostgresServer


def look(folder: Path, **values: Any) -> list[Finding]:
    records = {"records": {"database": folder / "calls.sqlite3"}}
    tree = {"server": {"state": folder / "state"}, "calls": records, **values}
    return list(check_database(Patient(None, Reading(Config.model_validate(tree), Sources()))))


def texts(findings: list[Finding], status: Status) -> str:
    return "\n".join(one.text for one in findings if one.status is status)


def test_files_that_are_not_there_yet_are_not_made(tmp_path: Path) -> None:
    (found,) = look(tmp_path)
    assert found.status is Status.OK
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_an_older_version_is_a_note_and_stays_as_it_is(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "calls.sqlite3")
    database.migrate(SCHEMA, MIGRATIONS[:1])
    database.close()
    found = look(tmp_path)
    assert f"version 1 of {SCHEMA}, this program wants {len(MIGRATIONS)}" in texts(
        found, Status.NOTE
    )
    assert database.version(SCHEMA) == 1
    database.close()


def test_a_damaged_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "calls.sqlite3").write_bytes(b"no database" * 100)
    assert "calls.sqlite3: file is not a database" in texts(look(tmp_path), Status.PROBLEM)


def test_a_server_that_is_as_it_should_be(postgres: PostgresServer, tmp_path: Path) -> None:
    settings = postgres.new()
    database = open_database(settings, tmp_path)
    CallTable(database).prepare()
    found = look(tmp_path, database=settings)
    assert "answers after" in texts(found, Status.OK)
    assert f"version {len(MIGRATIONS)} of {SCHEMA} is current" in texts(found, Status.OK)
    assert "version 0 of transcripts, this program wants" in texts(found, Status.NOTE)
    assert not texts(found, Status.PROBLEM)
    database.migrate(SCHEMA, (*MIGRATIONS, "SELECT 1;"))
    assert "newer than this program" in texts(look(tmp_path, database=settings), Status.NOTE)
    database.close()


def test_files_of_before_the_server_are_not_forgotten(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    (tmp_path / "calls.sqlite3").touch()
    found = texts(look(tmp_path, database=postgres.new()), Status.NOTE)
    assert "calls.sqlite3 is of the time before [database] url" in found


def test_a_server_that_is_away(postgres: PostgresServer, tmp_path: Path) -> None:
    settings = postgres.new()
    gone = settings.model_copy(update={"url": settings.url.replace(f":{postgres.port}", ":1")})
    (found,) = look(tmp_path, database=gone)
    assert found.status is Status.PROBLEM
    assert gone.url in found.text
    assert "docs/scale/records.md" in found.advice
    assert PASSWORD not in found.text


def test_a_key_that_is_not_the_one_of_the_other_boxes(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    settings = postgres.new()
    key = tmp_path / "key"
    key.write_text(new_key())
    kept = {"enabled": True, "key_file": key}
    tree = {"database": settings, "transcripts": kept, "server": {"state": tmp_path / "state"}}
    store, _ = open_store(Config.model_validate(tree), {})
    store.prepare()
    store.database.close()
    found = look(tmp_path, database=settings, transcripts=kept)
    assert f"encrypted with the key in {key}" in texts(found, Status.OK)

    key.write_text(new_key())
    found = look(tmp_path, database=settings, transcripts=kept)
    assert "all boxes need the same one" in texts(found, Status.PROBLEM)

    key.unlink()
    found = look(tmp_path, database=settings, transcripts=kept)
    assert "cannot be read, and a new one would not fit" in texts(found, Status.PROBLEM)
    assert not os.path.lexists(key)
