"""Allow-lists."""

import pytest

from edge_interpreter.calls.legs.allowed import AllowList


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("::ffff:10.1.2.3", True),
        ("2001:db8::5", True),
        ("2001:db9::5", False),
        ("fe80::1%eth0", False),
        ("somewhere", False),
    ],
)
def test_networks(address: str, allowed: bool) -> None:
    assert AllowList(["10.0.0.0/8", "2001:db8::/32"]).allows(address) is allowed


def test_none_given_allows_everybody() -> None:
    assert AllowList([]).allows("203.0.113.9")
