"""The link to the SIP process: whole, byte by byte, garbage."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.sip.link import (
    Kind,
    LinkDecoder,
    LinkMessage,
    encode_control,
    encode_sound,
)
from edge_interpreter.calls.wire import Malformed

sounds = st.builds(
    LinkMessage, st.just(Kind.SOUND), st.integers(0, 2**32 - 1), st.binary(max_size=80)
)


@given(st.lists(sounds, max_size=10))
def test_whole_and_byte_by_byte(messages: list[LinkMessage]) -> None:
    wire = b"".join(encode_sound(message.leg, message.payload) for message in messages)
    single = LinkDecoder()
    assert list(LinkDecoder().feed(wire)) == messages
    assert [m for i in range(len(wire)) for m in single.feed(wire[i : i + 1])] == messages


def test_control_messages_carry_their_fields() -> None:
    [message] = LinkDecoder().feed(encode_control(7, "dial", uri="sip:100@pbx"))
    assert (message.leg, message.control()) == (7, {"type": "dial", "uri": "sip:100@pbx"})


@given(st.binary(max_size=60))
def test_garbage_waits_or_raises_the_one_error(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        for message in LinkDecoder().feed(data):
            with contextlib.suppress(Malformed):
                message.control()


def test_too_long_is_refused() -> None:
    with pytest.raises(Malformed):
        encode_sound(1, bytes(70_000))
