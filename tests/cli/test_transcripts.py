"""Transcripts at the command line of the box."""

from pathlib import Path

import pytest

from edge_interpreter.cli import main
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.transcripts.key import find_key
from edge_interpreter.transcripts.store import Store
from tests.transcripts.test_store import CALL, FRENCH, LINE


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGE_INTERPRETER_SERVER__STATE", str(tmp_path))
    monkeypatch.setenv("EDGE_INTERPRETER_CALLS__RECORDS__DATABASE", str(tmp_path / "c.sqlite3"))
    return tmp_path


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["transcripts", *arguments]) == 0
    return capsys.readouterr().out


def test_list_export_delete(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    key, _ = find_key(None, state, {})
    store = Store(SqliteDatabase(state / "transcripts.sqlite3"), key)
    store.prepare()
    store.add([LINE, FRENCH, CALL])
    store.database.close()
    assert "room\tcardiology\t2\t2027-01-15" in output(capsys, "list")
    wanted = ("export", "--room", "cardiology", "--language", "fr", "--bilingual")
    assert output(capsys, *wanted).startswith("Ana Quince: zanzibar en français\n")
    assert "0 call records" in output(capsys, "delete", "--call", "c0ffee")
    assert output(capsys, "delete", "--person", "ana quince").startswith("2 lines")
    assert output(capsys, "list") == ""
    assert output(capsys, "expire") == "0 lines deleted\n"
    noted = (state / "audit.jsonl").read_text()
    assert '"act": "person.delete"' in noted
    assert "quince" not in noted.casefold()


def test_where_nothing_is_kept_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transcripts", "list"]) == 2
    assert "there are no transcripts" in capsys.readouterr().err


def test_a_new_key_is_one_that_is_taken(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    path = state / "key"
    path.write_text(output(capsys, "new-key"))
    assert len(find_key(path, state, {})[0]) == 32
