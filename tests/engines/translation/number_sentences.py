"""Sentences with numbers in English and French, and every legal way of writing their numbers.

Made apart from the product's reading of numbers, so that an error there shows.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from num2words import num2words

LANGUAGES = ("en", "fr")
Forms = tuple[str, ...]
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


@dataclass(frozen=True)
class Value:
    """One number: how each language may write it, and which digits a voice must say of it.

    `sources` are the forms in which a speaker may say it where that is fewer; `heard` are strings
    of digits or, where there are none, words, any of which will do.
    """

    forms: Mapping[str, Forms]
    heard: Mapping[str, Forms]
    sources: Mapping[str, Forms]


Maker = Callable[[random.Random], Value]


def _value(
    en: Forms,
    fr: Forms,
    heard: Forms | Mapping[str, Forms],
    said: Mapping[str, Forms] | None = None,
) -> Value:
    forms = {"en": en, "fr": fr}
    by_language = dict.fromkeys(LANGUAGES, heard) if isinstance(heard, tuple) else heard
    return Value(forms, by_language, {**forms, **(said or {})})


def words(number: int, language: str) -> str:
    """A whole number in words."""
    return str(num2words(number, lang=language)).replace(",", "")


def _grouped(number: int) -> tuple[Forms, Forms]:
    """With and without separators."""
    plain = (str(number),) if number < 10_000 else ()
    if number < 1000:
        return plain, plain
    spaced = tuple(f"{number:,}".replace(",", space) for space in ("\u202f", "\u00a0", " "))
    return (f"{number:,}", *plain), (*spaced, *plain)


def _count(dice: random.Random) -> Value:
    number = dice.choice([dice.randint(3, 99), dice.randint(100, 999), dice.randint(1000, 99_999)])
    english, french = _grouped(number)
    if number <= 100:
        english, french = (*english, words(number, "en")), (*french, words(number, "fr"))
    return _value(english, french, (str(number),))


def _small(dice: random.Random) -> Value:
    number = dice.randint(2, 12)
    return _value(
        (words(number, "en"), str(number)), (words(number, "fr"), str(number)), (str(number),)
    )


def _zero(_dice: random.Random) -> Value:
    said = {"en": ("zero", "0"), "fr": ("zéro", "0")}
    none = {"en": ("0", "no "), "fr": ("0", "aucun")}
    return _value(("zero", "0", "no"), ("zéro", "0", "aucun"), none, said)


def _money(dice: random.Random) -> Value:
    whole, cents = dice.randint(3, 999), dice.randint(11, 99)
    plain = f"{whole}.{cents}"
    comma = f"{whole},{cents}"
    return _value(
        (f"${plain}", f"{plain} dollars"),
        (f"{comma} $", f"{comma} dollars", f"{comma}\u00a0$"),
        (f"{whole}{cents}",),
    )


def _share(dice: random.Random) -> Value:
    number = dice.randint(3, 98)
    english = (f"{number}%", f"{number} percent", f"{words(number, 'en')} percent")
    french = (f"{number} %", f"{number} pour cent", f"{words(number, 'fr')} pour cent")
    return _value(english, french, (str(number),))


def _clock(dice: random.Random) -> Value:
    hour, minute = dice.randint(1, 23), dice.choice([5, 10, 20, 25, 40, 50])
    twelve, half = (hour - 1) % 12 + 1, "am" if hour < 12 else "pm"
    english: Forms = (f"{twelve}:{minute:02} {half}", f"{twelve}:{minute:02} {half[0]}.m.")
    french: Forms = (f"{hour} h {minute:02}", f"{hour}h{minute:02}", f"{hour}:{minute:02}")
    feminine = words(hour, "fr") + "e" * (hour in (1, 21))
    french += (f"{feminine} heure{'s' * (hour > 1)} {words(minute, 'fr')}",)
    if hour > 12:
        english += (f"{hour}:{minute:02}",)
        evening = "du soir" if hour > 17 else "de l'après-midi"
        french += (f"{twelve} h {minute:02} {evening}",)
    heard = tuple(f"{each}{minute}" for each in {hour, twelve})
    return _value(english, french, heard)


def _said_time(dice: random.Random) -> Value:
    """Half past two, deux heures et demie: twelve hours, in words."""
    hour = dice.randint(2, 11)
    following = {each: words(hour + 1, each) for each in LANGUAGES}
    this = {each: words(hour, each) for each in LANGUAGES}
    minute, english, french = dice.choice(
        [
            (30, f"half past {this['en']}", f"{this['fr']} heures et demie"),
            (15, f"a quarter past {this['en']}", f"{this['fr']} heures et quart"),
            (45, f"a quarter to {following['en']}", f"{following['fr']} heures moins le quart"),
            (50, f"ten to {following['en']}", f"{following['fr']} heures moins dix"),
        ]
    )
    other = {30: "half", 15: "quarter", 45: "quarter", 50: str(hour + 1)}[minute]
    autre = {30: "demie", 15: "quart", 45: "quart", 50: str(hour + 1)}[minute]
    heard = {"en": (f"{hour}{minute}", other), "fr": (f"{hour}{minute}", autre)}
    return _value(
        (english, f"{hour}:{minute}"),
        (french, f"{hour} h {minute}"),
        heard,
        {"en": (english,), "fr": (french,)},
    )


def _named_time(dice: random.Random) -> Value:
    if dice.random() < 0.5:
        return _value(
            ("noon", "midday", "12:00 pm"), ("midi", "12 h"),
            {"en": ("noon", "midday", "12"), "fr": ("midi", "12")},
        )  # fmt: skip
    return _value(
        ("midnight", "12:00 am"), ("minuit", "0 h"),
        {"en": ("midnight", "12"), "fr": ("minuit", "0")},
    )  # fmt: skip


def _suffix(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return "th" if 10 < number % 100 < 14 else ending


def _date(dice: random.Random) -> Value:
    day, month, year = dice.randint(1, 28), dice.randrange(12), dice.randint(1950, 2049)
    english, french = (_MONTHS[each].split()[month] for each in LANGUAGES)
    first = "1er" if day == 1 else str(day)
    return _value(
        (f"{english} {day}, {year}", f"{day} {english} {year}",
         f"{english} {day}{_suffix(day)}, {year}"),
        (f"{first} {french} {year}",),
        (f"{day}{year}", f"{year}"),
    )  # fmt: skip


def _day(dice: random.Random) -> Value:
    day, month = dice.randint(1, 28), dice.randrange(12)
    english, french = (_MONTHS[each].split()[month] for each in LANGUAGES)
    ordinal = str(num2words(day, lang="en", to="ordinal"))
    first = ("1er", "premier") if day == 1 else (str(day), words(day, "fr"))
    return _value(
        (f"the {ordinal} of {english}", f"{english} {day}", f"{english} {day}{_suffix(day)}",
         f"{english} {ordinal}", f"{day} {english}"),
        tuple(f"{each} {french}" for each in first),
        {"en": (str(day),), "fr": ("premier", "1er") if day == 1 else (str(day),)},
    )  # fmt: skip


def _floor(dice: random.Random) -> Value:
    number = dice.randint(2, 12)
    ordinals = {each: str(num2words(number, lang=each, to="ordinal")) for each in LANGUAGES}
    return _value(
        (ordinals["en"], f"{number}{_suffix(number)}"),
        (ordinals["fr"], f"{number}e", f"{number}ème"),
        (str(number),),
    )


def _birthday(dice: random.Random) -> Value:
    number = dice.randint(4, 69)
    ordinals = {each: str(num2words(number, lang=each, to="ordinal")) for each in LANGUAGES}
    return _value(
        (ordinals["en"], f"{number}{_suffix(number)}"), (ordinals["fr"], f"{number}e"),
        {each: (str(number), ordinals[each]) for each in LANGUAGES},
    )  # fmt: skip


def _dozens(dice: random.Random) -> Value:
    count = dice.randint(1, 6)
    eggs, many = count * 12, {each: words(count, each) for each in LANGUAGES}
    english = f"{'a' if count == 1 else many['en']} dozen eggs"
    french = f"{'une' if count == 1 else many['fr']} douzaine{'s' * (count > 1)} d'œufs"
    return _value(
        (english, f"{eggs} eggs", f"{words(eggs, 'en')} eggs"),
        (french, f"{eggs} œufs", f"{words(eggs, 'fr')} œufs"),
        {"en": (str(eggs), "dozen"), "fr": (str(eggs), "douzaine")},
    )


def _fraction(dice: random.Random) -> Value:
    english, french, heard = dice.choice(
        [
            (("half of the", "half the"), ("la moitié des",), ("half", "moitié")),
            (("a quarter of the",), ("un quart des",), ("quarter", "quart")),
            (("a third of the",), ("un tiers des",), ("third", "tiers")),
            (
                ("two thirds of the", "two-thirds of the"),
                ("les deux tiers des",),
                ("thirds", "tiers"),
            ),
            (("three quarters of the",), ("les trois quarts des",), ("3", "quarts")),
        ]
    )
    return _value(english, french, {"en": heard[:1], "fr": heard[1:]})


def _wait(dice: random.Random) -> Value:
    minutes, english, french = dice.choice(
        [
            (30, "half an hour", "une demi-heure"),
            (15, "a quarter of an hour", "un quart d'heure"),
            (45, "three quarters of an hour", "trois quarts d'heure"),
        ]
    )
    return _value(
        (english, f"{minutes} minutes", f"{words(minutes, 'en')} minutes"),
        (french, f"{minutes} minutes", f"{words(minutes, 'fr')} minutes"),
        {"en": (str(minutes), "half", "quarter"), "fr": (str(minutes), "demi", "quart")},
    )


def _code(dice: random.Random) -> Value:
    digits = "".join(str(dice.randint(2, 9)) for _ in range(dice.randint(4, 6)))
    if dice.random() < 0.3:
        digits = "0" + digits[1:]
    spoken = {each: " ".join(words(int(d), each) for d in digits) for each in LANGUAGES}
    return _value((spoken["en"], digits), (spoken["fr"], digits), (digits,))


def _phone(dice: random.Random) -> Value:
    digits = "".join(str(dice.randint(0, 9)) for _ in range(8))
    pairs = [digits[i : i + 2] for i in range(0, 8, 2)]
    forms = (f"+33 6 {' '.join(pairs)}", f"06 {' '.join(pairs)}", f"06.{'.'.join(pairs)}")
    form = dice.choice(forms)
    return _value((form,), (form,), ("".join(filter(str.isdigit, form)),))


def _label(dice: random.Random) -> Value:
    letters = "".join(dice.choice("BCDFGHJKLMNPRSTVWZ") for _ in range(2))
    number = dice.randint(10, 9999)
    form = dice.choice([f"{letters}-{number}", f"{letters}{number}"])
    return _value((form,), (form,), (str(number),))


def _year(dice: random.Random) -> Value:
    year = dice.choice([dice.randint(1811, 1899), dice.randint(1911, 1999)])
    english = f"{words(year // 100, 'en')} {words(year % 100, 'en')}"
    return _value((str(year), english), (str(year), words(year, "fr")), (str(year),))


def _large(dice: random.Random) -> Value:
    tenths = dice.randint(11, 99)
    while tenths % 10 == 0:
        tenths = dice.randint(11, 99)
    value, full = f"{tenths // 10}.{tenths % 10}", f"{tenths * 100_000:,}"
    millions = "million" if tenths < 20 else "millions"
    return _value(
        (f"{value} million", full),
        (f"{value.replace('.', ',')} {millions} de", full.replace(",", "\u202f")),
        (f"{tenths // 10}", ),
        {"en": (f"{value} million", full)},
    )  # fmt: skip


def _cold(dice: random.Random) -> Value:
    number = dice.randint(3, 30)
    return _value(
        (f"-{number}", f"minus {words(number, 'en')}", f"minus {number}"),
        (f"-{number}", f"moins {words(number, 'fr')}", f"moins {number}"),
        {"en": (f"minus {number}", f"-{number}"), "fr": (f"moins {number}", f"-{number}")},
    )


def _decimal(dice: random.Random) -> Value:
    whole = dice.randint(10, 60)
    if dice.random() < 0.5:
        part = dice.randint(1, 9)
        return _value((f"{whole}.{part} kilos",), (f"{whole},{part} kilos",), (f"{whole}{part}",))
    return _value(
        (f"{whole}.5 kilos", f"{words(whole, 'en')} and a half kilos"),
        (f"{whole},5 kilos", f"{words(whole, 'fr')} kilos et demi"),
        (str(whole),),
    )


def _king(dice: random.Random) -> Value:
    number, roman = dice.choice([(13, "XIII"), (14, "XIV"), (15, "XV"), (16, "XVI")])
    ordinal = str(num2words(number, lang="en", to="ordinal"))
    return _value((roman, f"the {ordinal}"), (roman,), (str(number),), {"en": (roman,)})


# What each kind is made by, its sentence in both languages, and both without the number.
KINDS: dict[str, tuple[Maker, dict[str, str], dict[str, str]]] = {
    "count": (
        _count,
        {"en": "We sold {} tickets.", "fr": "Nous avons vendu {} billets."},
        {"en": "We sold tickets.", "fr": "Nous avons vendu des billets."},
    ),
    "small": (
        _small,
        {"en": "You have {} new messages.", "fr": "Vous avez {} nouveaux messages."},
        {"en": "You have new messages.", "fr": "Vous avez de nouveaux messages."},
    ),
    "for": (
        _small,
        {"en": "It is for {} people.", "fr": "C'est pour {} personnes."},
        {"en": "It is for people.", "fr": "C'est pour des personnes."},
    ),
    "zero": (
        _zero,
        {"en": "There are {} seats.", "fr": "Il y a {} siège."},
        {"en": "There are seats.", "fr": "Il y a des sièges."},
    ),
    "money": (
        _money,
        {"en": "The invoice comes to {}.", "fr": "La facture s'élève à {}."},
        {"en": "The invoice is high.", "fr": "La facture est élevée."},
    ),
    "share": (
        _share,
        {"en": "Prices went up by {}.", "fr": "Les prix ont augmenté de {}."},
        {"en": "Prices went up.", "fr": "Les prix ont augmenté."},
    ),
    "clock": (
        _clock,
        {"en": "The train leaves at {}.", "fr": "Le train part à {}."},
        {"en": "The train leaves.", "fr": "Le train part."},
    ),
    "said time": (
        _said_time,
        {"en": "The shop closes at {}.", "fr": "Le magasin ferme à {}."},
        {"en": "The shop closes.", "fr": "Le magasin ferme."},
    ),
    "named time": (
        _named_time,
        {"en": "We meet at {}.", "fr": "Rendez-vous à {}."},
        {"en": "We meet there.", "fr": "Rendez-vous là-bas."},
    ),
    "date": (
        _date,
        {"en": "He was born on {}.", "fr": "Il est né le {}."},
        {"en": "He was born here.", "fr": "Il est né ici."},
    ),
    "day": (
        _day,
        {"en": "They arrive on {}.", "fr": "Ils arrivent le {}."},
        {"en": "They arrive soon.", "fr": "Ils arrivent bientôt."},
    ),
    "floor": (
        _floor,
        {"en": "Our office is on the {} floor.", "fr": "Notre bureau est au {} étage."},
        {"en": "Our office is upstairs.", "fr": "Notre bureau est à l'étage."},
    ),
    "birthday": (
        _birthday,
        {"en": "It is her {} birthday.", "fr": "C'est son {} anniversaire."},
        {"en": "It is her birthday.", "fr": "C'est son anniversaire."},
    ),
    "dozens": (
        _dozens,
        {"en": "I bought {}.", "fr": "J'ai acheté {}."},
        {"en": "I bought eggs.", "fr": "J'ai acheté des œufs."},
    ),
    "fraction": (
        _fraction,
        {"en": "We lost {} voters.", "fr": "Nous avons perdu {} électeurs."},
        {"en": "We lost voters.", "fr": "Nous avons perdu des électeurs."},
    ),
    "wait": (
        _wait,
        {"en": "I waited for {}.", "fr": "J'ai attendu {}."},
        {"en": "I waited for you.", "fr": "Je t'ai attendu."},
    ),
    "code": (
        _code,
        {"en": "The code is {}.", "fr": "Le code est {}."},
        {"en": "The code is right.", "fr": "Le code est bon."},
    ),
    "phone": (
        _phone,
        {"en": "Please call {}.", "fr": "Appelez le {}."},
        {"en": "Please call.", "fr": "Appelez."},
    ),
    "label": (
        _label,
        {"en": "Your order number is {}.", "fr": "Votre numéro de commande est {}."},
        {"en": "Your order is here.", "fr": "Votre commande est là."},
    ),
    "year": (
        _year,
        {"en": "The bridge was built in {}.", "fr": "Le pont a été construit en {}."},
        {"en": "The bridge was built.", "fr": "Le pont a été construit."},
    ),
    "large": (
        _large,
        {"en": "The project cost {} dollars.", "fr": "Le projet a coûté {} dollars."},
        {"en": "The project was dear.", "fr": "Le projet a coûté cher."},
    ),
    "cold": (
        _cold,
        {"en": "It was {} degrees.", "fr": "Il faisait {} degrés."},
        {"en": "It was cold.", "fr": "Il faisait froid."},
    ),
    "decimal": (
        _decimal,
        {"en": "The parcel weighs {}.", "fr": "Le colis pèse {}."},
        {"en": "The parcel is heavy.", "fr": "Le colis est lourd."},
    ),
    "king": (
        _king,
        {"en": "Louis {} was the king.", "fr": "Louis {} était le roi."},
        {"en": "Louis was the king.", "fr": "Louis était le roi."},
    ),
}
ADDED = {"en": " with {} others.", "fr": " avec {} autres."}
