"""Worked out by hand; the same example stands in docs/metrics.md."""

from edge_interpreter.evaluation.language_switches import (
    Heard,
    SwitchCounts,
    count_switches,
    flips,
)
from edge_interpreter.evaluation.manifest import Segment

SAID = [
    Segment("en", "Good morning.", 0.0, 2.0),
    Segment("en", "How are you?", 2.5, 4.0),
    Segment("fr", "Très bien.", 4.5, 6.0),
    Segment("fr", "Et vous ?", 6.5, 8.0),
    Segment("en", "Fine.", 8.5, 10.0),
]


def test_a_flip_is_a_change_from_one_to_the_next() -> None:
    assert flips(["en", "en", "fr", "fr", "en"]) == 2
    assert flips(["en", "fr", "en"]) == 2
    assert flips(["en"]) == flips([]) == 0


def test_switches_that_are_followed_cost_one_flip_each() -> None:
    heard = [Heard(s.language, s.start_s, s.end_s) for s in SAID]
    assert count_switches(SAID, heard) == SwitchCounts(2, 2, 2, 5, 5)


def test_a_flip_too_many_and_a_switch_noticed_a_sentence_late() -> None:
    # en fr en | en fr | en: the second sentence flips away, and French is noticed late.
    languages = ["en", "fr", "en", "fr", "en"]
    heard = [Heard(tag, s.start_s, s.end_s) for tag, s in zip(languages, SAID, strict=True)]
    found = count_switches(SAID, heard)
    assert found == SwitchCounts(true_switches=2, flips=4, followed=1, utterances=5, right=3)
    assert found.flips / found.true_switches == 2.0


def test_a_sentence_in_two_pieces_may_begin_in_the_old_language() -> None:
    heard = [Heard("en", 0.0, 4.0), Heard("en", 4.5, 5.0), Heard("fr", 5.1, 6.0)]
    assert count_switches(SAID[:3], heard).followed == 1


def test_a_switch_into_words_that_nobody_recognised_is_not_followed() -> None:
    assert count_switches(SAID[:3], [Heard("en", 0.0, 4.0)]).followed == 0
