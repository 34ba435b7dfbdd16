"""An engine provider for a configuration file: a translator that takes its time when asked to."""

import time
from collections.abc import Sequence
from typing import Any

from edge_interpreter.engines.protocols import Translation, TranslationRequest
from tests.pipeline.fakes import PrefixTranslator


class SlowTranslator(PrefixTranslator):
    """Lines with `slowly` take three seconds."""

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        if any("slowly" in request.text for request in requests):
            time.sleep(3)
        return super().translate(requests)


def translator(*_: Any) -> Any:
    return SlowTranslator()
