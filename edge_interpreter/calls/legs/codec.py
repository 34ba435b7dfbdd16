"""Telephony formats ↔ the product's own 16 kHz, on the live path (short filters, no look-ahead)."""

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, cast

import numpy as np

from edge_interpreter.audio import g711
from edge_interpreter.audio.frames import SAMPLE_RATE, Pcm16, Samples
from edge_interpreter.audio.pcm import to_float
from edge_interpreter.audio.resample import (
    Doubler,
    Halver,
    StreamResampler,
    double_together,
    halve_together,
)

TELEPHONE_RATE = 8_000
SLIN_RATES = {
    "slin": 8_000,
    "slin12": 12_000,
    "slin16": 16_000,
    "slin24": 24_000,
    "slin32": 32_000,
    "slin44": 44_100,
    "slin48": 48_000,
}
"""Asterisk's names for signed linear samples."""


FULL_SCALE = np.float32(32_768)
_LITTLE = np.dtype("<i2")
_NOTHING: Samples = np.empty(0, np.float32)


class Codec(Protocol):
    """One direction each way of one leg; keeps the state of its filters."""

    def encode(self, samples: Samples) -> bytes:
        """Bytes for the wire of samples at 16 kHz."""
        ...

    def decode(self, data: bytes) -> Samples:
        """Samples at 16 kHz of bytes from the wire."""
        ...


class G711Codec:
    """µ-law or A-law."""

    def __init__(self, encode: Callable[[Pcm16], bytes], decode: Callable[[bytes], Pcm16]) -> None:
        self._encode = encode
        self._decode = decode
        self._doubler = Doubler()
        self._halver = Halver()

    def encode(self, samples: Samples) -> bytes:
        """See `Codec.encode`."""
        return self._encode(_to_pcm16(self._halver.push(samples)))

    def decode(self, data: bytes) -> Samples:
        """See `Codec.decode`."""
        return self._doubler.push(to_float(self._decode(data)))


class LinearCodec:
    """Signed 16-bit samples at any rate; `byte_order` is "<" or ">".

    Of several interleaved channels the mean is taken; all are sent the same.
    """

    def __init__(self, rate: int, byte_order: str = "<", channels: int = 1) -> None:
        self._channels = channels
        self._type = np.dtype(f"{byte_order}i2")
        self._up: Doubler | StreamResampler = Doubler()
        self._down: Halver | StreamResampler = Halver()
        if rate != TELEPHONE_RATE:
            self._up = StreamResampler(rate, SAMPLE_RATE)
            self._down = StreamResampler(SAMPLE_RATE, rate)

    def encode(self, samples: Samples) -> bytes:
        """See `Codec.encode`."""
        pcm = _to_pcm16(self._down.push(samples)).astype(self._type, copy=False)
        return (pcm if self._channels == 1 else np.repeat(pcm, self._channels)).tobytes()

    def decode(self, data: bytes) -> Samples:
        """See `Codec.decode`; half a sample at the end is left out."""
        count = len(data) // 2 // self._channels
        whole = to_float(np.frombuffer(data, self._type, count * self._channels))
        if self._channels > 1:
            whole = whole.reshape(count, self._channels).mean(axis=1)
        return self._up.push(whole)

    @property
    def is_telephone(self) -> bool:
        """Whether it is what `decode_together` and `encode_together` do at once."""
        narrow = isinstance(self._up, Doubler) and isinstance(self._down, Halver)
        return narrow and self._channels == 1 and self._type == _LITTLE


def decode_together(blocks: Iterable[tuple[LinearCodec, bytes]]) -> list[Samples]:
    """What `decode` of each would give; the codecs are different ones.

    Blocks of telephone sound of equal length, of which fifty calls bring 5,000 a second, are
    computed as one.
    """
    pairs = list(blocks)
    decoded: list[Samples] = [_NOTHING] * len(pairs)
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for at, (codec, data) in enumerate(pairs):
        if codec.is_telephone and len(data) % 2 == 0:
            alike[len(data)].append(at)
        else:
            decoded[at] = codec.decode(data)
    for group in alike.values():
        doublers = [cast("Doubler", pairs[at][0]._up) for at in group]
        sound = np.frombuffer(b"".join([pairs[at][1] for at in group]), _LITTLE)
        doubled = double_together(doublers, to_float(sound.reshape(len(group), -1)))
        for at, samples in zip(group, doubled, strict=True):
            decoded[at] = samples
    return decoded


def encode_together(frames: Sequence[tuple[LinearCodec, Samples]]) -> list[bytes]:
    """What `encode` of each would give, for frames of 20 ms; the codecs are different ones."""
    encoded = [b""] * len(frames)
    alike: list[int] = []
    for at, (codec, frame) in enumerate(frames):
        if codec.is_telephone:
            alike.append(at)
        else:
            encoded[at] = codec.encode(frame)
    if alike:
        halvers = [cast("Halver", frames[at][0]._down) for at in alike]
        halved = halve_together(halvers, np.stack([frames[at][1] for at in alike]))
        for at, pcm in zip(alike, _to_pcm16(halved), strict=True):
            encoded[at] = pcm.tobytes()
    return encoded


class G722Codec:
    """G.722 at 64 kbit/s (ITU-T G.722), by the package `G722`."""

    def __init__(self) -> None:
        """Raises ImportError where the package is not installed."""
        module: Any = importlib.import_module("G722")
        self._codec = module.G722(SAMPLE_RATE, 64_000)

    def encode(self, samples: Samples) -> bytes:
        """See `Codec.encode`."""
        return bytes(self._codec.encode(_to_pcm16(samples)))

    def decode(self, data: bytes) -> Samples:
        """See `Codec.decode`."""
        return to_float(np.frombuffer(self._codec.decode(data), np.int16))


def _to_pcm16(samples: Samples) -> Pcm16:
    """As `audio.pcm.to_pcm16`, for sound that is finite; it runs for every frame of every call."""
    scaled = samples * FULL_SCALE
    np.clip(scaled, -32_768, 32_767, out=scaled)
    return scaled.astype(np.int16)


def new_codec(name: str, byte_order: str = "<") -> Codec:
    """A codec by Asterisk's name for the format; LookupError for one that is not understood."""
    if name in ("ulaw", "mulaw"):
        return G711Codec(g711.encode_mulaw, g711.decode_mulaw)
    if name == "alaw":
        return G711Codec(g711.encode_alaw, g711.decode_alaw)
    if name == "g722":
        return G722Codec()
    if name in SLIN_RATES:
        return LinearCodec(SLIN_RATES[name], byte_order)
    raise LookupError(f"format {name} is not understood")
