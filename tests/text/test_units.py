"""Amounts keep their currency and their unit."""

import pytest

from edge_interpreter.text.fidelity import Problem, check
from edge_interpreter.text.masks import mask
from edge_interpreter.text.units import lost_amounts, mend_units, written_amount


def lost(sentence: str, translation: str, source: str = "en", target: str = "fr") -> list[str]:
    return [
        sentence[amount.start : amount.end]
        for amount in lost_amounts(sentence, translation, source, target)
    ]


@pytest.mark.parametrize(
    ("source", "target", "sentence", "translation"),
    [
        ("en", "fr", "It costs $1,234.50.", "Cela coûte 1 234,50 dollars."),
        ("fr", "en", "Cela coûte 1 234,50 dollars.", "It costs $1,234.50."),
        ("en", "fr", "We raised €3 million.", "Nous avons levé 3 millions d'euros."),
        ("en", "fr", "He weighs 180 pounds.", "Il pèse 180 livres."),
        ("en", "fr", "The rent is 950 Swiss francs.", "Le loyer est de 950 francs suisses."),
        ("fr", "en", "Une remise de 38,1 pour cent.", "A 38.1% discount."),
        ("fr", "en", "La bibliothèque a 579 livres.", "The library has 579 books."),
        ("fr", "en", "Les 5 pouces de la main.", "The 5 thumbs."),
        ("en", "de", "He stands on 2 feet.", "Er steht auf 2 Füßen."),
        ("en", "fr", "It is 15 m long.", "Il est long de 15 m."),
        ("en", "de", "A 30-minute talk.", "Ein 30-minütiges Gespräch."),
        ("en", "de", "A 10 percent increase.", "Eine 10-prozentige Erhöhung."),
        ("en", "ru", "It is 15 miles long.", "Длина 15 км."),
        ("en", "fr", "A 10-minute walk.", "Dix minutes de marche."),
        ("en", "fr", "Two miles, then 3 km.", "Deux miles, puis 3 km."),
    ],
)
def test_a_unit_in_other_words_is_kept(
    source: str, target: str, sentence: str, translation: str
) -> None:
    assert lost(sentence, translation, source, target) == []


@pytest.mark.parametrize(
    ("sentence", "translation", "gone", "mended"),
    [
        (
            "The town is 15 miles away.",
            "La ville est à 15 km.",
            "15 miles",
            "La ville est à 15 miles.",
        ),
        ("You owe me $20.", "Tu me dois 20 €.", "$20", "Tu me dois 20 $."),
        ("It is 20 euros.", "C'est 20 dollars.", "20 euros", "C'est 20 euros."),
        ("It took 3 weeks.", "Cela a pris 3 mois.", "3 weeks", "Cela a pris 3 semaines."),
    ],
)
def test_a_wrong_unit_beside_the_right_number_is_put_right(
    sentence: str, translation: str, gone: str, mended: str
) -> None:
    assert lost(sentence, translation) == [gone]
    assert mend_units(sentence, translation, "en", "fr") == mended


def test_a_unit_that_is_right_is_not_replaced_by_one_that_is_gone() -> None:
    sentence, translation = "He ran 3 km in 3 minutes.", "Il a couru 3 km en trois temps."
    assert lost(sentence, translation) == ["3 minutes"]
    assert mend_units(sentence, translation, "en", "fr") == translation


def test_a_unit_that_is_gone_is_told_and_can_be_asked_for_again() -> None:
    sentence, translation = "The room is 20 feet long.", "La chambre mesure 20 pièces de long."
    assert mend_units(sentence, translation, "en", "fr") == translation
    verdict = check(sentence, translation, "en", "fr")
    assert verdict.problems == (Problem.NUMBERS,)
    assert verdict.missing == ("20 feet",)
    wanted = [written_amount(one, "fr") for one in lost_amounts(sentence, translation, "en", "fr")]
    masked = mask(sentence, [one for one in wanted if one])
    assert masked.restore(masked.text) == "The room is 20 pieds long."


def test_an_amount_whose_number_is_gone_too_is_told_once() -> None:
    verdict = check("It costs 457 euros.", "Cela coûte cher.", "en", "fr")
    assert len(verdict.missing) == 1
