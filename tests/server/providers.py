"""Engine providers for a configuration file: `tests.server.providers:vad` and so on."""

import os
from dataclasses import replace
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


class Parrot(fakes.CountingRecogniser):
    """Hears what `PARROT` says, whatever the sound."""

    def recognise(self, requests: Any) -> Any:
        text = os.environ["PARROT"][::-1]
        return [replace(one, text=text) for one in super().recognise(requests)]


class Faulty(fakes.PrefixTranslator):
    """Fails with the text in its error wherever `broken` is to be translated."""

    def translate(self, requests: Any) -> Any:
        for request in requests:
            if "broken" in request.text:
                raise ValueError(request.text)
        return super().translate(requests)


def parrot(*_: Any) -> Any:
    return Parrot()


def faulty(*_: Any) -> Any:
    return Faulty()
