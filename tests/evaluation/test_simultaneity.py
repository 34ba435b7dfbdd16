"""Values worked out by hand; the same examples stand in docs/metrics.md."""

import math

import pytest

from edge_interpreter.evaluation.simultaneity import laal, normalized_erasure, word_delays


def test_a_caption_that_only_grows_erases_nothing() -> None:
    assert normalized_erasure(["the", "the cat", "the cat sat"]) == 0.0


def test_erasure_counts_every_word_after_the_first_change() -> None:
    # "cat" → "dog" takes back 1 word; "dog sat" → "hound" takes back 2; the final has 2 words.
    assert normalized_erasure(["the cat", "the dog sat", "the hound"]) == 3 / 2


def test_text_that_vanishes_is_infinitely_unsteady() -> None:
    assert math.isinf(normalized_erasure(["hello", ""]))
    assert normalized_erasure([]) == 0.0


def test_laal_of_a_caption_that_comes_when_all_is_said_is_the_duration() -> None:
    # Every word at 4 s: only the first counts, 4 - 0.
    assert laal([4.0, 4.0, 4.0, 4.0], 4.0, 4) == 4.0


def test_laal_of_words_in_step_with_the_source() -> None:
    # Four words over 4 s at 1, 2, 3 and 4 s: each 1 s behind its ideal 0, 1, 2, 3.
    assert laal([1.0, 2.0, 3.0, 4.0], 4.0, 4) == pytest.approx(1.0)


def test_saying_too_much_is_not_rewarded() -> None:
    # Eight words against a reference of four: the ideal pace is that of eight, 0.5 s a word:
    # (1-0) + (1-0.5) + (2-1) + (2-1.5) + (3-2) + (3-2.5) + (4-3) = 5.5 over seven words.
    delays = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
    assert laal(delays, 4.0, 4) == pytest.approx(5.5 / 7)
    # And saying too little is judged at the pace of the reference.
    assert laal([2.0, 4.0], 4.0, 4) == pytest.approx((2 + 3) / 2)


def test_a_word_counts_from_when_it_stays() -> None:
    shown = [(1.0, "the cat"), (2.0, "the dog sat"), (3.0, "the dog sat down")]
    assert word_delays(shown) == [1.0, 2.0, 2.0, 3.0]
