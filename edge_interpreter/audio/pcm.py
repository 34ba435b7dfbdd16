"""16-bit samples ↔ floating-point samples, at any rate."""

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import Pcm16

FULL_SCALE = 32_768


def to_float(pcm: Pcm16) -> NDArray[np.float32]:
    """Samples in [-1, 1); the way back through `to_pcm16` is exact."""
    return pcm.astype(np.float32) / np.float32(FULL_SCALE)


def to_pcm16(samples: NDArray[np.floating]) -> Pcm16:
    """Rounded 16-bit samples, without dither; what is beyond full scale is clipped, NaN is 0."""
    scaled = np.rint(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * FULL_SCALE)
    clipped: Pcm16 = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return clipped


def pcm16_from_bytes(data: bytes | bytearray | memoryview) -> Pcm16:
    """Samples of little-endian 16-bit bytes (s16le); ValueError for half a sample."""
    return np.frombuffer(data, "<i2").astype(np.int16, copy=False)


def pcm16_to_bytes(pcm: Pcm16) -> bytes:
    """Little-endian 16-bit bytes (s16le)."""
    return pcm.astype("<i2", copy=False).tobytes()
