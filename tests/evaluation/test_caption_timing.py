"""Worked out by hand; the figures are those of docs/metrics.md."""

from collections import Counter
from pathlib import Path

import pytest

from edge_interpreter.evaluation.caption_timing import CaptionTiming, timing
from edge_interpreter.evaluation.interpreting import Interpreted
from edge_interpreter.evaluation.manifest import Recording
from edge_interpreter.pipeline.events import Event, Partial, Transcribed, Translated, Utterance

UTTERANCE = Utterance("s", 0, 1_000, 5_000)


def test_timing_counts_from_the_beginning_of_the_utterance() -> None:
    # Said from 1 to 5 s; words stay from 2, 3, 4 and 5 s: each a second behind 0, 1, 2, 3.
    shown = [(2.0, "a"), (3.0, "a b"), (4.0, "a b c"), (5.0, "a b c d")]
    assert timing(UTTERANCE, shown) == (1_000.0, 0.0)
    # "x" is taken back at 5 s: delays 1, 2, 4, 4; the third is the last that counts.
    shown[2] = (4.0, "a b x")
    lagging, erased = timing(UTTERANCE, shown)
    assert lagging == pytest.approx(1000 * (1 + (2 - 1) + (4 - 2)) / 3)
    assert erased == 1 / 4


def interpreted(*events: tuple[float, Event]) -> Interpreted:
    recording = Recording(Path("a.wav"), "en", "", {}, ("fr",))
    return Interpreted(recording, events, 6.0, 6.0, Counter())


def partial(language: str, stable: str, unstable: str = "") -> Partial:
    return Partial("s", 0, language, stable, unstable, translated=language != "en")


DONE = interpreted(
    (2.0, partial("en", "the")),
    (3.0, partial("fr", "le", " chien")),
    (4.0, partial("en", "the", " dog")),
    (5.0, Transcribed(UTTERANCE, "the cat", "en", 1.0)),
    (5.0, Translated(UTTERANCE, "fr", "le chat")),
)


def test_partial_captions_belong_to_their_language() -> None:
    french = CaptionTiming("fr")
    french.add(DONE)
    # "le" stays from 2 s after the beginning, "chat" from 4 s; the ideal is 0 and 2 s.
    assert french.lagging_ms == [pytest.approx(2_000)]
    assert french.erasure == [1 / 2]
    assert french.stable_erasure == [0.0]

    english = CaptionTiming(None)
    english.add(DONE)
    assert english.lagging_ms == [pytest.approx(1000 * (1 + (4 - 2)) / 2)]
    assert english.figures()["normalized_erasure"] == 0.5


def test_a_longer_reference_sets_a_faster_pace() -> None:
    french = CaptionTiming("fr")
    french.add(DONE, "le petit chat noir")
    # Four words over four seconds: the ideal is 0 and 1 s.
    assert french.lagging_ms == [pytest.approx(1000 * (2 + (4 - 1)) / 2)]
