import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.peers import read_peer


def test_a_peer_is_a_protocol_and_an_address() -> None:
    address = "ws://127.0.0.1:8000/asr?a=b"

    assert read_peer(f"whisperlivekit={address}", ["whisperlivekit"]) == ("whisperlivekit", address)


@pytest.mark.parametrize(
    "text", ["tcp://127.0.0.1:10300", "wyoming", "wyoming=", "other=tcp://a:1"]
)
def test_what_names_no_peer_is_refused_with_what_would(text: str) -> None:
    with pytest.raises(UserError, match="PROTOCOL=ADDRESS with wyoming or whisperlivekit"):
        read_peer(text, ["wyoming", "whisperlivekit"])
