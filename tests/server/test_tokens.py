import shutil
import stat
from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.server.access import Access, choose_role
from edge_interpreter.server.limits import Buckets
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import MOST_TTL_S, Grant, Tokens


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


def test_a_retired_key_verifies_only_what_it_signed(tokens: Tokens, clock: Clock) -> None:
    token, _ = tokens.create("main", "speak", MOST_TTL_S)
    tokens.rotate()
    clock.now += MOST_TTL_S - 1
    tokens.rotate()
    assert tokens.read(token).role == "speak"
    clock.now += 1
    assert refusal(tokens, token) == "token_expired"
    tokens.rotate()
    assert refusal(tokens, token) == "token_invalid"


def test_a_token_made_with_a_stolen_retired_key_is_refused(
    tokens: Tokens, clock: Clock, tmp_path: Path
) -> None:
    tokens.create("main", "speak", 60)
    shutil.copytree(tmp_path / "state", tmp_path / "stolen")
    tokens.rotate()
    clock.now += 60
    forged, _ = Tokens(StateDirectory(tmp_path / "stolen"), clock).create(
        "*", "operate", MOST_TTL_S
    )
    assert refusal(tokens, forged) == "token_invalid"


def test_a_token_does_not_outlive_the_one_it_is_made_with(tokens: Tokens) -> None:
    maker = tokens.read(tokens.create("main", "operate", 60)[0])
    _, expires = tokens.create("main", "speak", 3_600, maker)
    assert expires == maker.expires


def test_a_revoked_key_takes_the_tokens_made_with_it_along(tokens: Tokens) -> None:
    key = tokens.read(tokens.create_api_key("reception", "main", "operate"))
    assert key.who == "key:reception"
    child = tokens.create("main", "operate", 60, key)[0]
    grandchild = tokens.create("main", "speak", 60, tokens.read(child))[0]
    assert tokens.read(grandchild).role == "speak"
    tokens.revoke_api_key("reception")
    assert refusal(tokens, child) == refusal(tokens, grandchild) == "token_invalid"
    tokens.create_api_key("reception", "main", "operate")
    assert refusal(tokens, grandchild) == "token_invalid"


def test_an_api_key_may_have_an_end(tokens: Tokens, clock: Clock) -> None:
    key = tokens.create_api_key("visitor", "main", "speak", 60)
    assert tokens.read(key).role == "speak"
    clock.now += 60
    assert refusal(tokens, key) == "token_expired"


@pytest.mark.parametrize(
    "hostile", ["[" * 4_000 + ".x", "W10.W10", "eyJrZXkiOltdfQ.AA", "\ud800.x", "ei_\ud800", "é.é"]
)
def test_hostile_tokens_are_refused(tokens: Tokens, hostile: str) -> None:
    assert refusal(tokens, hostile) == "token_invalid"


def test_an_address_with_too_many_wrong_tokens_waits(tokens: Tokens) -> None:
    now, locked = [0.0], list[str]()
    wrong = Buckets(0.1, 3, lambda: now[0])
    access = Access(tokens, "open", wrong, locked.append)
    good, _ = tokens.create("main", "speak", 60)
    for _ in range(3):
        access.admit("ei_guess", "10.0.0.66")
    with pytest.raises(ProtocolError) as refused:
        access.admit("ei_guess", "10.0.0.66")
    assert (refused.value.code, refused.value.retry_after_s) == ("rate_limited", 10)
    # Two hundred phones may share that address.
    access.admit(good, "10.0.0.66")
    access.admit(good, "10.0.0.7")
    access.admit("", "10.0.0.66")
    now[0] += 10
    access.admit(good, "10.0.0.66")
    assert locked == ["10.0.0.66"]


def test_boxes_that_share_keys_accept_each_others_tokens(tmp_path: Path, clock: Clock) -> None:
    one, two = (Tokens(StateDirectory(tmp_path / name), clock, shared=True) for name in "ab")
    with pytest.raises(UserError, match="copy it from another box"):
        one.signing_keys()
    one.rotate()
    key = one.create_api_key("reception", "*", "operate")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert two.read(one.create("main", "speak", 60)[0]).role == "speak"
    assert one.read(two.create("main", "speak", 60)[0]).role == "speak"
    assert two.read(key).role == "operate"


def test_while_shared_keys_are_away_those_read_before_hold(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = Tokens(StateDirectory(tmp_path), clock, shared=True)
    tokens.rotate()
    key = tokens.create_api_key("reception", "*", "operate")
    before, _ = tokens.create("main", "speak", 600)
    files = [tmp_path / name for name in ("token-keys.json", "api-keys.json")]
    copies = [file.read_bytes() for file in files]
    assert tokens.read(key).role == "operate"
    for content in (None, b'{"keys": [{"id'):
        for file in files:
            file.unlink(missing_ok=True)
            if content is not None:
                file.write_bytes(content)
        assert tokens.read(before).role == "speak"
        assert tokens.read(tokens.create("main", "speak", 60)[0]).role == "speak"
        assert tokens.read(key).role == "operate"
    assert len(caplog.messages) == 4
    assert all(message.endswith("the keys read before hold") for message in caplog.messages)
    for file, copy in zip(files, copies, strict=True):
        file.write_bytes(copy)
    tokens.withdraw()
    tokens.revoke_api_key("reception")
    assert refusal(tokens, before) == refusal(tokens, key) == "token_invalid"


def test_a_key_is_not_signed_with_before_every_box_has_it(tokens: Tokens, clock: Clock) -> None:
    before, _ = tokens.create("main", "speak", 600)
    state = tokens._state
    old = state.read("token-keys.json") or b""
    tokens.rotate(after_s=60)
    new = state.read("token-keys.json") or b""
    early, _ = tokens.create("main", "speak", 600)
    clock.now += 60
    late, _ = tokens.create("main", "speak", 600)
    state.write("token-keys.json", old)
    assert tokens.read(before).role == tokens.read(early).role == "speak"
    assert refusal(tokens, late) == "token_invalid"
    state.write("token-keys.json", new)
    for token in (before, early, late):
        assert tokens.read(token).role == "speak"


def test_what_is_sealed_is_no_token_and_no_token_is_sealed(tokens: Tokens, clock: Clock) -> None:
    sealed = tokens.seal({"name": "hall"}, 60)
    assert tokens.unseal(sealed) == {"name": "hall"}
    assert refusal(tokens, sealed) == "token_invalid"
    assert tokens.unseal(tokens.create("main", "speak", 60)[0]) is None
    assert tokens.unseal(sealed[:-1]) is None
    clock.now += 60
    assert tokens.unseal(sealed) is None
