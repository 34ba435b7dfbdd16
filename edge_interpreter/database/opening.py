"""Which database a configuration means, and what happens at the start."""

import importlib.util
import logging
import socket
from collections.abc import Callable
from pathlib import Path

from edge_interpreter.config.database import Database as Settings
from edge_interpreter.database.protocol import Database, DatabaseAwayError
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.errors import UserError

log = logging.getLogger(__name__)


def open_database(settings: Settings, file: Path) -> Database:
    """The server of `[database] url`, else the SQLite file; nothing is opened yet.

    Raises UserError where the driver is not installed.
    """
    if not settings.url:
        return SqliteDatabase(file)
    if importlib.util.find_spec("psycopg") is None:
        raise UserError(
            "[database] url needs a part that is not installed:"
            " pip install 'edge-interpreter[postgres]', or scripts/install --extra postgres"
        )
    from edge_interpreter.database.postgres import PostgresDatabase

    password = settings.password.get_secret_value()
    return PostgresDatabase(settings.url, password, box_name(settings))


def box_name(settings: Settings) -> str:
    """What this box is called in records."""
    return settings.box or socket.gethostname()


def begin(database: Database, prepare: Callable[[], None]) -> None:
    """Prepare a table at the start of a server, which does not wait for a database that is away.

    Raises UserError for what will not heal by itself.
    """
    try:
        prepare()
    except DatabaseAwayError as error:
        if not database.remote:
            raise
        log.error("the database is away at the start: %s; what is to be kept waits for it", error)
