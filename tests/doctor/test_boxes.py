import asyncio
from pathlib import Path

from edge_interpreter.config.load import read_config
from edge_interpreter.doctor.boxes import check_boxes
from edge_interpreter.doctor.finding import Patient, Status
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Tokens
from tests.server.box import box


def statuses(folder: Path, text: str) -> list[Status]:
    path = folder / "config.toml"
    path.write_text(text)
    return [finding.status for finding in check_boxes(Patient(path, read_config(path, {})))]


def test_one_box_is_not_asked_about_others(tmp_path: Path) -> None:
    assert statuses(tmp_path, "") == [Status.NOTE]


def test_missing_keys_and_a_silent_proxy_are_found(tmp_path: Path) -> None:
    text = '[boxes]\nkeys = "keys"\nfront_url = "http://127.0.0.1:9"\n'
    assert statuses(tmp_path, text) == [Status.PROBLEM, Status.PROBLEM]
    Tokens(StateDirectory(tmp_path / "keys")).rotate()
    assert statuses(tmp_path, text) == [Status.OK, Status.PROBLEM]
    (tmp_path / "keys/token-keys.json").chmod(0o644)
    assert statuses(tmp_path, text) == [Status.PROBLEM, Status.PROBLEM]


async def test_a_proxy_that_answers_is_well(tmp_path: Path) -> None:
    Tokens(StateDirectory(tmp_path / "keys")).rotate()
    async with box(tmp_path / "state") as place:
        text = f'[boxes]\nkeys = "keys"\nfront_url = "{place.url}"\n'
        found = await asyncio.to_thread(statuses, tmp_path, text)
    assert found == [Status.OK, Status.OK]
