"""Writing scripts of letters and of languages."""

import pytest

from edge_interpreter.languages import all_languages
from edge_interpreter.text.scripts import letters_by_script, script, scripts_of


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("a", "Latn"),
        ("é", "Latn"),
        ("я", "Cyrl"),
        ("中", "Hani"),
        ("ア", "Kana"),
        ("한", "Hang"),
        ("ع", "Arab"),
        ("ह", "Deva"),
        ("5", None),
        ("!", None),
    ],
)
def test_script_of_a_letter(letter: str, expected: str | None) -> None:
    assert script(letter) == expected


def test_what_a_language_may_be_written_in() -> None:
    assert scripts_of("ja") == {"Hani", "Kana"}
    assert scripts_of("sr") == {"Cyrl", "Latn"}
    assert scripts_of("pt-BR") == {"Latn"}
    assert letters_by_script("ab 12 яя 中!") == {"Latn": 2, "Cyrl": 2, "Hani": 1}


def test_the_own_name_of_a_language_is_in_its_script() -> None:
    for language in all_languages():
        if not language.name.startswith(language.native_name):
            written = set(letters_by_script(language.native_name))
            assert not written or written & scripts_of(language.tag) or language.tag == "tzm"
