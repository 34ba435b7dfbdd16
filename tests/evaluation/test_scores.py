"""The whole evaluation, with engines whose answers are known."""

import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import Recognition, RecognitionRequest
from edge_interpreter.evaluation.manifest import Recording, Segment
from edge_interpreter.evaluation.scores import evaluate
from tests.pipeline.fakes import CountingRecogniser, engines, silence, speech


def write(path: Path, *sounds: Samples) -> Path:
    pcm = (np.concatenate([silence(300), *sounds, silence(700)]) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(pcm.tobytes())
    return path


def test_speech_is_scored_by_language_and_by_pair(tmp_path: Path) -> None:
    audio = write(tmp_path / "a.wav", speech("apple"), silence(700), speech("plum"))
    recording = Recording(audio, "en", "apple plum pear", {"fr": "fr: apple fr: plum"}, ("fr",))
    found = evaluate([recording], engines(), Config())

    assert found["languages"]["en"]["wer"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["languages"]["en"]["deleted_words"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["languages"]["en"]["language_id_accuracy"] == 1.0
    assert found["languages"]["en"]["chrf"] == {"fr": 100.0}
    assert found["pairs"]["en-fr"]["captions"] == {"ok": 2}
    assert found["pairs"]["en-fr"]["normalized_erasure"] is None
    assert "switches" not in found


def test_numbers_that_were_said_and_are_not_shown_are_counted(tmp_path: Path) -> None:
    audio = write(tmp_path / "a.wav", speech("apple"))
    recording = Recording(audio, "en", "47 apple", {}, ("fr",))
    pair = evaluate([recording], engines(), Config())["pairs"]["en-fr"]

    assert pair["numbers"] == {
        "said": 1, "kept": 0, "marked": 0, "lost": 1, "misheard": 1, "preserved": 0.0,
    }  # fmt: skip
    assert pair["lost_numbers"] == [{"said": "47 apple", "heard": "apple", "shown": "fr: apple"}]
    assert pair["bleu"] is None


def test_what_is_heard_where_nobody_speaks_is_invented(tmp_path: Path) -> None:
    audio = write(tmp_path / "a.wav", speech("apple"))
    lines = [
        Recording(audio, "none", "", {}, kind="music"),
        Recording(audio, "none", "", {}, background="an apple a day", kind="distant"),
    ]
    found = evaluate(lines, engines(), Config())

    assert found["languages"]["none"]["invented_words"] == 1
    assert found["sounds"]["music"]["invented_words"] == 1
    assert found["sounds"]["distant"]["invented_words"] == 0
    hours = 1.6 / 3600
    assert found["sounds"]["distant"]["overheard_words_per_hour"] == pytest.approx(
        1 / hours, rel=0.01
    )


def test_a_language_that_is_never_followed(tmp_path: Path) -> None:
    audio = write(tmp_path / "a.wav", speech("apple", 1200), silence(700), speech("plum", 1200))
    said = (Segment("en", "apple", 0.3, 1.5), Segment("fr", "plum", 2.2, 3.4))
    found = evaluate(
        [Recording(audio, "en", "", {}, segments=said)],
        engines(recogniser=CountingRecogniser(language="en")),
        Config(),
    )["switches"]

    assert (found["true_switches"], found["flips"], found["followed"]) == (1, 0, 0.0)
    assert found["language_id_accuracy"] == 0.5
    assert found["examples"] == ["a (en fr): en: apple / en: plum"]


def test_in_real_time_captions_are_timed(tmp_path: Path) -> None:
    audio = write(tmp_path / "a.wav", speech("apple"))
    recording = Recording(audio, "en", "apple", {}, ("fr",))
    found = evaluate([recording], engines(), Config(), realtime=True)

    # One word, shown once: its delay is the whole utterance and the pause that ends it.
    assert 600 <= found["pairs"]["en-fr"]["laal_ms"]["p50"] <= 2_000
    assert found["pairs"]["en-fr"]["normalized_erasure"] == 0.0
    assert found["languages"]["en"]["normalized_erasure"] == 0.0


class SlowRecogniser(CountingRecogniser):
    """So slow that utterances of a file pile up before it."""

    together = 0

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        time.sleep(0.15)
        self.together = max(self.together, len(requests))
        return super().recognise(requests)


def test_each_utterance_is_recognised_with_what_the_one_before_taught(tmp_path: Path) -> None:
    said = [sound for _ in range(4) for sound in (speech("apple", 1200), silence(700))]
    recogniser = SlowRecogniser(language="fr")
    line = Recording(write(tmp_path / "a.wav", *said), "fr", "apple apple apple apple", {})
    evaluate([line], engines(recogniser=recogniser), Config())

    assert recogniser.together == 1
    # Before anything was heard, both are as likely; from the second utterance on, French is.
    preferred = [request.prior["fr"] > request.prior["en"] for request in recogniser.requests]
    assert preferred == [False, True, True, True]
