"""Small numbers and those that are not said as one: ordinals, dozens, halves, times in words."""

import random
from collections.abc import Callable

from num2words import num2words

from edge_interpreter.evaluation.number_forms import MONTHS, Made, all_forms, in_words

SMALL_TEMPLATES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "small": ("You have {} new messages.", "There are {} seats left.", "She has {} brothers."),
        "for": ("It is for {} people.", "A table for {}, please."),
        "them": ("Only {} of them came back.", "There were {} of us in the car."),
        "day": ("He was born on the {}.", "The shop opens again on the {}."),
        "floor": ("Our office is on the {} floor.", "She lives on the {} floor."),
        "dozen": ("I bought {} eggs.", "Please order {} roses."),
        "named": ("We meet at {} tomorrow.", "The shop closes at {}."),
        "fraction": ("We lost {} voters.", "They sold {} tickets."),
        "spelled": ("The code is {}.", "My number is {}."),
        "clock": ("The train leaves at {}.", "The film begins at {}."),
    },
    "fr": {
        "small": ("Vous avez {} nouveaux messages.", "Il reste {} places.", "Elle a {} frères."),
        "for": ("C'est pour {} personnes.", "Une table pour {}, s'il vous plaît."),
        "them": ("Seuls {} d'entre eux sont revenus.", "Nous étions {} dans la voiture."),
        "day": ("Il est né le {}.", "Le magasin ouvre à nouveau le {}."),
        "floor": ("Notre bureau est au {} étage.", "Elle habite au {} étage."),
        "dozen": ("J'ai acheté {} de roses.", "Commandez {} de stylos."),
        "named": ("Rendez-vous à {} demain.", "Le magasin ferme à {}."),
        "fraction": ("Nous avons perdu {} électeurs.", "Ils ont vendu {} billets."),
        "spelled": ("Le code est {}.", "Mon numéro est {}."),
        "clock": ("Le train part à {}.", "Le film commence à {}."),
    },
}


def _small(dice: random.Random, source: str, target: str) -> Made:
    number = dice.randint(2, 12)
    accepted = all_forms(str(number), target) | in_words(number, target)
    return str(num2words(number, lang=source)), frozenset(accepted)


def _ordinal_forms(number: int, language: str) -> set[str]:
    word = str(num2words(number, lang=language, to="ordinal"))
    endings = ("e", "ème", "ième") if language == "fr" else ("st", "nd", "rd", "th")
    also = {"second", "seconde"} if (number, language) == (2, "fr") else set()
    return {word, *also, *(f"{number}{ending}" for ending in endings)}


def _day(dice: random.Random, source: str, target: str) -> Made:
    day, month = dice.randint(1, 28), dice.randrange(12)
    said, other = (MONTHS[language].split()[month] for language in (source, target))
    other = other.lower()
    days = _ordinal_forms(day, target) | {str(day)} | in_words(day, target)
    days |= {"1er", "premier"} if day == 1 and target == "fr" else set()
    accepted = {f"{each} {other}" for each in days} | {f"{other} {each}" for each in days}
    accepted |= {f"{each} of {other}" for each in days} | {f"{other} the {each}" for each in days}
    accepted |= {f"{each} de {other}" for each in days} | {f"{each} d'{other}" for each in days}
    if source == "en":
        return f"{num2words(day, lang='en', to='ordinal')} of {said}", frozenset(accepted)
    return f"{'premier' if day == 1 else num2words(day, lang='fr')} {said}", frozenset(accepted)


def _floor(dice: random.Random, source: str, target: str) -> Made:
    number = dice.randint(2, 12)
    word = str(num2words(number, lang=source, to="ordinal"))
    return word, frozenset(_ordinal_forms(number, target))


