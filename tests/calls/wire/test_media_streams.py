"""Media Streams messages as Twilio documents them, and what is not one."""

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.wire import Malformed
from edge_interpreter.calls.wire.media_streams import (
    Connected,
    Dtmf,
    Mark,
    Media,
    Start,
    Stop,
    encode_clear,
    encode_mark,
    encode_media,
    parse_message,
)

SID = "MZ18ad3ab5a668481ce02b83e7395059f0"
START = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1",
        "streamSid": SID,
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"language": "es"},
    },
    "streamSid": SID,
}
MEDIA = {
    "event": "media",
    "sequenceNumber": "3",
    "media": {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "5",
        "payload": base64.b64encode(b"\xff" * 160).decode(),
    },
    "streamSid": SID,
}


def test_the_documented_messages() -> None:
    start = parse_message(json.dumps(START))
    assert isinstance(start, Start)
    assert (start.stream_sid, start.call_sid) == (SID, "CA1")
    assert start.parameters == {"language": "es"}
    assert parse_message(json.dumps(MEDIA)) == Media(b"\xff" * 160, 1, 5)
    connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert parse_message(json.dumps(connected)) == Connected()
    dtmf = {"event": "dtmf", "streamSid": SID, "dtmf": {"track": "inbound_track", "digit": "1"}}
    assert parse_message(json.dumps(dtmf)) == Dtmf("1")
    mark = {"event": "mark", "streamSid": SID, "mark": {"name": "u7"}}
    assert parse_message(json.dumps(mark)) == Mark("u7")
    assert parse_message(json.dumps({"event": "stop", "streamSid": SID})) == Stop()


def test_what_is_sent_carries_the_stream() -> None:
    media = json.loads(encode_media(SID, b"\x7f\xff"))
    assert media["event"] == "media"
    assert base64.b64decode(media["media"]["payload"]) == b"\x7f\xff"
    assert parse_message(encode_mark(SID, "u7")) == Mark("u7")
    assert json.loads(encode_clear(SID)) == {"event": "clear", "streamSid": SID}


def changed(tree: dict, *path: str, value: object) -> str:  # type: ignore[type-arg]
    copy = json.loads(json.dumps(tree))
    part = copy
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return json.dumps(copy)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"event": "party"}',
        '{"event": "media"}',
        '{"event": "dtmf", "dtmf": {"digit": "12"}}',
        '{"event": "mark", "mark": {}}',
        "[" * 60_000,
        " " * 70_000,
        changed(START, "start", "mediaFormat", "encoding", value="audio/opus"),
        changed(START, "start", "mediaFormat", "sampleRate", value=16_000),
        changed(START, "start", "callSid", value=None),
        changed(MEDIA, "media", "payload", value="%%%"),
        changed(MEDIA, "media", "chunk", value="one"),
        changed(MEDIA, "media", "timestamp", value=1.5),
        changed(MEDIA, "media", "track", value=7),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_message(text)


@given(st.sampled_from([json.dumps(START), json.dumps(MEDIA)]), st.data(), st.text(max_size=3))
def test_mutated_messages_parse_or_raise_the_one_error(
    text: str, data: st.DataObject, insert: str
) -> None:
    position = data.draw(st.integers(0, len(text) - 1))
    with contextlib.suppress(Malformed):
        parse_message(text[:position] + insert + text[position + 1 :])


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop"]),
    st.dictionaries(
        st.sampled_from(["start", "media", "dtmf", "mark", "streamSid"]), json_values, max_size=3
    ),
)
def test_any_json_parses_or_raises_the_one_error(event: str, rest: dict[str, object]) -> None:
    with contextlib.suppress(Malformed):
        parse_message(json.dumps({"event": event, **rest}))
