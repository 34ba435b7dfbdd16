"""Engine providers for a configuration file: `tests.server.providers:vad` and so on."""

from typing import Any

from tests.pipeline import fakes


def vad(*_: Any) -> Any:
    return fakes.LoudnessVad()


def recogniser(*_: Any) -> Any:
    return fakes.CountingRecogniser()


def translator(*_: Any) -> Any:
    return fakes.PrefixTranslator()


def synthesiser(*_: Any) -> Any:
    return fakes.ToneSynthesiser()
