from pathlib import Path

import pytest

from edge_interpreter.engines.protocols import EngineError, ModelMissingError, SpeechRequest
from edge_interpreter.engines.voices import load_voices
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path, Catalog.load())


def test_the_voices_of_the_configuration_speak(store: ModelStore) -> None:
    voices = load_voices({"fr": "pico", "en-GB": "pico"}, store)
    assert voices.languages() == {"fr", "en-GB"}
    assert next(voices.synthesise(SpeechRequest("Bonjour", "fr-CA"))).pcm.size
    voices.close()


def test_no_voices_are_no_error(store: ModelStore) -> None:
    assert load_voices({}, store).languages() == frozenset()


@pytest.mark.parametrize(
    ("model", "error", "reason"),
    [
        ("piper-en-us-joe-medium", ModelMissingError, "models fetch piper-en-us-joe-medium"),
        ("whisper-base", EngineError, r"whisper-base \(whisper\) is no voice"),
    ],
)
def test_what_cannot_speak_is_named(
    store: ModelStore, model: str, error: type[EngineError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        load_voices({"fr": "pico", "en": model}, store)
