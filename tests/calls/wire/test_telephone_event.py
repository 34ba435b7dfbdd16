"""RFC 4733: each key is told once, however its reports arrive."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.wire import Malformed
from edge_interpreter.calls.wire.telephone_event import (
    DIGITS,
    KeyReader,
    TelephoneEvent,
    encode_telephone_event,
    key_press,
    parse_telephone_event,
)

events = st.builds(
    TelephoneEvent,
    digit=st.sampled_from(DIGITS),
    end=st.booleans(),
    duration=st.integers(0, 0xFFFF),
    volume=st.integers(0, 63),
)


@given(events, st.binary(max_size=8))
def test_round_trip_with_trailing_bytes(event: TelephoneEvent, rest: bytes) -> None:
    assert parse_telephone_event(encode_telephone_event(event) + rest) == event


@given(st.binary(max_size=12))
def test_any_bytes_parse_or_raise_the_one_error(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        parse_telephone_event(data)


@pytest.mark.parametrize("digit", ["", "X", "12"])
def test_no_such_key(digit: str) -> None:
    with pytest.raises(Malformed):
        encode_telephone_event(TelephoneEvent(digit, False, 0))


def test_a_press_as_sent_ends_three_times_and_is_heard_once() -> None:
    press = key_press("5", 100)
    assert [event.end for event in press] == [False] * 4 + [True] * 3
    assert press[-1].duration == 800
    reader = KeyReader()
    assert [reader.read(1000, event) for event in press] == ["5"] + [None] * 6


def test_a_press_whose_first_reports_were_lost_is_heard() -> None:
    reader = KeyReader()
    heard = [reader.read(1000, event) for event in key_press("1")[-2:]]
    heard += [reader.read(3000, event) for event in key_press("1")]
    assert [key for key in heard if key] == ["1", "1"]
