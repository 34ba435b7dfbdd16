"""Lines of transcripts in a database, each encrypted with AES-256-GCM (RFC 5116).

In the clear are only the number of lines and when each was made, which retention needs. Names of
rooms and calls are there as a keyed hash (RFC 2104), so that a transcript is found without opening
the others.
"""

import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge_interpreter.database.deleting import delete_rows
from edge_interpreter.database.protocol import Database
from edge_interpreter.errors import UserError
from edge_interpreter.transcripts.line import Line, PlaceKind, decode

SCHEMA = "transcripts"
NONCE_BYTES = 12
PAGE = 1_000
_CHECK = b"edge-interpreter transcripts"
MIGRATIONS = (
    # Databases of before there were migrations have these tables.
    """
    CREATE TABLE IF NOT EXISTS line (
        id {key}, place {bytes} NOT NULL, time BIGINT NOT NULL, sealed {bytes} NOT NULL
    );
    CREATE INDEX IF NOT EXISTS line_place ON line (place, time);
    CREATE INDEX IF NOT EXISTS line_time ON line (time);
    CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, sealed {bytes} NOT NULL);
    """,
    # A line that is written once more, since nobody knows whether the first time counted, is the
    # same by its nonce.
    """
    CREATE UNIQUE INDEX line_nonce ON line (substr(sealed, 1, 12));
    """,
)
"""Each brings the tables from one version to the next, so that older programs can go on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A room or call with a transcript; times are Unix milliseconds."""

    kind: PlaceKind
    name: str
    lines: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SealedLine:
    """A line as it is kept: the hash of its place, Unix milliseconds, nonce and ciphertext."""

    place: bytes
    time: int
    sealed: bytes


class Store:
    """See `Table`. Its methods block, but for `seal`; they raise DatabaseAwayError."""

    def __init__(self, database: Database, key: bytes) -> None:
        self.database = database
        self._cipher = AESGCM(_derive(key, b"lines"))
        self._place_key = _derive(key, b"places")

    def prepare(self) -> None:
        """Bring the tables up to date. Raises UserError for another key."""
        self.database.migrate(SCHEMA, MIGRATIONS)
        if not self.database.read("SELECT 1 FROM probe"):
            sealed = self._encrypt(_CHECK, b"", 0)
            statement = "INSERT INTO probe (id, sealed) VALUES (1, ?) ON CONFLICT (id) DO NOTHING"
            self.database.change(statement, [(sealed,)])
        self.check_key()

    def check_key(self) -> None:
        """Raise UserError where what is there was encrypted with another key."""
        for [sealed] in self.database.read("SELECT sealed FROM probe"):
            try:
                self._decrypt(b"", 0, sealed)
            except UserError:
                raise UserError(self._other_key()) from None

    def seal(self, line: Line) -> SealedLine:
        """A line as it will be kept."""
        tag = self._tag(line.kind, line.place)
        return SealedLine(tag, line.time, self._encrypt(line.encode(), tag, line.time))

    def write(self, entries: Sequence[SealedLine]) -> None:
        """Keep lines; those that are there already stay. Raises RowRefusedError."""
        self.database.change(
            "INSERT INTO line (place, time, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(each.place, each.time, each.sealed) for each in entries],
        )

    def add(self, lines: Iterable[Line]) -> None:
        """Seal lines and keep them."""
        self.write([self.seal(line) for line in lines])

    def adopt(self, other: "Store") -> int:
        """Keep all lines of another store, whose key may be another; how many there were.

        Those that were adopted before are not there twice.
        """
        count = 0
        for page in other._pages():
            self.write([self._resealed(other, sealed) for _, sealed in page])
            count += len(page)
        return count

    def lines(self, kind: PlaceKind, name: str) -> list[Line]:
        """A transcript, oldest first."""
        query = "SELECT place, time, sealed FROM line WHERE place = ? ORDER BY time, id"
        found = self.database.read(query, self._tag(kind, name))
        return [self._open(SealedLine(*row)) for row in found]

    def places(self) -> list[Place]:
        """What there are transcripts of, the latest first."""
        query = (
            "SELECT line.place, line.time, line.sealed, lines, earliest, latest FROM line JOIN"
            " (SELECT max(id) AS one, count(*) AS lines, min(time) AS earliest, max(time) AS latest"
            " FROM line GROUP BY place) AS places ON line.id = one ORDER BY latest DESC"
        )
        found = []
        for tag, time, sealed, count, first, last in self.database.read(query):
            line = self._open(SealedLine(tag, time, sealed))
            found.append(Place(line.kind, line.place, count, first, last))
        return found

    def delete(self, kind: PlaceKind, name: str) -> int:
        """Delete the transcript of a room or call; how many lines there were."""
        tag = self._tag(kind, name)
        return delete_rows(self.database, "line", "place = ?", tag, at_once=True)

    def delete_person(self, person: str) -> int:
        """Delete all that a person said, in every language; how many lines there were."""
        deleted = 0
        for page in self._pages():
            mine = [(row,) for row, sealed in page if self._open(sealed).is_of(person)]
            deleted += self.database.change("DELETE FROM line WHERE id = ?", mine)
        if deleted:
            self.database.shred("line", at_once=True)
        return deleted

    def expire(self, before: int) -> int:
        """Delete what is older than a Unix time in milliseconds; how many lines there were."""
        return delete_rows(self.database, "line", "time < ?", before)

    def _pages(self) -> Iterator[list[tuple[int, SealedLine]]]:
        """Every line with its number, some at a time."""
        query = "SELECT id, place, time, sealed FROM line WHERE id > ? ORDER BY id LIMIT ?"
        last = 0
        while page := self.database.read(query, last, PAGE):
            yield [(row, SealedLine(*sealed)) for row, *sealed in page]
            last = page[-1][0]

    def _tag(self, kind: PlaceKind, name: str) -> bytes:
        return hmac.digest(self._place_key, f"{kind}/{name}".encode(), "sha256")

    def _resealed(self, other: "Store", line: SealedLine) -> SealedLine:
        """With this key. The nonce follows from the line, so that the same comes out each time."""
        opened = other._open(line)
        if other._place_key == self._place_key:
            return line
        nonce = hmac.digest(self._place_key, line.sealed, "sha256")[:NONCE_BYTES]
        tag = self._tag(opened.kind, opened.place)
        return SealedLine(tag, line.time, self._encrypt(opened.encode(), tag, line.time, nonce))

    def _encrypt(self, data: bytes, tag: bytes, time: int, nonce: bytes = b"") -> bytes:
        nonce = nonce or os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, _bound(tag, time))

    def _open(self, line: SealedLine) -> Line:
        return decode(self._decrypt(line.place, line.time, line.sealed))

    def _decrypt(self, tag: bytes, time: int, sealed: bytes) -> bytes:
        nonce, data = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, data, _bound(tag, time))
        except InvalidTag:
            name = self.database.name
            raise UserError(f"{name}: a line was changed, or has another key") from None

    def _other_key(self) -> str:
        found = f"{self.database.name}: encrypted with another key than the one given; "
        if self.database.remote:
            return found + "all boxes need the same one: see [transcripts] key_file"
        return found + "give that key, or move the file away to begin a new one"


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, b"edge-interpreter transcripts " + purpose).derive(key)


def _bound(tag: bytes, time: int) -> bytes:
    """What a line is bound to, so that none can be moved to another place or time."""
    return tag + time.to_bytes(8, "big")
