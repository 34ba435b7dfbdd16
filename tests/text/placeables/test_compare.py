"""Whether what a sentence says in numbers is in its translation, and what can be put right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_interpreter.text.placeables.compare import compare
from edge_interpreter.text.placeables.repair import repair

KEPT = [
    ("The price is 1,234.50 euros.", "Le prix est de 1 234,50 euros."),
    ("Call me at 2:30 pm.", "Appelez-moi à 14 h 30."),
    ("Call me at 2:30 pm.", "Appelez-moi à 2 h 30 de l'après-midi."),
    ("Half past two.", "Deux heures et demie."),
    ("An hour and a half, at noon or at 12.", "Une heure et demie, à midi ou à midi."),
    ("I have twenty-one cats.", "J'ai 21 chats."),
    ("I have 21 cats.", "J'ai vingt et un chats."),
    ("The 21st time, the 3rd floor.", "La vingt et unième fois, le troisième étage."),
    ("The 21st century.", "Le XXIe siècle."),
    ("On March 3, 2025.", "Le 3 mars 2025."),
    ("On 2025-03-04.", "Le 4 mars 2025."),
    ("3.5 million people.", "3 500 000 personnes."),
    ("5 billion.", "5 milliards."),
    ("In the 1980s.", "Dans les années 80."),
    ("A temperature of -5.", "Une température de moins cinq."),
    ("Call (212) 555-0147.", "Appelez le 212 555 01 47."),
    ("In nineteen ninety-five.", "En 1995."),
    ("Twelve eggs.", "Une douzaine d'œufs."),
    ("At six thirty.", "À 6 h 30."),
    ("Open 24 hours, 24 of them.", "Ouvert 24 heures."),
    ("See section 3.2 of version 4.10.", "Voir la section 3.2 de la version 4.10."),
    ("Write to A@example.com.", "Écrivez à a@example.com."),
]
LOST = [
    ("I have 21 cats and two dogs.", "J'ai des chats et des chiens.", ["21", "two"]),
    ("On March 3, 2025.", "Le 3 mai 2025.", ["March"]),
    ("5 billion.", "5 millions.", ["5 billion"]),
    ("It is -5 degrees.", "Il fait cinq degrés.", ["-5"]),
    ("At 7 am.", "À 7.", ["7 am"]),
    ("Write FY-2015.", "Écrivez l'année 2015.", ["FY-2015"]),
    ("3 dogs and 3 cats.", "3 chiens et 4 chats.", ["3"]),
    ("A quarter past seven.", "Sept heures et demie.", ["A quarter past seven"]),
]
REPAIRED = [
    ("The price is 1,234.50 euros.", "Le prix est de 1.234.50 euros.",
     "Le prix est de 1\u202f234,50 euros."),
    ("It costs $1,234.", "Il coûte 1,234 $.", "Il coûte 1\u202f234 $."),
    ("It costs 3.5 million.", "Il coûte 3.5 millions.", "Il coûte 3,5 millions."),
    ("I have 21 cats.", "J'ai 20 chats.", "J'ai 21 chats."),
    ("Call me at 2:30 pm.", "Appelez-moi à 2 h 30.", "Appelez-moi à 14 h 30."),
    ("Write to a@example.com.", "Écrivez à a@exemple.com.", "Écrivez à a@example.com."),
    ("COVID-19 is over.", "VOCID-19 est fini.", "COVID-19 est fini."),
    ("It is -5 degrees.", "Il fait 5 degrés.", "Il fait -5 degrés."),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "translation"), KEPT)
def test_what_was_kept_is_found_and_left_alone(sentence: str, translation: str) -> None:
    found = compare(sentence, translation, "en", "fr")
    assert not found.missing
    assert not found.foreign
    assert repair(sentence, translation, "en", "fr") == translation


@pytest.mark.parametrize(("sentence", "translation", "missing"), LOST)
def test_what_was_lost_is_named(sentence: str, translation: str, missing: list[str]) -> None:
    found = compare(sentence, translation, "en", "fr")
    assert [item.text for item in found.missing] == missing


@pytest.mark.parametrize(("sentence", "translation", "right"), REPAIRED)
def test_what_is_beyond_doubt_is_put_right(sentence: str, translation: str, right: str) -> None:
    assert repair(sentence, translation, "en", "fr") == right
    assert compare(sentence, right, "en", "fr").missing == ()


def test_two_wrong_numbers_are_not_guessed_at() -> None:
    translation = "J'ai 20 chats et 30 chiens."
    assert repair("I have 21 cats and 32 dogs.", translation, "en", "fr") == translation


def test_an_evening_may_not_become_a_morning() -> None:
    assert repair("Le train part à 20 h 30.", "The train leaves at 8:30.", "fr", "en") == (
        "The train leaves at 8:30 pm."
    )
    assert compare("Le train part à 8 h 30.", "The train leaves at 8:30.", "fr", "en").missing == ()


def test_a_number_from_nowhere_is_seen() -> None:
    found = compare("He left.", "Il est parti en 1987.", "en", "fr")
    assert [item.text for item in found.extra] == ["1987"]


@pytest.mark.parametrize(
    ("source", "target", "sentence", "translation"),
    [
        ("zh", "en", "我们下午3点30分见，25个人。", "We meet at 3:30 p.m., twenty-five people."),
        ("en", "zh", "I have twenty-one cats.", "我有二十一只猫。"),
        ("en", "de", "It costs 1,234.50 on May 5.", "Es kostet 1.234,50 am 5. Mai."),
        ("en", "ru", "I have 5 cats.", "У меня пять кошек."),
        ("en", "ar", "I have 25 cats.", "لدي ٢٥ قطة."),
        ("en", "ja", "It costs 35,000 yen.", "それは3.5万円です。"),
        ("en", "de", "A dozen eggs at noon.", "Ein Dutzend Eier am Mittag."),
        (
            "en",
            "ru",
            "We meet at noon on the second floor.",
            "Встретимся в полдень на втором этаже.",
        ),
        ("en", "es", "Half of us have zero chance.", "La mitad no tenemos ninguna posibilidad."),
        ("en", "nl", "Half a million people at midnight.", "Een half miljoen mensen rond twaalf."),
        ("fr", "de", "Dans quinze jours, à midi.", "In zwei Wochen, mittags."),
        ("en", "zh", "He has type II diabetes.", "他患有II型糖尿病。"),
        ("en", "ar", "Louis XIV was king.", "كان لويس الرابع عشر ملكا."),
    ],
)
def test_other_languages(source: str, target: str, sentence: str, translation: str) -> None:
    assert compare(sentence, translation, source, target).missing == ()


PIECES = """0 1 12 10000000000000000000000000000000 98765432109876543210987654321098.5
1,234.50 1.234.50 h heures 2:30 pm past half et demie moins cent mille million -5
+33 ( ) 06 . , / % $ IV a@b.co www.x.com 2025-13-45 三 十 万 年 月 ٣ ٫ 25:99 24 #1 AB-1 21e March"""
SEVERAL = st.lists(st.sampled_from(PIECES.split()), max_size=7)


@settings(deadline=None)
@given(SEVERAL, SEVERAL, st.sampled_from(" -"))
def test_nothing_breaks_it(sentence: list[str], translation: list[str], between: str) -> None:
    text, answer = between.join(sentence), between.join(translation)
    for source, target in (("en", "fr"), ("fr", "en"), ("zh", "de")):
        repair(text, answer, source, target)
        assert repair(text, text, source, source) is not None
