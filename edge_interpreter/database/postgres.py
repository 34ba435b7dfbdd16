"""PostgreSQL: one server for several boxes, on the private network (psycopg 3)."""

import logging
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from edge_interpreter.config.database import shown
from edge_interpreter.database.protocol import (
    DatabaseAwayError,
    Row,
    RowRefusedError,
    Value,
)
from edge_interpreter.errors import UserError

ANSWER_S, UPKEEP_S = 10.0, 600.0
"""How long an answer may take, and a migration or a clean-up."""
LOCK_S = 5
REWRITTEN_BYTES = 256 * 1024 * 1024
"""A table up to this size is rewritten when somebody wants something deleted from it."""
MIGRATING = 0x6564_6765
"""The advisory lock of those who migrate."""
_PARAMETERS = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_WORDS = {
    "key": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "bytes": "BYTEA",
    "stamp": 'TEXT COLLATE "C"',
}
_REFUSED = (psycopg.DataError, psycopg.IntegrityError, UnicodeError)

log = logging.getLogger(__name__)


class PostgresDatabase:
    """See `Database`; the table `schema_version` has the version of each schema.

    `url` is one of libpq, whose parameters come before ours; `box` is what the server's list of
    connections calls us.
    """

    remote = True

    def __init__(self, url: str, password: str, box: str) -> None:
        """Nothing is opened before it is used. Raises UserError for a URL that libpq refuses."""
        self.name = shown(url)
        self.answer_s = ANSWER_S
        self._parameters: dict[str, Any] = {
            **_PARAMETERS,
            "fallback_application_name": f"edge-interpreter {box}",
            **_parameters(url),
            **({"password": password} if password else {}),
        }
        self._connection: Any = None

    def read(self, statement: str, *values: Value) -> list[Row]:
        """See `Database.read`."""
        with self._asking() as connection:
            found: list[Row] = connection.execute(_own(statement), values).fetchall()
            return found

    def change(self, statement: str, rows: Sequence[Sequence[Value]]) -> int:
        """See `Database.change`."""
        if not rows:
            return 0
        with self._asking() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(_own(statement), rows)
            return int(cursor.rowcount)

    def version(self, schema: str) -> int:
        """See `Database.version`."""
        with self._asking() as connection:
            return _version(connection, schema)

    def migrate(self, schema: str, migrations: Sequence[str]) -> None:
        """See `Database.migrate`."""
        if self.version(schema) >= len(migrations):
            return
        with self._asking(UPKEEP_S) as connection, connection.transaction():
            # Nobody else migrates until this transaction ends.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATING,))
            connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_version"
                " (name TEXT PRIMARY KEY, version INTEGER NOT NULL)"
            )
            version = _version(connection, schema)
            for script in migrations[version:]:
                connection.execute(script.format(**_WORDS))
            connection.execute(
                "INSERT INTO schema_version (name, version) VALUES (%s, %s) ON CONFLICT (name)"
                " DO UPDATE SET version = greatest(schema_version.version, excluded.version)",
                (schema, len(migrations)),
            )

    def shred(self, table: str, *, at_once: bool) -> None:
        """See `Database.shred`: VACUUM, or a table that is not too large is rewritten."""
        small = "SELECT pg_total_relation_size(%s::regclass) <= %s"
        try:
            with self._asking(UPKEEP_S) as connection:
                [rewrite] = connection.execute(small, (table, REWRITTEN_BYTES)).fetchone()
                how = "(FULL) " if at_once and rewrite else ""
                connection.execute(f"VACUUM {how}{table}")
        except DatabaseAwayError as error:
            log.warning("deleted rows are still in the files of the database: %s", error)

    def sheltered(self) -> bool:
        """See `Database.sheltered`: by TLS, or since it does not leave this machine."""
        with self._asking() as connection:
            host = connection.info.hostaddr or connection.info.host
            return (
                bool(connection.pgconn.ssl_in_use)
                or host.startswith(("/", "127."))
                or host == "::1"
            )

    def interrupt(self) -> None:
        """See `Database.interrupt`: whoever waits for the server sees the connection end."""
        connection = self._connection
        if connection is None:
            return
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as wire,
        ):
            wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """See `Database.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _asking(self, longest_s: float | None = None) -> Iterator[Any]:
        try:
            is_new = self._connection is None
            if is_new:
                self._connection = psycopg.connect(autocommit=True, **self._parameters)
            # A server that neither answers nor goes away must not hold a box for ever.
            timer = threading.Timer(longest_s or self.answer_s, self.interrupt)
            timer.daemon = True
            timer.start()
            try:
                if is_new:
                    self._connection.execute(f"SET lock_timeout = '{LOCK_S}s'")
                yield self._connection
            finally:
                timer.cancel()
        except _REFUSED as error:
            raise RowRefusedError(type(error).__name__) from None
        except (OSError, psycopg.Error) as error:
            # What is wrong may be this server of several, or this connection of several.
            with suppress(psycopg.Error):
                self.close()
            self._connection = None
            raise DatabaseAwayError(f"{self.name}: {_reason(error)}") from None


def _parameters(url: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise UserError(f"[database] url: {_reason(error)}") from None
    return found


def _version(connection: Any, schema: str) -> int:
    [there] = connection.execute("SELECT to_regclass('schema_version') IS NOT NULL").fetchone()
    if not there:
        return 0
    query = "SELECT version FROM schema_version WHERE name = %s"
    row = connection.execute(query, (schema,)).fetchone()
    return int(row[0]) if row else 0


def _own(statement: str) -> str:
    return statement.replace("?", "%s")


def _reason(error: Any) -> str:
    """What the server or libpq says; nothing of any row: those errors are told by kind alone."""
    diagnosis = getattr(error, "diag", None)
    said = (diagnosis and diagnosis.message_primary) or str(error) or type(error).__name__
    return "; ".join(part.strip() for part in str(said).splitlines() if part.strip())
