from collections.abc import Sequence

import pytest

from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
)
from edge_interpreter.evaluation.intelligibility import RoundTrip, error_rate, round_trips
from tests.pipeline.fakes import ToneSynthesiser


class Ear:
    """Hears what the voice said last, but for one word."""

    languages = frozenset({"en"})
    max_batch = 1

    def __init__(self, voice: ToneSynthesiser) -> None:
        self._voice = voice

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        assert all(request.samples.size > 8_000 for request in requests)
        heard = " ".join(each.text for each in self._voice.spoken).replace("tone", "phone")
        self._voice.spoken.clear()
        return [Recognition(heard, "en", 1.0)]


def test_words_that_are_not_understood_are_errors() -> None:
    voice = ToneSynthesiser()
    texts = ["Wait for the tone.", "You have 2 messages."]
    trips = round_trips(texts, "en", voice, Ear(voice))

    assert [trip.errors for trip in trips] == [1, 0]
    assert trips[0].heard == "Wait for the phone."
    # One word of eight.
    assert error_rate(trips, "en") == pytest.approx(1 / 8)


def test_a_number_that_is_heard_in_words_is_no_error() -> None:
    assert error_rate([RoundTrip("Press 2.", "press two", 0)], "en") == 0.0
    assert error_rate([RoundTrip("Tapez 12.", "tapez douze", 0)], "fr") == 0.0
