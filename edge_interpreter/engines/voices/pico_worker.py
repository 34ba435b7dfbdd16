"""Pico as a process of its own: `python -m edge_interpreter.engines.voices.pico_worker`.

The library holds Python's global lock while it speaks (25 ms for a clause, which would stop every
other stream of the server) and is old C that is given any text there is.
"""

import sys
from collections.abc import Iterator

from edge_interpreter.engines.voices import framing
from edge_interpreter.engines.voices.worker import RefusedError, serve

try:
    from py_nanotts import NanoTTS
except ImportError:
    NanoTTS = None

RATE = 16_000


class PicoSpeaker:
    """The voices that come with the library; they need no loading."""

    def __init__(self) -> None:
        if NanoTTS is None:
            raise RefusedError(framing.NOT_INSTALLED)
        self._library = NanoTTS()

    def load(self, voice: str, path: str, config: str) -> None:
        """Nothing to do."""

    def speak(self, voice: str, text: str, speed: float) -> Iterator[tuple[int, bytes]]:
        """Audio of the whole text."""
        manner = None if speed == 1.0 else speed
        yield RATE, self._library.speak(text, voice=voice, speed=manner)


if __name__ == "__main__":
    sys.exit(serve(PicoSpeaker))
