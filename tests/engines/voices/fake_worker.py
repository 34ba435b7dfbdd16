"""A voice process that does what it is told: `speak` with the text as the order."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.engines.voices import framing
from edge_interpreter.engines.voices.worker import RefusedError, serve

DIRECTORY = Path(sys.argv[1])


class Fake:
    def __init__(self) -> None:
        with (DIRECTORY / "lives").open("a") as lives:
            lives.write("x")
        if (DIRECTORY / "refuse").exists():
            raise RefusedError(framing.NOT_INSTALLED)
        if (DIRECTORY / "die at start").exists():
            os._exit(3)
        self.loaded: list[str] = []

    def load(self, voice: str, path: str, config: str) -> None:
        if not Path(path).exists():
            raise RefusedError(framing.MISSING, path)
        self.loaded.append(voice)

    def speak(self, voice: str, text: str, speed: float) -> Iterator[tuple[int, bytes]]:
        if text.startswith("die once") and not (DIRECTORY / "died").exists():
            (DIRECTORY / "died").touch()
            yield 8_000, b"half an answer"
            os._exit(3)
        if text.startswith("die always"):
            os._exit(3)
        if text.startswith("hang"):
            time.sleep(60)
        if text.startswith("fill"):
            bytearray(1 << 48)
        if text.startswith("print"):
            print("between the messages", text)
        if text.startswith("raise"):
            raise ValueError(text)
        if text.startswith("loaded"):
            text = ",".join(self.loaded)
        if text.startswith("nothing"):
            return
        yield 8_000, text.encode().ljust(1_600, b"\x40")
        yield 8_000, b"\x40" * 1_600


if __name__ == "__main__":
    sys.exit(serve(Fake))
