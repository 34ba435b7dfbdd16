import numpy as np
import pytest

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.silence import trim_silence

RATE = 16_000


def tone(milliseconds: int, amplitude: int = 8_000) -> Pcm16:
    t = np.arange(RATE * milliseconds // 1000) / RATE
    return (amplitude * np.sin(2 * np.pi * 440 * t)).astype(np.int16)


def quiet(milliseconds: int, amplitude: int = 0) -> Pcm16:
    noise = np.random.default_rng(0).uniform(-1, 1, RATE * milliseconds // 1000)
    return (amplitude * noise).astype(np.int16)


@pytest.mark.parametrize("noise", [0, 20])
def test_silence_around_speech_is_cut_to_measure(noise: int) -> None:
    speech = np.concatenate((quiet(300, noise), tone(500), quiet(700, noise)))
    trimmed = trim_silence(speech, RATE, before_ms=50, after_ms=100)
    assert trimmed.size == pytest.approx(RATE * 0.65, abs=RATE * 0.01)
    assert np.array_equal(trimmed, speech[4_000 : 4_000 + trimmed.size])


def test_silence_within_speech_and_a_soft_ending_are_kept() -> None:
    speech = np.concatenate((tone(200), quiet(400), tone(200), tone(100, 200)))
    assert trim_silence(speech, RATE, 0, 0).size == speech.size


def test_nothing_is_added() -> None:
    speech = tone(200)
    assert trim_silence(speech, RATE, 50, 100).size == speech.size


def test_silence_alone_becomes_empty() -> None:
    assert trim_silence(quiet(500, 10), RATE, 50, 100).size == 0
    assert trim_silence(np.empty(0, np.int16), RATE, 50, 100).size == 0
