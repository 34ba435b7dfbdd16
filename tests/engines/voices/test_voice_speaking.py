import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.engines.protocols import EngineError, SpeechRequest
from edge_interpreter.engines.voices.process import VoiceProcess
from edge_interpreter.engines.voices.speaking import LONGEST_PIECE, ProcessVoices

FAKE = Path(__file__).with_name("fake_worker.py")


@pytest.fixture
def voices(tmp_path: Path) -> Iterator[ProcessVoices]:
    process = VoiceProcess("fake", [sys.executable, str(FAKE), str(tmp_path)])
    voices = ProcessVoices(process, {"en": "ann"})
    yield voices
    voices.close()


def spoken(voices: ProcessVoices, text: str) -> list[str]:
    """What the fake voice was given: it answers with the text as sound."""
    return [
        speech.pcm.tobytes().partition(b"@")[0].decode()
        for speech in voices.synthesise(SpeechRequest(text, "en"))
    ]


def test_the_voice_gets_the_spoken_form(voices: ProcessVoices) -> None:
    assert spoken(voices, "It costs $5.") == ["It costs five dollars."]


def test_long_text_is_spoken_in_pieces_that_come_one_by_one(voices: ProcessVoices) -> None:
    text = "a word or two and more of them " * 15
    pieces = spoken(voices, text)
    assert len(pieces) == 3
    assert all(0 < len(piece) <= LONGEST_PIECE for piece in pieces)
    assert " ".join(pieces) == text.strip()


def test_the_pieces_of_an_answer_are_joined(voices: ProcessVoices) -> None:
    (speech,) = voices.synthesise(SpeechRequest("hello", "en"))
    assert speech.rate == 8_000
    assert speech.pcm.dtype == np.int16
    assert speech.pcm.size == 1_600


@pytest.mark.parametrize("text", ["", " ", "😀", "…!?", "<b></b>"])
def test_nothing_comes_of_a_text_without_words(voices: ProcessVoices, text: str) -> None:
    assert spoken(voices, text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise the secret", "could not speak"),
        ("nothing of the secret", "no sound"),
        ("die always with the secret", "died twice"),
    ],
)
def test_a_failure_says_no_word_of_the_text(voices: ProcessVoices, text: str, reason: str) -> None:
    with pytest.raises(EngineError, match=reason) as caught:
        spoken(voices, text)
    assert "secret" not in str(caught.value)


def test_a_language_without_a_voice_is_told(voices: ProcessVoices) -> None:
    with pytest.raises(EngineError, match="no voice for fr"):
        next(iter(voices.synthesise(SpeechRequest("bonjour", "fr"))))
