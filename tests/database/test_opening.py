"""The right database is opened, and what is missing is told."""

import importlib.util
import sqlite3
from pathlib import Path

import pytest

from edge_interpreter.config.database import Database
from edge_interpreter.database.opening import begin, box_name, open_database
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.errors import UserError


def test_without_a_url_it_is_the_file(tmp_path: Path) -> None:
    database = open_database(Database(), tmp_path / "a/calls.sqlite3")
    assert isinstance(database, SqliteDatabase)
    assert database.name == str(tmp_path / "a/calls.sqlite3")
    assert not (tmp_path / "a").exists()


def test_without_the_driver_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'edge-interpreter\[postgres\]'"):
        open_database(Database(url="postgresql://10.0.0.5/db"), tmp_path / "x")


def test_a_parameter_that_there_is_not_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed (scripts/setup --peers)")
    with pytest.raises(UserError, match=r'\[database\] url: invalid URI query parameter: "tls"'):
        open_database(Database(url="postgresql://10.0.0.5/db?tls=yes"), tmp_path / "x")


def test_a_box_without_a_name_has_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "machine-7")
    assert box_name(Database()) == "machine-7"
    assert box_name(Database(box="north")) == "north"


def test_a_file_that_cannot_be_used_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    database = SqliteDatabase(tmp_path / "folder")
    with pytest.raises(UserError, match="folder"):
        begin(database, lambda: database.migrate("x", ("CREATE TABLE x (y);",)))


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.sqlite3")
    good = "CREATE TABLE good (x INTEGER);"
    with pytest.raises(UserError, match="no such table"):
        database.migrate("x", (good, "INSERT INTO bad VALUES (1);"))
    assert database.version("x") == 0
    database.migrate("x", (good,))
    assert database.version("x") == 1
    database.close()
    with sqlite3.connect(tmp_path / "x.sqlite3") as beside:
        assert beside.execute("SELECT name FROM sqlite_master").fetchall() == [("good",)]
    beside.close()
