"""What is kept is encrypted, found again, and gone when it is deleted."""

import asyncio
import re
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge_interpreter.config.database import Database
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.protocol import DatabaseAwayError
from edge_interpreter.database.recorder import AGAIN_S
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.errors import UserError
from edge_interpreter.transcripts.keeper import DAY_MS, Keeper
from edge_interpreter.transcripts.key import CREDENTIAL, find_key, new_key
from edge_interpreter.transcripts.line import ORIGINAL, Line
from edge_interpreter.transcripts.store import _CHECK, MIGRATIONS, Store

KEY = bytes(range(32))
NOW = 1_800_000_000_000
LINE = Line(
    kind="room",
    place="cardiology",
    utterance="a-0-0",
    wants=ORIGINAL,
    speaker="8c1f09ab",
    name="Ana Quince",
    language="en",
    text="zanzibar",
    source_language="en",
    original="zanzibar",
    fidelity="same",
    typed=False,
    time=NOW,
    length_ms=900,
)
FRENCH = replace(LINE, wants="fr", language="fr", text="zanzibar en français", fidelity="ok")
SECRETS = (b"zanzibar", b"Quince", b"cardiology", b"+33100", b"fran", b"8c1f09ab")
CALL = replace(LINE, kind="call", place="c0ffee", speaker="caller", name="+33100")


@pytest.fixture
def store(settings: Database, file: Path) -> Iterator[Store]:
    opened = Store(open_database(settings, file), KEY)
    opened.prepare()
    yield opened
    opened.database.close()


@pytest.fixture
def in_file(file: Path) -> Iterator[Store]:
    opened = Store(SqliteDatabase(file), KEY)
    opened.prepare()
    yield opened
    opened.database.close()


def test_lines_come_back_as_they_were(store: Store) -> None:
    store.add([LINE, FRENCH, CALL])
    assert store.lines("room", "cardiology") == [LINE, FRENCH]
    assert store.lines("call", "c0ffee") == [CALL]
    assert store.lines("call", "cardiology") == []
    assert {(each.kind, each.name, each.lines) for each in store.places()} == {
        ("room", "cardiology", 2),
        ("call", "c0ffee", 1),
    }


def test_nothing_is_readable_on_disk(in_file: Store, file: Path) -> None:
    in_file.add([LINE, FRENCH, CALL])
    for each in file.parent.iterdir():
        content = each.read_bytes()
        for secret in SECRETS:
            assert secret not in content
        assert stat.S_IMODE(each.stat().st_mode) == 0o600


def test_nothing_is_readable_in_the_database(store: Store) -> None:
    store.add([LINE, FRENCH, CALL])
    rows = store.database.read("SELECT * FROM line")
    assert len(rows) == 3
    assert not any(secret in repr(rows).encode() for secret in SECRETS)


def test_what_is_deleted_leaves_the_file(in_file: Store, file: Path) -> None:
    in_file.add([replace(LINE, text=f"line {number}") for number in range(50)])
    sealed = [bytes(row[0]) for row in in_file.database.read("SELECT sealed FROM line")]
    assert in_file.delete("room", "cardiology") == 50
    content = b"".join(each.read_bytes() for each in file.parent.iterdir())
    assert not any(each in content for each in sealed)


def test_a_person_is_forgotten_by_name_number_or_identifier(store: Store) -> None:
    bea = replace(LINE, speaker="51d2e0aa", name="Bea")
    store.add([LINE, FRENCH, CALL, bea])
    assert store.delete_person("ana quince") == 2
    assert store.delete_person("+33100") == 1
    assert store.lines("room", "cardiology") == [bea]
    assert store.delete_person("51d2e0aa") == 1
    assert store.places() == []


def test_another_key_is_refused_by_name(store: Store) -> None:
    store.add([LINE])
    name = re.escape(store.database.name)
    with pytest.raises(UserError, match=f"{name}: encrypted with another key") as told:
        Store(store.database, bytes(32)).prepare()
    assert ("all boxes need the same" in str(told.value)) == store.database.remote


def test_a_line_that_was_moved_or_changed_is_noticed(store: Store) -> None:
    store.add([LINE, replace(LINE, time=NOW + 1)])
    store.database.change("UPDATE line SET time = time + ?", [(10,)])
    with pytest.raises(UserError, match="was changed"):
        store.lines("room", "cardiology")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.sqlite3").write_bytes(b"no database" * 100)
    database = SqliteDatabase(tmp_path / "t.sqlite3")
    with pytest.raises(UserError, match=r"t\.sqlite3"):
        Store(database, KEY).prepare()
    database.close()


