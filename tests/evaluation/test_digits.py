"""Worked out by hand; the same examples stand in docs/metrics.md."""

import pytest

from edge_interpreter.evaluation.digits import (
    NumberCounts,
    count_numbers,
    numbers_said,
    numbers_shown,
)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("You have forty-seven new messages.", "en", {"47"}),
        ("It costs $1,234.50.", "en", {"1234.5"}),
        ("Cela coûte 1 234,50 $.", "fr", {"1234.5"}),
        ("Vous avez quatre-vingt-douze messages", "fr", {"92"}),
        ("at 5:30", "en", {"5", "30"}),
        ("This is the one I want.", "en", set()),
    ],
)
def test_numbers_are_found_in_words_and_digits(text: str, language: str, found: set[str]) -> None:
    assert set(numbers_said(text, language)) == found


def test_an_hour_of_the_afternoon_counts_as_either() -> None:
    assert {"17", "5", "30"} <= set(numbers_shown("à 17 h 30", "fr"))


def test_small_numbers_in_words_are_accepted_where_they_are_looked_for() -> None:
    found = count_numbers("Press 2.", "Press 2.", "Tapez deux.", "en", "fr", marked=False)
    assert found == NumberCounts(said=1, kept=1)


def test_a_number_that_is_not_shown_is_lost_or_marked() -> None:
    # 1234 arrives; 47 is heard but not translated; 12 is misheard.
    said, heard = "1234, 47 and 12", "1234, 47 and 20"
    shown = "1 234, beaucoup et 20"
    lost = count_numbers(said, heard, shown, "en", "fr", marked=False)
    assert lost == NumberCounts(said=3, kept=1, lost=2, misheard=1)
    assert count_numbers(said, heard, shown, "en", "fr", marked=True) == NumberCounts(
        said=3, kept=1, marked=2
    )
    assert lost + lost == NumberCounts(6, 2, 0, 4, 2)


@pytest.mark.parametrize(
    ("shown", "kept"),
    [("la conférence 7, 6, 3, 1.", 1), ("la conférence 76 31", 1), ("la conférence 7, 6, 1.", 0)],
)
def test_a_number_that_is_read_out_digit_by_digit_is_kept(shown: str, kept: int) -> None:
    found = count_numbers("conference 7631", "conference 7631", shown, "en", "fr", marked=False)
    assert (found.kept, found.lost) == (kept, 1 - kept)


def test_a_short_number_in_two_pieces_is_another_number() -> None:
    shown = "La conférence compte 30, 8 autres participants."
    found = count_numbers("There are 38 others.", "", shown, "en", "fr", marked=False)
    assert found.lost == 1
