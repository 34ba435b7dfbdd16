import stat
from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.server.access import Access, choose_role
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Grant, Tokens


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(tmp_path: Path, clock: Clock) -> Tokens:
    return Tokens(StateDirectory(tmp_path / "state"), clock)


def refusal(tokens: Tokens, token: str) -> str:
    with pytest.raises(ProtocolError) as refused:
        tokens.read(token)
    return refused.value.code


def test_a_token_says_room_role_and_end(tokens: Tokens, clock: Clock) -> None:
    token, expires = tokens.create("main", "speak", 60)
    assert tokens.read(token) == Grant("main", "speak", expires)
    clock.now += 59
    tokens.read(token)
    clock.now += 1
    assert refusal(tokens, token) == "token_expired"


def test_changed_tokens_are_refused(tokens: Tokens) -> None:
    listen, _ = tokens.create("main", "listen", 60)
    operate, _ = tokens.create("main", "operate", 60)
    mixed = operate.split(".")[0] + "." + listen.split(".")[1]
    for forged in (mixed, listen[:-1], listen + "A", listen.replace(".", ""), "", ".", "a.b"):
        assert refusal(tokens, forged) == "token_invalid"


def test_a_token_of_another_server_is_refused(tokens: Tokens, tmp_path: Path) -> None:
    other = Tokens(StateDirectory(tmp_path / "other"))
    assert refusal(tokens, other.create("main", "operate", 60)[0]) == "token_invalid"


def test_rotation_keeps_tokens_and_withdrawal_ends_them(tokens: Tokens) -> None:
    token, _ = tokens.create("main", "speak", 60)
    tokens.rotate()
    tokens.rotate()
    assert tokens.read(token).role == "speak"
    tokens.withdraw()
    assert refusal(tokens, token) == "token_invalid"


def test_api_keys_are_kept_as_hashes(tokens: Tokens, tmp_path: Path) -> None:
    key = tokens.create_api_key("microphone", "main", "speak")
    assert tokens.read(key) == Grant("main", "speak")
    assert all(key not in file.read_text() for file in (tmp_path / "state").iterdir())
    with pytest.raises(UserError):
        tokens.create_api_key("microphone", "main", "speak")
    tokens.revoke_api_key("microphone")
    assert refusal(tokens, key) == "token_invalid"
    with pytest.raises(UserError, match="none"):
        tokens.revoke_api_key("microphone")


def test_secrets_are_readable_by_nobody_else(tokens: Tokens, tmp_path: Path) -> None:
    tokens.create("main", "speak", 60)
    tokens.create_api_key("microphone", "*", "speak")
    state = tmp_path / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in state.iterdir()} == {0o600}


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path)
    state.write("token-keys.json", b"{")
    with pytest.raises(UserError, match=r"token-keys\.json"):
        Tokens(state).create("main", "speak", 60)


def test_who_may_be_what(tokens: Tokens) -> None:
    open_house, closed_house = Access(tokens, "open"), Access(tokens, "token")
    listen, operate = tokens.create("main", "listen", 9)[0], tokens.create("main", "operate", 9)[0]
    assert open_house.role("", "main", None, "meeting") == "speak"
    assert open_house.role("", "main", None, "presentation") == "listen"
    assert open_house.role(listen, "main", None, "meeting") == "speak"
    assert open_house.role(operate, "main", None, "meeting") == "operate"
    assert open_house.role(operate, "other", None, "meeting") == "speak"
    assert closed_house.role(listen, "main", None, "meeting") == "listen"
    assert closed_house.role("", "main", "open", "meeting") == "speak"
    for token, room in (("", "main"), (operate, "other")):
        with pytest.raises(ProtocolError):
            closed_house.role(token, room, None, "meeting")
    with pytest.raises(ProtocolError):
        open_house.role("", "main", "token", "meeting")


def test_the_role_taken_is_never_more_than_granted() -> None:
    assert choose_role("operate", None, speaks=True) == "speak"
    assert choose_role("listen", None, speaks=False) == "listen"
    for most, asked, speaks in (("listen", "speak", False), ("listen", None, True)):
        with pytest.raises(ProtocolError):
            choose_role(most, asked, speaks=speaks)  # type: ignore[arg-type]
