"""Sentence and clause boundaries: a missed one loses speech in translation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_interpreter.text.sentences import split_clauses, split_sentences

CASES = [
    ("en", "No.| I don't want it.| Yes."),
    ("en", "My answer is no.| Thank you."),
    ("en", "Mr. and Mrs. Smith vs. Jones Inc. went home.| Good."),
    ("en", "I work at Apple Inc.| It is great."),
    ("en", "He has a Ph.D. in math.| She has an M.D. too."),
    ("en", "We meet at 5 p.m.| Tomorrow is fine."),
    ("en", "It's 5 a.m. already.| Go."),
    ("en", '"Stop!" he cried.| "Why?" she said.| "Because."'),
    ("en", 'He said, "I\'m tired."| Then he left.'),
    ("en", "So… yes.| I said… no.| Wait…| What?"),
    ("en", "Call 1-800-555-0199.| Ask for J. Smith."),
    ("en", "Log in at https://a.example/c?x=1.| Done."),
    ("en", "Write to a.b@example.com.| Thanks."),
    ("en", "(He was late.)| We left."),
    ("en", "Wow!!| Really?!| Yes."),
    ("en", "The U.S. Army came.| I like the U.S.| It is big."),
    ("en", "St. Mary's is near Mt. Everest.| See p. 5, vol. 3.| OK."),
    ("en", "This is version 2.0.| It costs 3.5 million, approx. 5 per head."),
    ("en", "He arrived at 2:30.| She left at 3:15.| I paid $5.| It was cheap."),
    ("en", "I was born in 1990.| 30 years later I left."),
    ("en", "It is plan B.| Then we left.| J. R. R. Tolkien wrote it."),
    ("en", "The cat sat.| the dog ran."),
    ("fr", "M. Dupont et Mme Durand sont là.| Bien."),
    ("fr", "Rendez-vous à 14 h.| Merci."),
    ("fr", "Il a dit : « Oui. »| Puis il est parti."),
    ("fr", "« Est-ce fini ? » demanda-t-elle.| « Oui ! » dit-il."),
    ("fr", "S'il vous plaît.| M. le président.| Voir art. 5.| Merci."),
    ("fr", "Le Dr. Martin a payé 1.234,50 €.| Cf. p. 12.| Fin."),
    ("es", "¿Cómo estás?| ¡Muy bien!| El Sr. López llegó."),
    ("de", "Am 3. Mai kam Herr Dr. Müller.| Er ist z.B. nett.| Ich bin 21.| Du bist 22."),
    ("de", "Er sagte: „Ja.“| Dann ging er."),
    ("ru", "Я родился в 1990 г. в Москве.| Это т.е. хорошо.| Да."),
    ("ar", "كيف حالك؟| أنا بخير.| شكرا."),
    ("hi", "आप कैसे हैं?| मैं ठीक हूँ।| धन्यवाद।"),
    ("el", "Τι κάνεις.| Καλά."),
    ("xx", "Unknown rules.| Still two."),
]


@pytest.mark.parametrize(("language", "marked"), CASES)
def test_sentences_end_where_a_reader_ends_them(language: str, marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    joined = marked.replace("|", "")
    assert split_sentences(joined, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Thank you.Very much.", ["Thank you.", "Very much."]),
        ("en", "Visit example.com today.", ["Visit example.com today."]),
        ("en", "One line\nAnother line", ["One line", "Another line"]),
        ("en", "1. First item. 2. Second item.", ["1. First item.", "2. Second item."]),
        ("zh", "你好。天气很好！他说：“走吧。”我们走了。3.5元。",
         ["你好。", "天气很好！", "他说：“走吧。”", "我们走了。", "3.5元。"]),
        ("ja", "元気ですか？「はい。」と言った。", ["元気ですか？", "「はい。」と言った。"]),
        ("en", "  ", []),
        ("en", "...", ["..."]),
    ],
)  # fmt: skip
def test_without_spaces_and_without_words(language: str, text: str, expected: list[str]) -> None:
    assert split_sentences(text, language) == expected


def test_a_greek_question_mark_ends_a_question() -> None:
    assert len(split_sentences("Τι κάνεις; Καλά είμαι.", "el")) == 2


@settings(deadline=None)
@given(st.text(alphabet="abcDE .!?…。،\"'«»()1é,;:-\n", max_size=80), st.sampled_from(["en", "fr"]))
def test_no_character_is_lost(text: str, language: str) -> None:
    kept = "".join(text.split())
    assert "".join("".join(split_sentences(text, language)).split()) == kept
    assert "".join("".join(split_clauses(text, language, 20, 4)).split()) == kept


def test_clauses_are_cut_at_marks_and_never_inside_numbers() -> None:
    assert split_clauses("When I was young, I went to the market; then we left.", "en") == [
        "When I was young,",
        "I went to the market;",
        "then we left.",
    ]
    assert split_clauses("He paid 1,234,567.50 for all of it", "en", min_chars=2) == [
        "He paid 1,234,567.50 for all of it"
    ]


def test_short_ends_stay_with_their_clause() -> None:
    assert split_clauses("Well, I think so, yes.", "en") == ["Well, I think so, yes."]


def test_what_has_no_mark_is_cut_before_a_conjunction_then_between_words() -> None:
    text = "we went to the market with my mother because otherwise there was nothing left to eat"
    assert split_clauses(text, "en", max_chars=60) == [
        "we went to the market with my mother",
        "because otherwise there was nothing left to eat",
    ]
    assert all(len(piece) <= 40 for piece in split_clauses("word " * 50, "en", max_chars=40))
    chinese = "我们今天去了市场买了苹果然后回家了我们今天去了市场买了苹果然后回家了"
    assert all(len(piece) <= 14 for piece in split_clauses(chinese, "zh", max_chars=40))
