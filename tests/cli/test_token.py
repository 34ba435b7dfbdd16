from pathlib import Path

import pytest

from edge_interpreter.cli import main
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Tokens


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGE_INTERPRETER_SERVER__STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["token", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_token_and_its_link_are_printed(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    arguments = ("--room", "hall", "--role", "operate", "--ttl", "8h", "--url", "https://box:8443/")
    token, link = output(capsys, "create", *arguments)
    grant = Tokens(StateDirectory(state)).read(token)
    assert (grant.room, grant.role) == ("hall", "operate")
    assert link == f"https://box:8443/?room=hall#token={token}"


def test_keys_are_made_listed_and_revoked(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    (key,) = output(capsys, "create-key", "--name", "hall", "--room", "*")
    assert output(capsys, "keys") == ["hall\t*\tspeak"]
    assert Tokens(StateDirectory(state)).read(key).room == "*"
    output(capsys, "revoke-key", "hall")
    assert output(capsys, "keys") == []


def test_withdrawn_tokens_open_nothing(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    token = output(capsys, "create")[0]
    output(capsys, "rotate")
    Tokens(StateDirectory(state)).read(token)
    output(capsys, "withdraw")
    with pytest.raises(ProtocolError):
        Tokens(StateDirectory(state)).read(token)


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "--ttl", "soon"),
        ("create", "--ttl", "0s"),
        ("create", "--ttl", "999d"),
        ("create", "--room", "Big Hall"),
        ("revoke-key", "nobody"),
    ],
)
def test_mistakes_get_one_line(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
