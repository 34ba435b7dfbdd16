"""SQLite: a file of this box, open to its owner alone."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from edge_interpreter.database.protocol import (
    DatabaseAwayError,
    Row,
    RowRefusedError,
    Value,
)

BUSY_S = 10.0
_WORDS = {"key": "INTEGER PRIMARY KEY", "bytes": "BLOB", "stamp": "TEXT"}


class SqliteDatabase:
    """See `Database`; each file has one schema, whose version is its `user_version`."""

    remote = False

    def __init__(self, file: Path) -> None:
        """The file is opened, or made, when it is first used."""
        self.name = str(file)
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def read(self, statement: str, *values: Value) -> list[Row]:
        """See `Database.read`."""
        with self._told() as connection:
            return connection.execute(statement, values).fetchall()

    def change(self, statement: str, rows: Sequence[Sequence[Value]]) -> int:
        """See `Database.change`."""
        with self._told() as connection, _transaction(connection):
            return connection.executemany(statement, rows).rowcount if rows else 0

    def version(self, schema: str) -> int:
        """See `Database.version`."""
        del schema
        return int(self.read("PRAGMA user_version")[0][0])

    def migrate(self, schema: str, migrations: Sequence[str]) -> None:
        """See `Database.migrate`."""
        if self.version(schema) >= len(migrations):
            return
        with self._told() as connection, _transaction(connection):
            # Another process may have been faster.
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            for script in migrations[version:]:
                for statement in script.format(**_WORDS).split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(version, len(migrations))}")

    def shred(self, table: str, *, at_once: bool) -> None:
        """See `Database.shred`: the file was overwritten; its log is emptied too."""
        del table, at_once
        self.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def sheltered(self) -> bool:
        """See `Database.sheltered`."""
        return True

    def interrupt(self) -> None:
        """See `Database.interrupt`."""
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        """See `Database.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(
                self._file, timeout=BUSY_S, check_same_thread=False, isolation_level=None
            )
            self._connection = connection
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("PRAGMA journal_mode=WAL")
        return self._connection

    @contextmanager
    def _told(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connected()
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeError) as error:
            raise RowRefusedError(type(error).__name__) from None
        except (OSError, sqlite3.Error) as error:
            raise DatabaseAwayError(f"{self.name}: {error}") from None


def version_of(file: Path) -> int:
    """The version of the schema in a file, which is only read. Raises DatabaseAwayError."""
    address = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise DatabaseAwayError(f"{file}: {error}") from None


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk ends the transaction by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
