"""What administrators do is written down, and nothing else."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.cli import main
from edge_interpreter.server.audit import KEPT_FILES, Audit
from edge_interpreter.server.state import StateDirectory
from tests.server.box import box


def entries(state: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (state / "audit.jsonl").read_text().splitlines()]


async def test_acts_over_rest_and_websocket_with_who_and_where(tmp_path: Path) -> None:
    async with box(tmp_path) as place:
        tokens = place.services.access.tokens
        key = tokens.create_api_key("reception", "*", "operate")
        async with place.http(key) as client:
            await client.post("/api/rooms", json={"name": "press"})
            await client.get("/api/rooms/press/participants")
            made = (
                await client.post("/api/tokens", json={"room": "press", "role": "operate"})
            ).json()["token"]
            async with place.join(room="press", name="Ana Secret", speaks="en") as ana:
                guest = ana.welcome["participant"]
                async with place.join(room="press", token=made, role="operate") as operator:
                    await operator.send(type="operator_mute", participant=guest, on=True)
                    await operator.send(type="operator_remove", participant=guest)
                    await ana.close_code()
            await client.delete("/api/rooms/press")
        child = tokens.read(made).who
    noted = entries(tmp_path)
    assert [(each["act"], each["who"]) for each in noted] == [
        ("room.open", "key:reception"),
        ("token.create", "key:reception"),
        ("participant.mute", child),
        ("participant.remove", child),
        ("room.close", "key:reception"),
    ]
    assert noted[1]["made"] == child
    assert {each["from"] for each in noted} == {"127.0.0.1"}
    assert noted[3]["participant"] == guest
    text = (tmp_path / "audit.jsonl").read_text()
    assert not any(secret in text for secret in (key, made, "Secret"))


def test_commands_on_the_box_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_INTERPRETER_SERVER__STATE", str(tmp_path))
    main(["token", "create-key", "--name", "hall", "--room", "*"])
    main(["token", "create"])
    main(["token", "rotate"])
    main(["token", "revoke-key", "hall"])
    acts = [each["act"] for each in entries(tmp_path)]
    assert acts == ["key.create", "token.create", "token.rotate", "key.revoke"]
    assert {each["who"] for each in entries(tmp_path)} == {"console"}
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600


def test_the_log_is_rotated_and_old_files_go(tmp_path: Path) -> None:
    audit = Audit(StateDirectory(tmp_path), most_bytes=1_000)
    for number in range(400):
        audit.record("room.open", "key:x", "10.0.0.1", number=number)
    audit.close()
    files = sorted(tmp_path.glob("audit.jsonl*"))
    assert len(files) == KEPT_FILES + 1
    assert all(file.stat().st_size <= 1_000 for file in files)
    assert entries(tmp_path)[-1]["number"] == 399
