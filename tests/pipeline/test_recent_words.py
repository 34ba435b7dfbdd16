"""What the recogniser is told of the words before."""

from edge_interpreter.pipeline.recent_words import MOST_CHARACTERS, RecentWords


def test_the_words_of_a_sentence_that_goes_on_are_known() -> None:
    words = RecentWords()
    words.note("The invoice of March", "en", 4_000)
    assert words.before(4_100, "en") == "The invoice of March"
    words.note("was paid", "en", 6_000)
    assert words.before(6_050, None) == "The invoice of March was paid"


def test_old_words_another_language_and_failed_checks_are_forgotten() -> None:
    words = RecentWords()
    words.note("The invoice of March", "en", 4_000)
    assert words.before(9_000, "en") == ""
    assert words.before(4_100, "fr") == ""
    words.note("la facture", "fr", 6_000)
    assert words.before(6_100, "fr") == "la facture"
    words.forget()
    assert words.before(6_100, "fr") == ""


def test_what_is_kept_is_bounded() -> None:
    words = RecentWords()
    for second in range(100):
        words.note("and so on", "en", second * 1_000)
    assert len(words.before(99_100, "en")) <= MOST_CHARACTERS
