"""What is measured of engines, here of ones that take a set time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
)
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.capacity import timing
from edge_interpreter.evaluation.capacity.measuring import measure
from tests.pipeline.fakes import CountingRecogniser, ToneSynthesiser, engines, silence, speech


@dataclass
class SlowRecogniser(CountingRecogniser):
    """20 ms a batch; a sentence of 25 characters."""

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        time.sleep(0.02)
        return [Recognition("Somebody spoke, it seems.", "en", 1.0) for _ in requests]


@dataclass
class SlowVoice(ToneSynthesiser):
    """2 ms a character."""

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        time.sleep(0.002 * len(request.text))
        yield from super().synthesise(request)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "TOGETHER_S", 0.1)
    monkeypatch.setattr(timing, "OWN_S", 2)


def recording(milliseconds: int = 1_000) -> Samples:
    return np.concatenate((silence(300), speech("apple", milliseconds), silence(300)))


def test_each_stage_is_measured_on_what_the_one_before_gave() -> None:
    box = engines(recogniser=SlowRecogniser(), synthesiser=SlowVoice())
    sounds = [recording(ms) for ms in (900, 1_200, 1_500, 1_800)]

    machine, traces = measure(box, Config(), {"en": sounds}, ["fr"])

    assert set(machine.stages) == {
        "voice_activity",
        "recogniser/en",
        "translator/en-fr",
        "voice/fr",
    }
    # At least what they sleep; more where the machine is busy.
    assert 0.019 < machine.stages["recogniser/en"].cost.seconds([1.5]) < 0.2
    assert 0.038 < machine.stages["voice/fr"].cost.seconds([20.0]) < 0.4
    # Two pieces of 5 ms a letter.
    assert machine.stages["voice/fr"].yields == pytest.approx(0.01, rel=0.01)
    assert machine.cores >= 1
    assert [trace.language for trace in traces] == ["en"] * 4


def test_batches_that_cost_no_more_than_one_do_more_in_a_second() -> None:
    box = engines(recogniser=SlowRecogniser(), synthesiser=SlowVoice())

    machine, _ = measure(box, Config(), {"en": [recording()] * 8}, ["fr"])

    recogniser = machine.stages["recogniser/en"]
    assert recogniser.max_batch == 4
    assert recogniser.batched_speech_per_second > 1.5 * recogniser.speech_per_second


@dataclass
class CarefulRecogniser(CountingRecogniser):
    """100 ms a batch, 10 ms where others wait."""

    asked: list[list[bool]] = field(default_factory=list)

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        hurried = [request.hurried for request in requests]
        self.asked.append(hurried)
        time.sleep(0.01 if all(hurried) else 0.1)
        return [Recognition("Somebody spoke, it seems.", "en", 1.0) for _ in requests]


def test_what_is_done_in_a_hurry_is_measured_apart() -> None:
    careful = CarefulRecogniser()

    machine, _ = measure(engines(recogniser=careful), Config(), {"en": [recording()] * 4}, ["fr"])

    assert {len(batch) for batch in careful.asked if not all(batch)} == {1}
    assert {len(batch) for batch in careful.asked if all(batch)} == {1, 2, 4}
    recogniser = machine.stages["recogniser/en"]
    assert recogniser.quick is not None
    assert recogniser.quick.seconds([1.5]) < 0.09 < recogniser.cost.seconds([1.5])


def test_traces_hold_no_word_that_was_said() -> None:
    _, traces = measure(
        engines(recogniser=SlowRecogniser()), Config(), {"en": [recording()]}, ["fr"]
    )

    assert len(traces[0].words) == 4
    assert not {"somebody", "spoke,", "it", "seems."} & {word.lower() for word in traces[0].words}


def test_recordings_of_nothing_and_languages_without_a_model_are_refused() -> None:
    with pytest.raises(UserError, match="nothing was understood in the recordings of en"):
        measure(engines(), Config(), {"en": [silence(1_000)]}, ["fr"])
    with pytest.raises(UserError, match="no model translates"):
        measure(engines(), Config(), {"en": [recording()]}, ["it"])
