"""G.711 against the values that ITU-T G.711 prescribes."""

import numpy as np
import pytest

from edge_interpreter.audio import g711

EVERY_CODE = bytes(range(256))
EVERY_SAMPLE = np.arange(-32_768, 32_768).astype(np.int16)


@pytest.mark.parametrize(
    ("sample", "mulaw", "alaw"),
    [
        (0, 0xFF, 0xD5),
        (-1, 0x7E, 0x55),
        (1000, 0xCE, 0xFA),
        (-1000, 0x4E, 0x7A),
        (32_767, 0x80, 0xAA),
        (-32_768, 0x00, 0x2A),
        (8_031, 0xA0, 0x8A),
    ],
)
def test_known_values(sample: int, mulaw: int, alaw: int) -> None:
    pcm = np.array([sample], np.int16)
    assert g711.encode_mulaw(pcm)[0] == mulaw
    assert g711.encode_alaw(pcm)[0] == alaw


def test_every_code_survives_decoding_and_encoding() -> None:
    assert g711.encode_alaw(g711.decode_alaw(EVERY_CODE)) == EVERY_CODE
    again = g711.encode_mulaw(g711.decode_mulaw(EVERY_CODE))
    # µ-law has two zeros; the negative one comes back as the positive one.
    assert again == EVERY_CODE.replace(b"\x7f", b"\xff")


@pytest.mark.parametrize(
    ("encode", "decode"),
    [(g711.encode_mulaw, g711.decode_mulaw), (g711.encode_alaw, g711.decode_alaw)],
)
def test_error_grows_with_the_level_as_the_standard_allows(encode, decode) -> None:  # type: ignore[no-untyped-def]
    back = decode(encode(EVERY_SAMPLE)).astype(int)
    error = np.abs(back - EVERY_SAMPLE)
    assert np.all(error <= np.maximum(np.abs(EVERY_SAMPLE.astype(int)) // 16, 16))


def test_polarity_is_kept() -> None:
    loud = np.array([-20_000, 20_000], np.int16)
    assert np.sign(g711.decode_alaw(g711.encode_alaw(loud))).tolist() == [-1, 1]
    assert np.sign(g711.decode_mulaw(g711.encode_mulaw(loud))).tolist() == [-1, 1]


def test_silence_codes_decode_to_near_silence() -> None:
    assert abs(int(g711.decode_mulaw(bytes([g711.MULAW_SILENCE]))[0])) <= 8
    assert abs(int(g711.decode_alaw(bytes([g711.ALAW_SILENCE]))[0])) <= 8
