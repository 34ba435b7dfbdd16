"""From SQLite files to the common database, at the command line; transcripts there too."""

from pathlib import Path

import pytest

from edge_interpreter.calls.call_table import MIGRATIONS, SCHEMA, open_call_table
from edge_interpreter.cli import main
from edge_interpreter.config.database import Database
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.transcripts.key import new_key, read_key
from edge_interpreter.transcripts.line import Line
from edge_interpreter.transcripts.opening import FILE
from edge_interpreter.transcripts.store import Store
from tests.database.server import PASSWORD, PostgresServer
from tests.transcripts.test_store import CALL, FRENCH, LINE

OLD_CALL = (
    "INSERT INTO call_record VALUES"
    " (?,'sip','1','2','3','2026',NULL,'e','en','fr',0,9,9,'busy',0,0)"
)


class Site:
    """A box that has SQLite files of before records named a box, and now is told of a server."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.database = database
        self.calls, self.lines = folder / "state/calls.sqlite3", folder / "state" / FILE
        self.config = folder / "config.toml"
        (folder / "word").write_text(PASSWORD)
        (folder / "word").chmod(0o600)
        (folder / "key").write_text(new_key())
        self.key = folder / "key"
        self.config.write_text(
            f'[database]\nurl = "{database.url}"\npassword_file = "word"\nbox = "north"\n'
            '[transcripts]\nkey_file = "key"\n'
        )
        before = SqliteDatabase(self.calls)
        before.migrate(SCHEMA, MIGRATIONS[:2])
        before.change(OLD_CALL, [("a",), ("b",)])
        before.close()
        self.say([LINE, FRENCH, CALL], read_key(self.key))

    def say(self, lines: list[Line], key: bytes) -> None:
        store = Store(SqliteDatabase(self.lines), key)
        store.prepare()
        store.add(lines)
        store.database.close()

    def run(self, *arguments: str) -> int:
        return main([*arguments, "--config", str(self.config)])

    def boxes(self) -> dict[str, str]:
        table = open_call_table(self.database, self.calls)
        found = {one.id: one.box for one in table.latest(10)}
        table.database.close()
        return found


@pytest.fixture
def site(tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("EDGE_INTERPRETER_SERVER__STATE", str(tmp_path / "state"))
    monkeypatch.setenv(
        "EDGE_INTERPRETER_CALLS__RECORDS__DATABASE", str(tmp_path / "state/calls.sqlite3")
    )
    return Site(tmp_path, postgres.new())


def test_everything_is_copied_once_and_the_rest_is_told(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert site.run("database", "copy") == 0
        told = capsys.readouterr().out
        assert told.startswith(f"2 call records and 3 lines of transcripts: {site.database.url}\n")
        assert f"rm {site.calls}* {site.lines}*" in told
        assert PASSWORD not in told
    assert site.boxes() == {"a": "north", "b": "north"}
    assert site.run("transcripts", "list") == 0
    listed = capsys.readouterr().out
    assert "room\tcardiology\t2\t" in listed
    assert "call\tc0ffee\t1\t" in listed


def test_lines_under_a_key_of_this_box_come_under_the_common_one(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    own = site.key.with_name("own-key")
    site.key.rename(own)
    site.key.write_text(new_key())
    assert site.run("database", "copy") == 2
    assert "encrypted with another key" in capsys.readouterr().err
    for _ in range(2):
        assert site.run("database", "copy", "--key-file", str(own)) == 0
    capsys.readouterr()
    assert site.run("transcripts", "export", "--room", "cardiology") == 0
    assert capsys.readouterr().out == "Ana Quince: zanzibar\n"


def test_transcripts_on_the_server_are_read_and_deleted(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert site.run("database", "copy") == 0
    assert site.run("transcripts", "delete", "--call", "a") == 0
    assert "0 lines and 1 call records deleted" in capsys.readouterr().out
    assert site.run("transcripts", "delete", "--person", "ana quince") == 0
    assert site.run("transcripts", "expire") == 0
    capsys.readouterr()
    assert site.run("transcripts", "list") == 0
    assert "cardiology" not in capsys.readouterr().out
    assert site.boxes() == {"b": "north"}


def test_a_server_that_is_away_is_one_line(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "postgresql://interpreter@127.0.0.1:1/interpreter"
    monkeypatch.setenv("EDGE_INTERPRETER_DATABASE__URL", gone)
    for command in (("database", "copy"), ("transcripts", "list")):
        assert site.run(*command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"edge-interpreter: {gone}: ")
        assert told.count("\n") == 1


def test_without_a_server_there_is_nowhere_to_copy_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").touch()
    assert main(["database", "copy", "--config", str(tmp_path / "config.toml")]) == 2
    assert "[database] url is empty" in capsys.readouterr().err
