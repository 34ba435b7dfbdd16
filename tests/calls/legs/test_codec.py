"""Telephony formats: what goes in comes out, at the right length and level."""

import numpy as np
import pytest

from edge_interpreter.calls.legs.codec import (
    SLIN_RATES,
    LinearCodec,
    decode_together,
    encode_together,
    new_codec,
)
from tests.calls.legs.listening import tone

EXPECTED_BYTES = {"ulaw": 160, "alaw": 160, "g722": 160, "slin": 320, "slin16": 640}


@pytest.mark.parametrize("name", ["ulaw", "alaw", "g722", "slin", "slin16"])
def test_every_frame_has_its_length_and_a_tone_survives(name: str) -> None:
    if name == "g722":
        pytest.importorskip("G722")
    codec = new_codec(name)
    frames = tone(20).reshape(-1, 320)
    wire = [codec.encode(frame) for frame in frames]
    assert {len(data) for data in wire} == {EXPECTED_BYTES[name]}
    heard = np.concatenate([codec.decode(data) for data in wire])
    assert heard.size == 20 * 320
    spectrum = np.abs(np.fft.rfft(heard[3200:]))
    assert np.argmax(spectrum) * 16_000 / 3200 == pytest.approx(440, abs=5)
    assert np.sqrt(np.mean(heard[3200:] ** 2)) == pytest.approx(0.212, rel=0.05)


@pytest.mark.parametrize("name", sorted(SLIN_RATES))
def test_every_linear_rate_keeps_time(name: str) -> None:
    codec = new_codec(name)
    wire = b"".join(codec.encode(frame) for frame in tone(50).reshape(-1, 320))
    assert abs(len(wire) - 2 * SLIN_RATES[name]) < 0.1 * SLIN_RATES[name]


def test_network_byte_order_is_the_other_one() -> None:
    frame = tone(1)
    little, big = new_codec("slin16", "<").encode(frame), new_codec("slin16", ">").encode(frame)
    assert np.array_equal(np.frombuffer(little, "<i2"), np.frombuffer(big, ">i2"))


def test_half_a_sample_is_left_out() -> None:
    assert new_codec("slin16").decode(b"abc").size == 1


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(LookupError):
        new_codec("silk")


def test_many_calls_at_once_sound_as_each_alone() -> None:
    sound = np.random.default_rng(4).normal(0, 0.2, (3, 5, 320)).astype(np.float32)
    rates = [8_000, 16_000, 8_000]
    alone, together = ([LinearCodec(rate) for rate in rates] for _ in range(2))
    for block in range(5):
        frames = [sound[one, block] for one in range(3)]
        wire = [codec.encode(frame) for codec, frame in zip(alone, frames, strict=True)]
        also_wire = encode_together(list(zip(together, frames, strict=True)))
        for one, other in zip(wire, also_wire, strict=True):
            # The order of additions may turn the last bit.
            np.testing.assert_allclose(
                np.frombuffer(one, np.int16), np.frombuffer(other, np.int16), atol=1
            )
        heard = [codec.decode(data) for codec, data in zip(alone, wire, strict=True)]
        also = decode_together(zip(together, wire, strict=True))
        for samples, others in zip(heard, also, strict=True):
            np.testing.assert_allclose(samples, others, atol=1e-6)
