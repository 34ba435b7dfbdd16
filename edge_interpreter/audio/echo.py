"""Echo cancellation: takes what we played out of what we hear (WebRTC's AEC3), where installed."""

import importlib
from typing import Any, Protocol

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples


class EchoCanceller(Protocol):
    """Removes the echo of `played` from `heard`, 20 ms at 16 kHz at a time."""

    def process(self, heard: Samples, played: Samples) -> Samples:
        """What remains of `heard`; call it for every frame, in step with what is played."""
        ...


class NoEcho:
    """Changes nothing: for links without echo, and where no canceller is installed."""

    def process(self, heard: Samples, played: Samples) -> Samples:
        """See `EchoCanceller.process`."""
        del played
        return heard


class WebRtcEcho:
    """AEC3 of the WebRTC audio processing module, by the package `pywebrtc-audio`."""

    def __init__(self) -> None:
        """Raises ImportError where the package is not installed."""
        module: Any = importlib.import_module("pywebrtc_audio")
        self._canceller = module.EchoCanceller(sample_rate=SAMPLE_RATE)

    def process(self, heard: Samples, played: Samples) -> Samples:
        """See `EchoCanceller.process`."""
        cleaned: Samples = self._canceller.process(heard, played)
        return cleaned
