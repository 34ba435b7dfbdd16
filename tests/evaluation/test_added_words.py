"""Worked out by hand; the same examples stand in docs/metrics.md."""

from edge_interpreter.evaluation.added_words import AddedWords, added_words


def test_in_a_recording_without_speech_every_word_is_invented() -> None:
    assert added_words("", "", "Thank you for watching.", "en") == AddedWords(0, 4)


def test_what_was_said_is_not_added_and_a_wrong_word_is_an_error_of_another_kind() -> None:
    assert added_words("please hold the line", "", "please hold a line", "en") == AddedWords()


def test_words_of_somebody_in_the_background_are_overheard() -> None:
    found = added_words(
        "please hold", "the meeting is at noon", "please hold the meeting is thanks", "en"
    )
    assert found == AddedWords(overheard=3, invented=1)


def test_a_word_of_the_background_explains_itself_once() -> None:
    assert added_words("", "no", "no no no", "en") == AddedWords(overheard=1, invented=2)
