"""The databases that records are kept in: each test of them runs over both."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_interpreter.config.database import Database
from tests.database.server import PostgresServer, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server for the whole run; `new` gives a database of one's own."""
    bin_directory = programs()
    if bin_directory is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql; scripts/setup --peers)")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed (scripts/setup --peers)")
    server = PostgresServer(bin_directory)
    server.start()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest) -> Database:
    """The `[database]` of an empty database; with SQLite the file is the test's to choose."""
    if request.param == "sqlite":
        return Database(box="box")
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where SQLite keeps it."""
    return tmp_path / "state/database.sqlite3"
