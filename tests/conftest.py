"""What all tests have: the databases that records are kept in, and skips that fail on wish.

Where `SKIPS_FAIL` is set a test that is skipped has failed, so that nobody takes a run without
proxies, telephones or a database for one with them.

No property is held to a time: a machine may be slow.
"""

import importlib.util
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest

from edge_interpreter.config.database import Database
from tests.database.server import PostgresServer, programs

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _no_skip(report: Report) -> Report:
    if report.skipped and os.environ.get("SKIPS_FAIL") and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{why} (skips fail: SKIPS_FAIL is set)"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skip((yield))


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
