from collections.abc import Iterator

import numpy as np
import pytest

from edge_interpreter.engines.protocols import EngineError, SpeechRequest
from edge_interpreter.engines.voices.pico import VOICES, PicoVoices


@pytest.fixture(scope="module")
def pico() -> Iterator[PicoVoices]:
    voices = PicoVoices()
    voices.start()
    yield voices
    voices.close()


def seconds(pico: PicoVoices, text: str, language: str = "fr", speed: float = 1.0) -> float:
    pieces = list(pico.synthesise(SpeechRequest(text, language, speed)))
    return sum(piece.pcm.size / piece.rate for piece in pieces)


@pytest.mark.parametrize("language", VOICES)
def test_each_of_its_languages_is_spoken(pico: PicoVoices, language: str) -> None:
    (speech,) = pico.synthesise(SpeechRequest("Radio, taxi, hotel.", language))
    assert speech.rate == 16_000
    assert 0.8 < speech.pcm.size / speech.rate < 3
    assert np.abs(speech.pcm.astype(int)).max() > 8_000


def test_a_region_is_spoken_by_the_language(pico: PicoVoices) -> None:
    voices = PicoVoices(["fr-CA", "en-AU"])
    assert voices.languages() == {"fr-CA", "en-AU"}
    assert seconds(voices, "Bonjour", "fr-CA") == seconds(pico, "Bonjour", "fr")
    voices.close()


def test_speed_shortens_it(pico: PicoVoices) -> None:
    text = "Le prochain train pour l'aéroport part dans dix minutes de la voie sept."
    assert seconds(pico, text, speed=1.25) == pytest.approx(seconds(pico, text) / 1.25, rel=0.06)


def test_silence_around_a_clause_is_short(pico: PicoVoices) -> None:
    (speech,) = pico.synthesise(SpeechRequest("Bonjour.", "fr"))
    loud = np.flatnonzero(np.abs(speech.pcm.astype(int)) > 300)
    assert loud[0] < 16_000 * 0.1
    assert speech.pcm.size - loud[-1] < 16_000 * 0.3


def test_markup_is_not_obeyed(pico: PicoVoices) -> None:
    slowed = "<speed level='20'>bonjour</speed>"
    assert seconds(pico, slowed) < 4 * seconds(pico, "bonjour")
    assert pico.prepare('<volume level="500">&amp;\\') == " volume level= 500   amp; "


def test_letters_it_does_not_know_are_made_plain(pico: PicoVoices) -> None:
    assert pico.prepare("Łódź, Đoković, œuf, ĉu ﬁn") == "Lódz, Dokovic, œuf, cu fin"


def test_text_without_words_is_silent_and_words_without_sound_are_an_error(
    pico: PicoVoices,
) -> None:
    assert list(pico.synthesise(SpeechRequest(" … 😀 —", "fr"))) == []
    with pytest.raises(EngineError, match="no sound") as caught:
        list(pico.synthesise(SpeechRequest("こんにちは", "fr")))
    assert "こ" not in str(caught.value)


def test_a_word_without_end_harms_nobody(pico: PicoVoices) -> None:
    text = "a" * 5_000
    pieces = pico.synthesise(SpeechRequest(text, "fr"))
    assert next(pieces).pcm.size
    assert seconds(pico, "bonjour") > 0.3


def test_a_language_it_does_not_speak_is_told() -> None:
    with pytest.raises(EngineError, match="Pico does not speak ja; it speaks: en"):
        PicoVoices(["fr", "ja"])
