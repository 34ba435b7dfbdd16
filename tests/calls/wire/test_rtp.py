"""RTP packets as RFC 3550 lays them out, whole, cut and mutated."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.wire import Malformed
from edge_interpreter.calls.wire.rtp import RtpPacket, Unwrapper, encode_rtp, parse_rtp

packets = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    ssrc=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=400),
    marker=st.booleans(),
    csrcs=st.lists(st.integers(0, 0xFFFFFFFF), max_size=15).map(tuple),
)


@given(packets)
def test_round_trip(packet: RtpPacket) -> None:
    assert parse_rtp(encode_rtp(packet)) == packet


@given(st.binary(max_size=200))
def test_any_bytes_parse_or_raise_the_one_error(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        parse_rtp(data)


@given(packets, st.data())
def test_mutated_packets_parse_or_raise_the_one_error(
    packet: RtpPacket, data: st.DataObject
) -> None:
    wire = bytearray(encode_rtp(packet))
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        parse_rtp(bytes(wire[: data.draw(st.integers(0, len(wire)))]))


def test_every_cut_of_the_header_is_refused() -> None:
    wire = encode_rtp(RtpPacket(0, 1, 2, 3, b"", csrcs=(4, 5)))
    for length in range(len(wire)):
        with pytest.raises(Malformed):
            parse_rtp(wire[:length])


def test_extension_and_padding_are_not_taken_for_sound() -> None:
    plain = bytearray(encode_rtp(RtpPacket(0, 1, 2, 3, b"sound")))
    plain[0] |= 0x30
    wire = bytes(plain[:12]) + b"\xbe\xde\x00\x01abcd" + b"sound" + b"\0\0\3"
    assert parse_rtp(wire).payload == b"sound"


@pytest.mark.parametrize("count", [0, 6, 255])
def test_padding_that_cannot_be_is_refused(count: int) -> None:
    wire = bytearray(encode_rtp(RtpPacket(0, 1, 2, 3, b"soun" + bytes([count]))))
    wire[0] |= 0x20
    with pytest.raises(Malformed):
        parse_rtp(bytes(wire))


def test_counters_unwrap_over_the_end_and_for_late_packets() -> None:
    unwrap = Unwrapper(16)
    seen = [unwrap(value) for value in (65_534, 65_535, 1, 0, 2, 65_533)]
    assert seen == [65_534, 65_535, 65_537, 65_536, 65_538, 65_533]


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-100, 100), max_size=200))
def test_unwrapping_follows_any_small_steps(start: int, steps: list[int]) -> None:
    unwrap, true = Unwrapper(16), start
    assert unwrap(start) == start
    for step in steps:
        true = max(true + step, 0)
        if abs(step) < 100 and true >= start:
            assert unwrap(true & 0xFFFF) == true
        else:
            break
