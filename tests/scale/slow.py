"""An engine provider for a configuration file: a translator that is held up when asked to."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_interpreter.engines.protocols import Translation, TranslationRequest
from tests.pipeline.fakes import PrefixTranslator

FOLDER = "SLOW_FOLDER"
"""The environment's name of the folder with the files `HELD` and `GO`."""
HELD, GO = "held", "go"


class SlowTranslator(PrefixTranslator):
    """With lines that say `slowly` it makes the file `HELD` and waits for the file `GO`."""

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        if any("slowly" in request.text for request in requests):
            folder = Path(os.environ[FOLDER])
            (folder / HELD).touch()
            while not (folder / GO).exists():
                time.sleep(0.02)
        return super().translate(requests)


def translator(*_: Any) -> Any:
    return SlowTranslator()
