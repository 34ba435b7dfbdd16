"""Asterisk's WebSocket control messages in both syntaxes."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.wire import Malformed
from edge_interpreter.calls.wire.asterisk_websocket import (
    ControlEvent,
    encode_command,
    media_start,
    parse_control,
)

PLAIN = (
    "MEDIA_START connection_id:m1 channel:WebSocket/m1/0x51 channel_id:1761245643.1"
    " format:ulaw optimal_frame_size:160 ptime:20"
)
JSON = json.dumps(
    {
        "event": "MEDIA_START",
        "connection_id": "m1",
        "channel": "WebSocket/m1/0x51",
        "channel_id": "1761245643.1",
        "format": "ulaw",
        "optimal_frame_size": 160,
        "ptime": 20,
        "channel_variables": {"CALLER_LANGUAGE": "es"},
    }
)


def test_media_start_says_the_same_in_both_syntaxes() -> None:
    plain, structured = parse_control(PLAIN), parse_control(JSON)
    assert media_start(plain) == media_start(structured)
    assert media_start(plain).frame_bytes == 160
    assert (plain.json, structured.json) == (False, True)
    assert structured.variables["CALLER_LANGUAGE"] == "es"


def test_events_without_fields_and_with_a_value() -> None:
    assert parse_control("MEDIA_XOFF").name == "MEDIA_XOFF"
    assert parse_control("DTMF_END digit:5").fields["digit"] == "5"
    assert parse_control("MEDIA_MARK_PROCESSED m7").fields["value"] == "m7"


def test_commands_in_the_syntax_of_the_peer() -> None:
    assert encode_command("FLUSH_MEDIA", as_json=False) == "FLUSH_MEDIA"
    assert encode_command("MARK_MEDIA", "m7", as_json=False) == "MARK_MEDIA m7"
    assert json.loads(encode_command("MARK_MEDIA", "m7", as_json=True)) == {
        "command": "MARK_MEDIA",
        "correlation_id": "m7",
    }
    with pytest.raises(Malformed):
        encode_command("MARK_MEDIA", "two words", as_json=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "hello",
        "{",
        "{}",
        "[]",
        '{"event": 5}',
        '{"event": ""}',
        "{" * 50_000,
        "x" * 70_000,
    ],
)
def test_what_is_no_control_message_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_control(text)


@pytest.mark.parametrize(
    "text",
    [
        "MEDIA_XON",
        "MEDIA_START format:ulaw",
        "MEDIA_START format:ulaw optimal_frame_size:many",
        "MEDIA_START format:ulaw optimal_frame_size:0",
        "MEDIA_START format:ulaw optimal_frame_size:99999",
        "MEDIA_START optimal_frame_size:160",
    ],
)
def test_a_media_start_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        media_start(parse_control(text))


@given(st.one_of(st.text(max_size=200), st.text(max_size=20).map(lambda t: PLAIN + t)))
def test_any_text_parses_or_raises_the_one_error(text: str) -> None:
    try:
        event = parse_control(text)
        assert isinstance(event, ControlEvent)
        media_start(event)
    except Malformed:
        pass


@given(st.data())
def test_mutated_json_parses_or_raises_the_one_error(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(JSON) - 1))
    text = JSON[:position] + data.draw(st.text(max_size=3)) + JSON[position + 1 :]
    with contextlib.suppress(Malformed):
        media_start(parse_control(text))
