import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.evaluation import wer
from edge_interpreter.evaluation.wer import WordErrors, normalise, pooled, word_errors


@pytest.mark.parametrize(
    ("said", "heard", "language"),
    [
        ("Press 2, please.", "press two please", "en"),
        ("I don't like the colour.", "I do not like the color", "en"),
        ("L'été, j'ai trois voitures…", "l'été j'ai trois voitures", "fr"),
        ("你好，世界。", "你好世界", "zh"),
    ],
)
def test_punctuation_case_and_spelling_are_no_errors(said: str, heard: str, language: str) -> None:
    assert word_errors(said, heard, language).rate == 0.0


def test_counts_each_kind_of_error() -> None:
    found = word_errors("we will never go there again", "you will go there again today", "en")

    assert found == WordErrors(words=6, substitutions=1, deletions=1, insertions=1)
    assert found.rate == pytest.approx(0.5)


def test_a_character_is_a_word_where_words_are_not_spaced() -> None:
    assert word_errors("今天天气很好", "今天天气不好", "zh").rate == pytest.approx(1 / 6)


def test_long_utterances_weigh_more() -> None:
    errors = [word_errors("one two three four five six", "", "fr"), word_errors("un", "un", "fr")]

    assert pooled(errors).rate == pytest.approx(6 / 7)


def test_words_where_nothing_was_said_are_all_errors() -> None:
    assert word_errors("", "thank you", "en").rate == 1.0
    assert word_errors("", "", "en").rate == 0.0


def test_normalise_gives_single_spaces() -> None:
    assert normalise("  Hello,   WORLD! ", "en") == "hello world"


def test_names_the_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    wer._evaluation_package.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "jiwer", None)

    with pytest.raises(UserError, match=r"jiwer is not installed.*edge-interpreter\[evaluate\]"):
        word_errors("a", "b", "fr")
