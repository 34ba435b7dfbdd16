from collections.abc import Iterator

import numpy as np
import pytest

from edge_interpreter.engines.protocols import EngineError, Speech, SpeechRequest
from edge_interpreter.engines.voices.routing import VoiceRouter


class Voice:
    def __init__(self, *languages: str) -> None:
        self.tags = frozenset(languages)
        self.requests: list[SpeechRequest] = []
        self.closed = 0

    def languages(self) -> frozenset[str]:
        return self.tags

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        self.requests.append(request)
        yield Speech(np.ones(1, np.int16), 16_000)

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR_ca", "fr"),
        ("zh-Hant-TW", "zh-Hant"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
    ],
)
def test_a_language_finds_its_voice(wanted: str, spoken: str) -> None:
    one, two = Voice("fr", "zh-Hant"), Voice("pt-BR")
    router = VoiceRouter({"fr": one, "zh-Hant": one, "pt-BR": two})
    assert router.languages() == {"fr", "zh-Hant", "pt-BR"}
    assert len(list(router.synthesise(SpeechRequest("hello", wanted, 1.1)))) == 1
    assert (one.requests + two.requests) == [SpeechRequest("hello", spoken, 1.1)]


def test_a_language_without_a_voice_is_told() -> None:
    router = VoiceRouter({"fr": Voice("fr"), "en": Voice("en")})
    with pytest.raises(EngineError, match="no voice for ja; there are voices for: en, fr"):
        router.synthesise(SpeechRequest("secret", "ja"))


def test_each_engine_is_closed_once() -> None:
    voice = Voice("fr", "en")
    VoiceRouter({"fr": voice, "en": voice}).close()
    assert voice.closed == 1