def test_a_file_of_before_there_were_versions_is_used_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "t.sqlite3"
    before = sqlite3.connect(file)
    script = MIGRATIONS[0].format(key="INTEGER PRIMARY KEY", bytes="BLOB")
    before.executescript(f"PRAGMA journal_mode=TRUNCATE; {script}")
    old = Store(SqliteDatabase(file), KEY)
    sealed = old.seal(LINE)
    with before:
        before.execute("INSERT INTO probe VALUES (1, ?)", (old._encrypt(_CHECK, b"", 0),))
        query = "INSERT INTO line (place, time, sealed) VALUES (?, ?, ?)"
        before.execute(query, (sealed.place, sealed.time, sealed.sealed))
    before.close()
    old.prepare()
    old.add([FRENCH])
    assert old.lines("room", "cardiology") == [LINE, FRENCH]
    old.database.close()


def test_lines_that_are_written_twice_are_there_once(store: Store) -> None:
    sealed = [store.seal(LINE), store.seal(FRENCH)]
    store.write(sealed)
    store.write([*sealed, store.seal(CALL)])
    assert store.lines("room", "cardiology") == [LINE, FRENCH]
    assert len(store.places()) == 2


def test_half_a_character_in_a_name_is_kept(store: Store) -> None:
    odd = replace(LINE, name="Ana \ud83d")
    store.add([odd, FRENCH])
    assert store.lines("room", "cardiology") == [odd, FRENCH]


@pytest.mark.parametrize("key", [KEY, bytes(32)])
def test_another_store_is_taken_over_once(store: Store, tmp_path: Path, key: bytes) -> None:
    old = Store(SqliteDatabase(tmp_path / "old.sqlite3"), key)
    old.prepare()
    old.add([LINE, FRENCH, CALL])
    store.add([replace(LINE, place="surgery")])
    for _ in range(2):
        assert store.adopt(old) == 3
    assert store.lines("room", "cardiology") == [LINE, FRENCH]
    assert store.lines("call", "c0ffee") == [CALL]
    assert len(store.places()) == 3
    old.database.close()


async def test_time_deletes_what_is_too_old(store: Store) -> None:
    now = [NOW / 1000]
    keeper = Keeper(store, 30, lambda: now[0])
    keeper.keep(LINE)
    keeper.keep(replace(CALL, time=NOW + 5 * DAY_MS))
    await keeper.recorder.flush()
    now[0] += 30 * 86_400
    assert await keeper.recorder.expire() == 0
    now[0] += 1
    assert await keeper.recorder.expire() == 1
    assert [place.kind for place in await keeper.places()] == ["call"]
    now[0] += 5 * 86_400
    assert await keeper.recorder.expire() == 1
    assert await keeper.places() == []
    await keeper.recorder.close()


async def test_lines_that_wait_are_deleted_too(store: Store) -> None:
    keeper = Keeper(store, 30)
    keeper.keep(LINE)
    assert await keeper.delete("room", "cardiology") == 1
    await keeper.recorder.close()


async def test_lines_wait_while_the_disk_is_full(in_file: Store) -> None:
    keeper = Keeper(in_file, 30)
    [[pages]] = in_file.database.read("PRAGMA page_count")
    in_file.database.read(f"PRAGMA max_page_count={pages}")
    for number in range(200):
        keeper.keep(replace(LINE, text="x" * 1_000, time=NOW + number))
    with pytest.raises(DatabaseAwayError, match="full"):
        await keeper.recorder.flush()
    assert (keeper.recorder.waiting, keeper.recorder.up) == (200, False)
    in_file.database.read("PRAGMA max_page_count=1000000")
    await asyncio.sleep(AGAIN_S)
    await keeper.recorder.flush()
    assert (keeper.recorder.waiting, keeper.recorder.written) == (0, 200)
    assert not keeper.recorder.lost
    await keeper.recorder.close()


def test_the_key_is_given_or_made(tmp_path: Path) -> None:
    made, path = find_key(None, tmp_path, {})
    assert path == tmp_path / CREDENTIAL
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert find_key(None, tmp_path, {}) == (made, path)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / CREDENTIAL).write_text(new_key())
    environment = {"CREDENTIALS_DIRECTORY": str(credentials)}
    given, where = find_key(None, tmp_path, environment)
    assert given != made
    assert where.parent == credentials
    own = tmp_path / "own"
    own.write_text(new_key())
    assert find_key(own, tmp_path, environment)[1] == own
    own.write_text("short")
    with pytest.raises(UserError, match="own"):
        find_key(own, tmp_path, {})
