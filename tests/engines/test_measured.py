"""Engines that are watched do what they did, and what they did is told."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from edge_interpreter.engines.measured import measured
from edge_interpreter.engines.protocols import (
    RecognitionRequest,
    SpeechRequest,
    TranslationRequest,
)
from tests.pipeline.fakes import CountingRecogniser, engines


@dataclass
class Notes:
    work: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def worked(self, role: str, seconds: float, first_s: float) -> None:
        assert 0 <= first_s <= seconds
        self.work.append(role)

    def failed(self, role: str) -> None:
        self.failures.append(role)


def test_each_call_is_told_and_answers_are_the_same() -> None:
    notes = Notes()
    watched = measured(engines(), notes)
    sound = np.zeros(1600, np.float32)
    assert watched.recogniser.recognise([RecognitionRequest(sound, "en")])[0].language == "en"
    (said,) = watched.translator.translate([TranslationRequest("hello", "en", "fr")])
    assert said.text == "fr: hello"
    assert len(list(watched.synthesiser.synthesise(SpeechRequest("hello", "fr")))) == 2
    assert notes.work == ["recogniser", "translator", "synthesiser"]
    assert watched.recogniser.max_batch == 4
    assert ("en", "fr") in watched.translator.pairs()
    assert "fr" in watched.synthesiser.languages()


def test_a_failure_is_told_and_raised() -> None:
    notes = Notes()
    watched = measured(engines(recogniser=CountingRecogniser(failures=1)), notes)
    with pytest.raises(RuntimeError):
        watched.recogniser.recognise([])
    assert (notes.work, notes.failures) == ([], ["recogniser"])
