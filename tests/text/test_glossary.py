"""Glossaries: what their files may say, what is reported, and what terms do."""

from pathlib import Path

import pytest

from edge_interpreter.text.glossary import ANY, Glossary, GlossaryError, Term, load_glossary

TOML = """
[[term]]
names = { en = "blood pressure", fr = "tension artérielle" }
pronunciations = { en = "BP" }

[[term]]
names = { en = "blood pressure monitor", fr-CA = "tensiomètre" }

[[term]]
keep = "Kubernetes"
pronunciations = { "*" = "koobernetees" }

[[term]]
names = { en = "Apple", fr = "Apple" }
case_sensitive = true
"""


def load(tmp_path: Path, text: str, name: str = "glossary.toml") -> Glossary:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return load_glossary(path)


def problems(tmp_path: Path, text: str, name: str = "glossary.toml") -> tuple[str, ...]:
    with pytest.raises(GlossaryError) as failure:
        load(tmp_path, text, name)
    prefix = f"{tmp_path / name}:"
    assert all(line.startswith(prefix) for line in failure.value.problems)
    return tuple(line.removeprefix(prefix) for line in failure.value.problems)


def test_terms_are_found_in_a_sentence_the_longest_first(tmp_path: Path) -> None:
    glossary = load(tmp_path, TOML)
    text = (
        "The Blood pressure monitor shows your blood-pressure, as kubernetes does. An apple, Apple."
    )
    found = glossary.matches(text, "en", "fr")
    assert [(text[m.start : m.end], m.wanted) for m in found] == [
        ("Blood pressure monitor", "tensiomètre"),
        ("blood-pressure", "tension artérielle"),
        ("kubernetes", "Kubernetes"),
        ("Apple", "Apple"),
    ]
    assert [m.wanted for m in glossary.matches("La tension artérielle", "fr", "en")] == [
        "blood pressure"
    ]
    assert [m.wanted for m in glossary.matches("Kubernetes in blood pressure", "en", "de")] == [
        "Kubernetes"
    ]


def test_a_term_is_a_whole_word_except_where_words_are_not_spaced() -> None:
    glossary = Glossary((Term({"en": "cat", "zh": "猫"}),))
    assert glossary.matches("The category of concatenation", "en", "zh") == []
    assert len(glossary.matches("我家的猫很大", "zh", "en")) == 1


def test_spellings_for_the_recogniser(tmp_path: Path) -> None:
    glossary = load(tmp_path, TOML)
    assert glossary.spellings("fr") == ("tension artérielle", "tensiomètre", "Kubernetes", "Apple")
    assert glossary.spellings("de") == ("Kubernetes",)


def test_pronunciation_for_the_voice(tmp_path: Path) -> None:
    glossary = load(tmp_path, TOML)
    assert (
        glossary.pronounce("Your blood pressure on Kubernetes", "en") == "Your BP on koobernetees"
    )
    assert glossary.pronounce("La tension artérielle", "fr") == "La tension artérielle"
    backslash = Glossary((Term({ANY: "C++"}, {ANY: r"C \1 plus"}),))
    assert backslash.pronounce("Use C++ now", "en") == r"Use C \1 plus now"


def test_csv_says_the_same(tmp_path: Path) -> None:
    text = "\ufeffen, fr, keep, case_sensitive, say:en\nhall,salle,,,\n,,ACME,yes,ack me\n"
    glossary = load(tmp_path, text, "terms.csv")
    assert glossary.terms == (
        Term({"en": "hall", "fr": "salle"}),
        Term({ANY: "ACME"}, {"en": "ack me"}, case_sensitive=True),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[term]]\nnames = { en = 'a' }\n", "1: the term has a name in en only"),
        ("\n[[term]]\n", "2: a term needs names"),
        ("[[term]]\nkeep='a'\n[[term]]\nnames={xx='a',fr='b'}\n", "3: unknown language 'xx'"),
        ("[[term]]\nkeep='a'\ncase='b'\n", "1: unknown key case: expected case_sensitive, keep"),
        ("[[term]]\nkeep=3\n", "1: keep is the term that stays"),
        ("[[term]]\nnames='a'\n", "1: names is a table of language tag and text"),
        ("[[term]]\nnames={en='',fr='b'}\n", "1: names en is empty"),
        ("[[term]]\nkeep='a'\ncase_sensitive='maybe'\n", "1: case_sensitive is true or false"),
        ("words = 1\n", "1: unknown key words"),
        ("term = 1\n", "1: write each term as a [[term]] table"),
        ("[[term]]\nkeep = \n", "2: Invalid value"),
    ],
)
def test_errors_have_line_and_reason(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = problems(tmp_path, text)
    assert line.startswith(expected)


def test_every_error_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, "[[term]]\nkeep=''\n[[term]]\nkeep='b'\n[[term]]\nnames={}\n")
    assert [line.split(":")[0] for line in found] == ["1", "5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: empty"),
        ("nonsense\n", "1: column 'nonsense'"),
        ("en,fr\nhall\n", "2: the term has a name in en only"),
        ("en,fr\nhall,salle,extra\n", "2: more cells than the header has columns"),
        ("en,case_sensitive,fr\na,maybe,b\n", "2: case_sensitive is true or false"),
    ],
)
def test_csv_errors(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = problems(tmp_path, text, "terms.csv")
    assert line.startswith(expected)


def test_files_that_are_no_glossary(tmp_path: Path) -> None:
    assert problems(tmp_path, "x", "terms.txt") == ("1: a glossary is a .toml or a .csv file",)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GlossaryError, match=r"binary\.csv:1: cannot be read \(not UTF-8\)"):
        load_glossary(tmp_path / "binary.csv")
    with pytest.raises(GlossaryError, match=r"none\.toml:1: cannot be read"):
        load_glossary(tmp_path / "none.toml")
