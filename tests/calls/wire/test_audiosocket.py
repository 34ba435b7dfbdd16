"""AudioSocket frames: whole, byte by byte, with garbage after them, mutated."""

import contextlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.wire import Malformed
from edge_interpreter.calls.wire.audiosocket import (
    AUDIO_RATES,
    AudioSocketDecoder,
    AudioSocketFrame,
    Kind,
    encode_audiosocket,
)

audio = st.builds(
    AudioSocketFrame,
    st.sampled_from(sorted(AUDIO_RATES)),
    st.binary(max_size=100).map(lambda data: data[: len(data) // 2 * 2]),
)
others = st.one_of(
    st.just(AudioSocketFrame(Kind.HANGUP)),
    st.builds(AudioSocketFrame, st.just(Kind.UUID), st.binary(min_size=16, max_size=16)),
    st.builds(
        AudioSocketFrame, st.just(Kind.DTMF), st.sampled_from("0123456789*#").map(str.encode)
    ),
    st.builds(AudioSocketFrame, st.just(Kind.ERROR), st.binary(max_size=4)),
)
streams = st.lists(st.one_of(audio, others), max_size=12)


def wire(frames: list[AudioSocketFrame]) -> bytes:
    return b"".join(encode_audiosocket(frame.kind, frame.payload) for frame in frames)


@given(streams)
def test_whole_and_byte_by_byte_give_the_same_frames(frames: list[AudioSocketFrame]) -> None:
    data, single = wire(frames), AudioSocketDecoder()
    assert list(AudioSocketDecoder().feed(data)) == frames
    assert [f for i in range(len(data)) for f in single.feed(data[i : i + 1])] == frames
    assert single.pending == 0


@given(streams, st.binary(min_size=1, max_size=30))
def test_garbage_after_frames_waits_or_raises_the_one_error(
    frames: list[AudioSocketFrame], garbage: bytes
) -> None:
    decoder = AudioSocketDecoder()
    assert list(decoder.feed(wire(frames))) == frames
    with contextlib.suppress(Malformed):
        list(decoder.feed(garbage))


@given(streams.filter(bool), st.data())
def test_mutated_streams_decode_or_raise_the_one_error(
    frames: list[AudioSocketFrame], data: st.DataObject
) -> None:
    mutated = bytearray(wire(frames))
    mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        list(AudioSocketDecoder().feed(bytes(mutated)))


def test_the_call_identifier_and_the_rate() -> None:
    call_id = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
    [frame, sound] = AudioSocketDecoder().feed(
        encode_audiosocket(Kind.UUID, call_id.bytes) + encode_audiosocket(Kind.AUDIO_16K, b"ab")
    )
    assert frame.call_id == call_id
    assert sound.rate == 16_000


@pytest.mark.parametrize(
    ("kind", "payload"),
    [(Kind.UUID, b"short"), (Kind.DTMF, b"x"), (Kind.DTMF, b""), (Kind.AUDIO_8K, b"abc")],
)
def test_payloads_that_cannot_be_are_refused_both_ways(kind: Kind, payload: bytes) -> None:
    with pytest.raises(Malformed):
        encode_audiosocket(kind, payload)
    with pytest.raises(Malformed):
        list(AudioSocketDecoder().feed(bytes([kind]) + len(payload).to_bytes(2) + payload))


def test_frames_before_a_fault_are_given() -> None:
    frames = AudioSocketDecoder().feed(encode_audiosocket(Kind.HANGUP) + b"\x77\0\0")
    assert next(frames).kind is Kind.HANGUP
    with pytest.raises(Malformed):
        next(frames)


def test_an_unknown_kind_is_refused_before_its_payload_arrives() -> None:
    with pytest.raises(Malformed):
        list(AudioSocketDecoder().feed(b"\x77\xff\xff"))
