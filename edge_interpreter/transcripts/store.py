"""Lines of transcripts in SQLite, each encrypted with AES-256-GCM (RFC 5116).

In the clear are only the number of lines and when each was made, which retention needs. Names of
rooms and calls are there as a keyed hash (RFC 2104), so that a transcript is found without opening
the others.
"""

import hmac
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge_interpreter.errors import UserError
from edge_interpreter.transcripts.line import Line, PlaceKind, decode

NONCE_BYTES = 12
BUSY_S = 10.0
_CHECK = b"edge-interpreter transcripts"
_TABLES = """
    CREATE TABLE IF NOT EXISTS line (
        id INTEGER PRIMARY KEY, place BLOB NOT NULL, time INTEGER NOT NULL, sealed BLOB NOT NULL
    );
    CREATE INDEX IF NOT EXISTS line_place ON line (place, time);
    CREATE INDEX IF NOT EXISTS line_time ON line (time);
    CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A room or call with a transcript; times are Unix milliseconds."""

    kind: PlaceKind
    name: str
    lines: int
    first: int
    last: int


class Store:
    """The database. Not for the event loop; one thread at a time."""

    def __init__(self, database: Path, key: bytes) -> None:
        """Open or create it. Raises UserError for another key or a damaged file."""
        self._path = database
        self._cipher = AESGCM(_derive(key, b"lines"))
        self._place_key = _derive(key, b"places")
        try:
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(database, timeout=BUSY_S, check_same_thread=False)
            # What is deleted is overwritten, in the database and in its journal.
            self._connection.execute("PRAGMA secure_delete=ON")
            self._connection.execute("PRAGMA journal_mode=TRUNCATE")
            self._connection.executescript(_TABLES)
            self._check_key()
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"{database}: transcripts: {error}") from None

    def add(self, lines: Iterable[Line]) -> None:
        """Keep lines. Raises sqlite3.Error."""
        rows = []
        for line in lines:
            tag = self._tag(line.kind, line.place)
            rows.append((tag, line.time, self._seal(line.encode(), tag, line.time)))
        with self._connection:
            self._connection.executemany(
                "INSERT INTO line (place, time, sealed) VALUES (?, ?, ?)", rows
            )

    def lines(self, kind: PlaceKind, name: str) -> list[Line]:
        """A transcript, oldest first."""
        query = "SELECT place, time, sealed FROM line WHERE place = ? ORDER BY id"
        return [
            self._open(*row) for row in self._connection.execute(query, (self._tag(kind, name),))
        ]

    def places(self) -> list[Place]:
        """What there are transcripts of, the latest first."""
        query = (
            "SELECT place, time, sealed, count(*), min(time), max(time) FROM line"
            " GROUP BY place ORDER BY max(time) DESC"
        )
        found = []
        for tag, time, sealed, count, first, last in self._connection.execute(query):
            line = self._open(tag, time, sealed)
            found.append(Place(line.kind, line.place, count, first, last))
        return found

    def delete(self, kind: PlaceKind, name: str) -> int:
        """Delete the transcript of a room or call; how many lines there were."""
        return self._delete("place = ?", self._tag(kind, name))

    def delete_person(self, person: str) -> int:
        """Delete all that a person said, in every language; how many lines there were."""
        with self._connection:
            mine = [row for row, line in self._all() if line.is_of(person)]
            self._connection.executemany("DELETE FROM line WHERE id = ?", ((row,) for row in mine))
        return len(mine)

    def expire(self, before: int) -> int:
        """Delete what is older than a Unix time in milliseconds; how many lines there were."""
        return self._delete("time < ?", before)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _delete(self, condition: str, value: bytes | int) -> int:
        with self._connection:
            statement = f"DELETE FROM line WHERE {condition}"  # noqa: S608
            return self._connection.execute(statement, (value,)).rowcount

    def _all(self) -> Iterator[tuple[int, Line]]:
        for row, *sealed in self._connection.execute("SELECT id, place, time, sealed FROM line"):
            yield row, self._open(*sealed)

    def _tag(self, kind: PlaceKind, name: str) -> bytes:
        return hmac.digest(self._place_key, f"{kind}/{name}".encode(), "sha256")

    def _seal(self, data: bytes, tag: bytes, time: int) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, _bound(tag, time))

    def _open(self, tag: bytes, time: int, sealed: bytes) -> Line:
        return decode(self._unseal(tag, time, sealed))

    def _unseal(self, tag: bytes, time: int, sealed: bytes) -> bytes:
        nonce, data = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, data, _bound(tag, time))
        except InvalidTag:
            raise UserError(f"{self._path}: a line was changed, or has another key") from None

    def _check_key(self) -> None:
        row = self._connection.execute("SELECT sealed FROM probe").fetchone()
        if row is None:
            with self._connection:
                sealed = self._seal(_CHECK, b"", 0)
                self._connection.execute("INSERT INTO probe (id, sealed) VALUES (1, ?)", (sealed,))
            return
        try:
            self._unseal(b"", 0, row[0])
        except UserError:
            raise UserError(
                f"{self._path}: encrypted with another key than the one given; give that key, or"
                " move the file away to begin a new one"
            ) from None


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, b"edge-interpreter transcripts " + purpose).derive(key)


def _bound(tag: bytes, time: int) -> bytes:
    """What a line is bound to, so that none can be moved to another place or time."""
    return tag + time.to_bytes(8, "big")
