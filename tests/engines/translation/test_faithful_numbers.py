"""Small numbers, halves, dozens, named times and codes: kept, in any of their forms, or marked."""

import pytest

from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.engines.translation.faithful import FaithfulTranslation, translate_faithfully
from tests.engines.translation.fakes import FakeTranslator

WRONG = [
    ("fr", "Le code est six quatre trois quatre.", "The code is six four three fours."),
    ("fr", "Le train part à deux heures et demie.", "The train leaves at two and a half."),
    ("fr", "Le film commence à trois heures et quart.", "The film starts at three and a quarter."),
    ("fr", "C'est pour quatre personnes.", "It's for six people."),
    ("en", "Five of them died.", "Trois d'entre eux sont morts."),
    ("fr", "Huit jours.", "Three days."),
    ("en", "You have one new message.", "Vous avez 3 nouveaux messages."),
    ("en", "You have one new message.", "Vous avez trois nouveaux messages."),
    ("en", "There are zero seats left.", "Il reste des places."),
    ("en", "He was born on the third of May.", "Il est né le 2 mai."),
    ("en", "He was born on the third of May.", "Il est né le 3 juin."),
    ("en", "Our office is on the second floor.", "Notre bureau est au 3e étage."),
    ("en", "Our office is on the second floor.", "Notre bureau est à l'étage."),
    ("en", "We meet at noon.", "Rendez-vous à minuit."),
    ("en", "We meet at noon.", "Rendez-vous."),
    ("en", "I bought a dozen eggs.", "J'ai acheté 2 œufs."),
    ("en", "I bought two dozen eggs.", "J'ai acheté deux œufs."),
    ("fr", "Louis XIV est mort.", "Louis XV died."),
    ("en", "Half of them left.", "Un quart d'entre eux est parti."),
    ("en", "Room twelve twelve.", "Chambre."),
    ("en", "We will wait for you.", "Nous vous attendrons 12 minutes."),
    ("en", "We will wait for you.", "Nous vous attendrons douze minutes."),
    ("en", "I have fifty cats.", "J'ai cinquante-cinq chats."),
    ("fr", "Un message.", "3 messages."),
    ("en", "It costs 5 euros for 20 chairs.", "Cela coûte 20 euros pour 5 chaises."),
    ("en", "The code is seven eight nine two.", "Le code est 7829."),
    ("en", "The code is seven eight nine two.", "Le code est sept huit deux neuf."),
    ("en", "Room four two.", "Chambre 24."),
]
RIGHT = [
    ("fr", "J'ai attendu une heure et demie.", "I waited an hour and a half."),
    ("fr", "Paris est à deux heures et demie d'ici.", "Paris is two and a half hours from here."),
    ("en", "The code is seven eight nine two.", "Le code est 7892."),
    ("en", "The code is seven eight nine two.", "Le code est 7 8 9 2."),
    ("en", "The code is seven eight nine two.", "Le code est sept, huit, neuf, deux."),
    ("fr", "Le code est sept huit neuf deux.", "The code is 7892."),
    ("en", "I bought two dozen eggs.", "J'ai acheté 24 œufs."),
    ("en", "I bought two dozen eggs.", "J'ai acheté vingt-quatre œufs."),
    ("en", "I bought two dozen eggs.", "J'ai acheté deux douzaines d'œufs."),
    ("en", "I waited half an hour.", "J'ai attendu 30 minutes."),
    ("en", "I waited thirty minutes.", "J'ai attendu une demi-heure."),
    ("en", "two and a half years", "2,5 ans"),
    ("en", "2.5 years", "deux ans et demi"),
    ("fr", "À midi et demi.", "At half past twelve."),
    ("fr", "À midi et demi.", "At 12:30 pm."),
    ("en", "At half past twelve.", "À midi et demi."),
    ("en", "There are zero seats left.", "Il ne reste aucune place."),
    ("en", "Room four two.", "Chambre 42."),
    ("en", "Room four two.", "Chambre quarante-deux."),
    ("en", "Half of them left.", "La moitié d'entre eux sont partis."),
    ("en", "Half of them left.", "50 % d'entre eux sont partis."),
    ("en", "half a million people", "500 000 personnes"),
    ("fr", "Louis XIV est mort.", "Louis the fourteenth died."),
    ("en", "Nineteen ninety-five.", "1995."),
    ("en", "It costs 5 euros for 20 chairs.", "Cela coûte cinq euros pour vingt chaises."),
    ("en", "on the second floor", "au 2e étage"),
    ("en", "He was born on the third of May.", "Il est né le trois mai."),
    ("en", "It costs $1.50.", "Cela coûte 1 dollar et 50 cents."),
    ("en", "an hour and a half", "1 h 30"),
    ("en", "fifteen minutes", "un quart d'heure"),
    ("en", "Call at a quarter to three.", "Appelez à trois heures moins le quart."),
    ("fr", "Il y a neuf ans.", "Nine years ago."),
    ("fr", "J'ai un vélo neuf.", "I have a new bike."),
    ("fr", "Un jour sur deux.", "Every other day."),
    ("fr", "Repartir de zéro.", "Start from scratch."),
    ("fr", "Cet après-midi il pleut.", "This afternoon it is raining."),
    ("fr", "Le troisième âge.", "Old age."),
    ("fr", "On mange à midi.", "We eat at lunchtime."),
    ("en", "A fortnight ago we met.", "Il y a quinze jours, on s'est rencontrés."),
    ("en", "A couple of days ago.", "Il y a deux jours."),
    ("en", "It happened in the nineties.", "C'est arrivé dans les années 90."),
    ("en", "You two are late.", "Vous êtes en retard."),
    ("en", "One of these days.", "Un de ces jours."),
    ("en", "Just a second.", "Un instant."),
    ("en", "A third party.", "Un tiers."),
    ("en", "Ten to one he will fail.", "Dix contre un, il échouera."),
]


def translated(source: str, sentence: str, translation: str) -> FaithfulTranslation:
    target = {"en": "fr", "fr": "en"}[source]
    engine = FakeTranslator({(source, target)}, lambda item: translation)
    (found,) = translate_faithfully(engine, [TranslationRequest(sentence, source, target)])
    return found


@pytest.mark.parametrize(("source", "sentence", "wrong"), WRONG)
def test_a_wrong_number_is_never_passed_off(source: str, sentence: str, wrong: str) -> None:
    found = translated(source, sentence, wrong)
    assert found.status != "ok" or found.text != wrong


@pytest.mark.parametrize(("source", "sentence", "right"), RIGHT)
def test_a_right_translation_is_left_alone(source: str, sentence: str, right: str) -> None:
    found = translated(source, sentence, right)
    assert (found.status, found.text) == ("ok", right)


@pytest.mark.parametrize(
    ("sentence", "masked", "right"),
    [
        ("We close at half past two.", "Nous fermons à QX1.", "Nous fermons à 2 h 30."),
        ("The code is seven eight nine two.", "Le code est QX1.", "Le code est 7892."),
    ],
)
def test_a_lost_time_or_code_in_words_comes_back_in_digits(
    sentence: str, masked: str, right: str
) -> None:
    engine = FakeTranslator({("en", "fr")}, lambda item: masked if "QX1" in item.text else "Oui.")
    (found,) = translate_faithfully(engine, [TranslationRequest(sentence, "en", "fr")])
    assert (found.status, found.text) == ("ok", right)