def _dozen(dice: random.Random, source: str, target: str) -> Made:
    count = dice.randint(1, 4)
    words = {each: str(num2words(count, lang=each)) for each in ("en", "fr")}
    if count == 1:
        words = {"en": "a", "fr": "une"}
    plural = "s" if count > 1 else ""
    said = {"en": f"{words['en']} dozen", "fr": f"{words['fr']} douzaine{plural}"}
    number = {"en": f"{count} dozen", "fr": f"{count} douzaine{plural}"}
    accepted = all_forms(str(count * 12), target) | in_words(count * 12, target)
    return said[source], frozenset(accepted | {said[target], number[target]})


def _named(dice: random.Random, source: str, target: str) -> Made:
    noon = dice.random() < 0.5
    said = {"en": "noon" if noon else "midnight", "fr": "midi" if noon else "minuit"}
    also = {
        ("en", True): {"midday", "12 pm", "12 p.m", "12:00 pm", "12 o'clock", "lunchtime"},
        ("en", False): {"12 am", "12 a.m", "12:00 am"},
        ("fr", True): {"12 h", "12 heures", "12h"},
        ("fr", False): {"0 h", "24 heures", "24 h"},
    }[target, noon]
    return said[source], frozenset({said[target], *also})


def _fraction(dice: random.Random, source: str, _target: str) -> Made:
    english, french, accepted = dice.choice(
        [
            ("half of the", "la moitié des", {"half", "moitié", "50"}),
            ("a quarter of the", "un quart des", {"a quarter", "one quarter", "quart", "25"}),
            ("a third of the", "un tiers des", {"a third", "one third", "one-third", "un tiers"}),
            ("two thirds of the", "les deux tiers des", {"two thirds", "two-thirds", "deux tiers"}),
            ("three quarters of the", "les trois quarts des",
             {"three quarters", "three-quarters", "three-fourths", "trois quarts", "75"}),
        ]
    )  # fmt: skip
    return (english if source == "en" else french), frozenset(accepted)


def _spelled(dice: random.Random, source: str, target: str) -> Made:
    digits = [dice.randint(2, 9) for _ in range(4)]
    number = "".join(map(str, digits))
    words = [str(num2words(digit, lang=target)) for digit in digits]
    joined = {mark.join(words) for mark in (" ", ", ", "-")} | {mark.join(number) for mark in " -,"}
    said = " ".join(str(num2words(digit, lang=source)) for digit in digits)
    return said, frozenset(joined | all_forms(number, target))


def _clock(dice: random.Random, source: str, target: str) -> Made:
    hour, minute = dice.randint(2, 11), dice.choice([15, 30, 45])
    words = {
        each: (str(num2words(hour, lang=each)), str(num2words(hour + 1, lang=each)))
        for each in ("en", "fr")
    }
    past = {15: "a quarter past", 30: "half past", 45: "a quarter to"}[minute]
    tail = {15: " et quart", 30: " et demie", 45: " moins le quart"}[minute]
    late = minute == 45
    said = {
        "en": f"{past} {words['en'][late]}",
        "fr": f"{words['fr'][late]} heures{tail}",
    }
    accepted = {f"{each}{mark}{minute}" for each in (hour, hour + 12, f"{hour:02}")
                for mark in (":", ".", " h ", "h", " heures ")}  # fmt: skip
    for named in (words[target][late], str(hour + late)):
        for quarter in (past, past.removeprefix("a ")):
            accepted.add(f"{quarter} {named}")
        accepted |= {f"{named} heures{tail}", f"{named} h{tail}"}
    minutes = in_words(minute, target)
    accepted |= {f"{words[target][0]} {each}" for each in minutes}
    accepted |= {f"{words[target][0]} heures {each}" for each in minutes}
    return said[source], frozenset(accepted)


SMALL_MAKERS: dict[str, Callable[[random.Random, str, str], Made]] = {
    "small": _small,
    "for": _small,
    "them": _small,
    "day": _day,
    "floor": _floor,
    "dozen": _dozen,
    "named": _named,
    "fraction": _fraction,
    "spelled": _spelled,
    "clock": _clock,
}
