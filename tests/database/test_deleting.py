"""Deletion in pieces: however much there is, no statement takes long."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge_interpreter.config.database import Database
from edge_interpreter.database import deleting
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.protocol import Value
from edge_interpreter.transcripts.store import Store
from tests.transcripts.test_store import KEY, LINE


def test_what_is_too_old_goes_in_pieces(
    settings: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "PIECE", 100)
    store = Store(open_database(settings, file), KEY)
    store.prepare()
    store.add([replace(LINE, time=number) for number in range(400)])
    change, pieces = store.database.change, []

    def counted(statement: str, rows: Sequence[Sequence[Value]]) -> int:
        pieces.append(change(statement, rows))
        return pieces[-1]

    monkeypatch.setattr(store.database, "change", counted)
    assert store.expire(350) == 350
    assert pieces == [100, 100, 100, 50, 0]
    assert store.delete("room", LINE.place) == 50
    assert store.lines("room", LINE.place) == []
    store.database.close()
