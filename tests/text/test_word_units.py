import pytest

from edge_interpreter.text.word_units import plain_units, word_count, word_units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Hello, my  friend!", ["Hello,", " my", " friend!"]),
        ("今天，天气很好。", ["今", "天，", "天", "气", "很", "好。"]),
        ("2024年の東京タワー", ["2024", "年", "の", "東", "京", "タ", "ワ", "ー"]),
        ("用 Python 写", ["用", " Python", " 写"]),
        ("用Python写", ["用", "Python", "写"]),
        ("น้ำดี", ["น้", "ำ", "ดี"]),
        ("안녕하세요 여러분", ["안녕하세요", " 여러분"]),
        ("", []),
    ],
)
def test_words_or_characters_put_together_are_the_text(text: str, units: list[str]) -> None:
    assert word_units(text) == units
    assert "".join(units) == " ".join(text.split())


def test_for_comparison_there_is_no_punctuation() -> None:
    assert plain_units("Don't — stop!") == ["dont", "stop"]
    assert plain_units("今天，天气") == ["今", "天", "天", "气"]


def test_for_comparison_one_number_is_not_another() -> None:
    assert plain_units("It was -5, 1.5 or 3:30, not 15!") == [
        *("it", "was", "-5", "1.5", "or", "3:30", "not", "15"),
    ]


def test_two_characters_are_about_a_word() -> None:
    assert word_count(plain_units("今天天气")) == 2
    assert word_count(plain_units("the weather")) == 2
