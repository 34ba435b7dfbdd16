"""G.711 speech coding (ITU-T G.711): one byte per sample at 8 kHz, by table."""

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import Pcm16

RATE = 8_000
"""Sampling rate in Hz."""

MULAW_SILENCE = 0xFF
ALAW_SILENCE = 0xD5
_BIAS = 0x84
_CLIP = 32_635
_EVERY_SAMPLE = np.arange(1 << 16).astype(np.uint16).view(np.int16).astype(np.int32)
"""The value of each 16-bit pattern, so that a table is indexed by the pattern itself."""


def _mulaw_decode_table() -> Pcm16:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_decode_table() -> Pcm16:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment = code >> 4 & 7
    step = (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _mulaw_encode_table() -> NDArray[np.uint8]:
    # The coder of G.711 works on 14 bits: the lowest two of 16 are cut, sign extended.
    sample = _EVERY_SAMPLE >> 2 << 2
    biased = np.minimum(np.where(sample < 0, -sample, sample), _CLIP) + _BIAS
    segment = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = biased >> (segment + 3) & 0x0F
    code = ~(segment << 4 | mantissa) & 0xFF
    table: NDArray[np.uint8] = np.where(sample < 0, code & 0x7F, code).astype(np.uint8)
    return table


def _alaw_encode_table() -> NDArray[np.uint8]:
    # Thirteen bits: the lowest three of 16 are cut; a negative sample is its one's complement.
    sample = _EVERY_SAMPLE >> 3
    magnitude = np.where(sample < 0, ~sample, sample)
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = magnitude >> np.maximum(segment, 1) & 0x0F
    code = segment << 4 | mantissa
    return np.where(sample < 0, code ^ 0x55, code ^ 0xD5).astype(np.uint8)


_MULAW_DECODE = _mulaw_decode_table()
_ALAW_DECODE = _alaw_decode_table()
_MULAW_ENCODE = _mulaw_encode_table()
_ALAW_ENCODE = _alaw_encode_table()


def decode_mulaw(data: bytes) -> Pcm16:
    """Samples at 8 kHz, one per byte of µ-law."""
    return _MULAW_DECODE[np.frombuffer(data, np.uint8)]


def encode_mulaw(pcm: Pcm16) -> bytes:
    """µ-law, one byte per sample at 8 kHz."""
    return _MULAW_ENCODE[pcm.view(np.uint16)].tobytes()


def decode_alaw(data: bytes) -> Pcm16:
    """Samples at 8 kHz, one per byte of A-law."""
    return _ALAW_DECODE[np.frombuffer(data, np.uint8)]


def encode_alaw(pcm: Pcm16) -> bytes:
    """A-law, one byte per sample at 8 kHz."""
    return _ALAW_ENCODE[pcm.view(np.uint16)].tobytes()
