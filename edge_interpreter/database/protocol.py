"""What is asked of a database, whichever it is."""

from collections.abc import Sequence
from typing import Any, Protocol

from edge_interpreter.errors import UserError

Value = str | int | bytes | None
Row = tuple[Any, ...]


class DatabaseAwayError(UserError):
    """The database cannot be asked or written to now; the text names it and says why."""


class RowRefusedError(Exception):
    """The database does not take a row as it is, now or later."""


class Database(Protocol):
    """One connection. Its methods block and are for one thread at a time, but for `interrupt`.

    Statements are in the SQL that SQLite and PostgreSQL share, with `?` where values go. All
    methods raise DatabaseAwayError; after that the next call connects anew.
    """

    name: str
    """For people; no password is in it."""
    remote: bool
    """Whether it may be away while this box is well."""

    def read(self, statement: str, *values: Value) -> list[Row]:
        """What a query finds."""
        ...

    def change(self, statement: str, rows: Sequence[Sequence[Value]]) -> int:
        """Carry a statement out for each of `rows`, for all or none; how many rows changed.

        Raises RowRefusedError.
        """
        ...

    def version(self, schema: str) -> int:
        """How many migrations of a schema it has had; nothing is changed."""
        ...

    def migrate(self, schema: str, migrations: Sequence[str]) -> None:
        """Apply the migrations that it has not had, each whole or not at all.

        Several processes may do so at once. `{key}`, `{bytes}` and `{stamp}` in a migration stand
        for the database's own words for the type of a row's number, of bytes, and of times as text.
        """
        ...

    def shred(self, table: str, *, at_once: bool) -> None:
        """Have what was deleted leave the disk, as far as the database can; `at_once` may wait."""
        ...

    def sheltered(self) -> bool:
        """Whether nobody on the way can read what is written."""
        ...

    def interrupt(self) -> None:
        """Have a call that another thread waits for end soon, with DatabaseAwayError."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...
