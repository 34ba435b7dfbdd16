"""What is kept is encrypted, found again, and gone when it is deleted."""

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.transcripts.keeper import DAY_MS, Keeper
from edge_interpreter.transcripts.key import CREDENTIAL, find_key, new_key
from edge_interpreter.transcripts.line import ORIGINAL, Line
from edge_interpreter.transcripts.store import Store

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
CALL = replace(LINE, kind="call", place="c0ffee", speaker="caller", name="+33100")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state/t.sqlite3", KEY)


def test_lines_come_back_as_they_were(store: Store) -> None:
    store.add([LINE, FRENCH, CALL])
    assert store.lines("room", "cardiology") == [LINE, FRENCH]
    assert store.lines("call", "c0ffee") == [CALL]
    assert store.lines("call", "cardiology") == []
    assert {(each.kind, each.name, each.lines) for each in store.places()} == {
        ("room", "cardiology", 2),
        ("call", "c0ffee", 1),
    }


def test_nothing_is_readable_on_disk(store: Store, tmp_path: Path) -> None:
    store.add([LINE, FRENCH, CALL])
    for file in (tmp_path / "state").iterdir():
        content = file.read_bytes()
        for secret in (b"zanzibar", b"Quince", b"cardiology", b"+33100", b"fran", b"8c1f09ab"):
            assert secret not in content
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_deleted_leaves_the_file(store: Store, tmp_path: Path) -> None:
    store.add([replace(LINE, text=f"line {number}") for number in range(50)])
    path = tmp_path / "state/t.sqlite3"
    with sqlite3.connect(path) as beside:
        sealed = [bytes(row[0]) for row in beside.execute("SELECT sealed FROM line")]
    beside.close()
    assert store.delete("room", "cardiology") == 50
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not any(each in content for each in sealed)


def test_a_person_is_forgotten_by_name_number_or_identifier(store: Store) -> None:
    bea = replace(LINE, speaker="51d2e0aa", name="Bea")
    store.add([LINE, FRENCH, CALL, bea])
    assert store.delete_person("ana quince") == 2
    assert store.delete_person("+33100") == 1
    assert store.lines("room", "cardiology") == [bea]
    assert store.delete_person("51d2e0aa") == 1
    assert store.places() == []


def test_another_key_is_refused_by_name(store: Store, tmp_path: Path) -> None:
    store.add([LINE])
    with pytest.raises(UserError, match=r"t\.sqlite3: encrypted with another key"):
        Store(tmp_path / "state/t.sqlite3", bytes(32))


def test_a_line_that_was_moved_or_changed_is_noticed(store: Store, tmp_path: Path) -> None:
    store.add([LINE, replace(LINE, time=NOW + 1)])
    with sqlite3.connect(tmp_path / "state/t.sqlite3") as thief:
        thief.execute("UPDATE line SET time = time + 10")
    thief.close()
    with pytest.raises(UserError, match="was changed"):
        store.lines("room", "cardiology")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(UserError, match=r"t\.sqlite3"):
        Store(tmp_path / "t.sqlite3", KEY)


async def test_time_deletes_what_is_too_old(store: Store) -> None:
    now = [NOW / 1000]
    keeper = Keeper(store, 30, lambda: now[0])
    keeper.keep(LINE)
    keeper.keep(replace(CALL, time=NOW + 5 * DAY_MS))
    await keeper.flush()
    now[0] += 30 * 86_400
    assert await keeper.expire() == 0
    now[0] += 1
    assert await keeper.expire() == 1
    assert [place.kind for place in await keeper.places()] == ["call"]
    now[0] += 5 * 86_400
    assert await keeper.expire() == 1
    assert await keeper.places() == []
    await keeper.close()


async def test_lines_that_wait_are_deleted_too(store: Store) -> None:
    keeper = Keeper(store, 30)
    keeper.keep(LINE)
    assert await keeper.delete("room", "cardiology") == 1
    await keeper.close()


async def test_a_disk_that_is_full_is_counted(store: Store, tmp_path: Path) -> None:
    keeper = Keeper(store, 30)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count={pages}")
    for number in range(200):
        keeper.keep(replace(LINE, text="x" * 1_000, time=NOW + number))
    await keeper.flush()
    assert keeper.lost == 200
    await keeper.close()


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
