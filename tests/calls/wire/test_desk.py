"""Requests of an agent's page."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.wire import Malformed
from edge_interpreter.calls.wire.desk import (
    End,
    Hello,
    Key,
    Mute,
    Request,
    Say,
    Speaks,
    Take,
    Watch,
    parse_request,
)


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        ({"type": "hello", "token": "t"}, Hello("t")),
        ({"type": "take", "call": "a1"}, Take("a1")),
        ({"type": "watch", "call": ""}, Watch("")),
        ({"type": "end", "call": "a1"}, End("a1")),
        ({"type": "mute", "call": "a1", "side": "agent", "on": True}, Mute("a1", "agent", True)),
        (
            {"type": "speaks", "call": "a1", "side": "caller", "language": "es"},
            Speaks("a1", "caller", "es"),
        ),
        ({"type": "say", "call": "a1", "text": "One moment."}, Say("a1", "One moment.")),
        ({"type": "key", "call": "a1", "digit": "#"}, Key("a1", "#")),
    ],
)
def test_every_request(message: dict[str, object], request_: Request) -> None:
    assert parse_request(json.dumps(message)) == request_


@pytest.mark.parametrize(
    "message",
    [
        {},
        [],
        {"type": "party"},
        {"type": "take"},
        {"type": "take", "call": ""},
        {"type": "take", "call": "x" * 65},
        {"type": "mute", "call": "a", "side": "both", "on": True},
        {"type": "mute", "call": "a", "side": "agent", "on": 1},
        {"type": "say", "call": "a", "text": "x" * 501},
        {"type": "key", "call": "a", "digit": "12"},
        {"type": "hello", "token": "x" * 9_000},
    ],
)
def test_what_is_no_request(message: object) -> None:
    with pytest.raises(Malformed):
        parse_request(json.dumps(message))


@given(st.text(max_size=80))
def test_any_text_parses_or_raises_the_one_error(text: str) -> None:
    with contextlib.suppress(Malformed):
        parse_request(text)
