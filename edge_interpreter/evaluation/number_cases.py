"""Sentences with numbers, made by a seed, each with what its numbers may be in a translation.

What is accepted is listed here by construction, apart from the product's own reading of
numbers, so that an error there shows.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from num2words import num2words

from edge_interpreter.evaluation.number_forms import (
    MONTHS,
    Accepted,
    Made,
    all_forms,
    as_written,
    in_words,
)
from edge_interpreter.evaluation.small_number_cases import SMALL_MAKERS, SMALL_TEMPLATES


@dataclass(frozen=True, slots=True)
class NumberCase:
    """A sentence of kind `kind`; `expected` has one set of renderings for each of its numbers."""

    text: str
    kind: str
    expected: tuple[Accepted, ...]


_TEMPLATES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "count": (
            "We sold {} tickets yesterday.",
            "There are {} people in the room.",
            "Please bring {} chairs to the second floor.",
            "The library has {} books about history.",
            "I need {} copies of this document before the meeting.",
            "My grandfather kept {} sheep on his farm.",
        ),
        "amount": (
            "The invoice comes to {}.",
            "She paid {} for the car and sold it a week later.",
            "You still owe us {}, I think.",
            "Can I give you {} in cash?",
            "The repair will cost {} at least.",
        ),
        "share": (
            "Prices went up by {} last year.",
            "About {} of the students passed the exam.",
            "We offer a discount of {} on all shoes.",
        ),
        "time": (
            "The train leaves at {}.",
            "Let's meet at {} in front of the station.",
            "The doctor can see you tomorrow at {}.",
            "Is {} too late for you?",
        ),
        "date": (
            "My appointment is on {}.",
            "The contract was signed on {}.",
            "He was born on {} in a small village.",
        ),
        "phone": (
            "My phone number is {}.",
            "Please call {} if you have a question.",
            "You can reach the hotel at {} after six.",
        ),
        "email": (
            "Write to {} if you need help.",
            "Her address is {}, all in lower case.",
            "Please send the photos to {} today.",
        ),
        "url": ("The form is at {}.", "Go to {} and choose a language.", "I read it on {}."),
        "code": (
            "Your order number is {}.",
            "The part {} is out of stock.",
            "We are waiting for flight {} from London.",
            "Please write {} on the parcel.",
        ),
        "ordinal": (
            "It is her {} birthday.",
            "He finished in {} place.",
            "Our office is on the {} floor.",
        ),
        "year": ("The bridge was built in {}.", "Nobody remembered the summer of {}."),
        "cold": ("It was {} degrees this morning.", "Keep it at {} degrees."),
        "large": (
            "The city has {} inhabitants.",
            "The project cost {} dollars.",
            "More than {} people watched the match.",
        ),
        "words": (
            "I have {} cousins.",
            "She waited {} minutes for the bus.",
            "They ordered {} sandwiches and paid in cash.",
        ),
        "pin": ("The door code is {}.", "Enter {} and press the green button."),
        "decimal": (
            "The tank holds {} litres.",
            "The parcel weighs {} kilos.",
            "We walked {} kilometres along the river.",
        ),
    },
    "fr": {
        "count": (
            "Nous avons vendu {} billets hier.",
            "Il y a {} personnes dans la salle.",
            "Apportez {} chaises au deuxième étage, s'il vous plaît.",
            "La bibliothèque possède {} livres d'histoire.",
            "J'ai besoin de {} copies de ce document avant la réunion.",
        ),
        "amount": (
            "La facture s'élève à {}.",
            "Elle a payé {} pour la voiture et l'a revendue une semaine plus tard.",
            "Vous nous devez encore {}, je crois.",
            "La réparation coûtera au moins {}.",
        ),
        "share": (
            "Les prix ont augmenté de {} l'année dernière.",
            "Environ {} des élèves ont réussi l'examen.",
            "Nous offrons une remise de {} sur toutes les chaussures.",
        ),
        "time": (
            "Le train part à {}.",
            "Retrouvons-nous à {} devant la gare.",
            "Le médecin peut vous recevoir demain à {}.",
        ),
        "date": (
            "Mon rendez-vous est le {}.",
            "Le contrat a été signé le {}.",
            "Il est né le {} dans un petit village.",
        ),
        "phone": (
            "Mon numéro de téléphone est le {}.",
            "Appelez le {} si vous avez une question.",
            "Vous pouvez joindre l'hôtel au {} après le dîner.",
        ),
        "email": (
            "Écrivez à {} si vous avez besoin d'aide.",
            "Son adresse est {}, tout en minuscules.",
            "Envoyez les photos à {} aujourd'hui.",
        ),
        "url": (
            "Le formulaire se trouve sur {}.",
            "Allez sur {} et choisissez une langue.",
            "Je l'ai lu sur {}.",
        ),
        "code": (
            "Votre numéro de commande est {}.",
            "La pièce {} n'est plus en stock.",
            "Nous attendons le vol {} en provenance de Londres.",
            "Écrivez {} sur le colis.",
        ),
        "ordinal": (
            "C'est son {} anniversaire.",
            "Il a terminé à la {} place.",
            "Notre bureau est au {} étage.",
        ),
        "year": ("Le pont a été construit en {}.", "Personne ne se souvenait de l'été {}."),
        "cold": ("Il faisait {} degrés ce matin.", "Conservez-le à {} degrés."),
        "large": (
            "La ville compte {} d'habitants.",
            "Le projet a coûté {} de dollars.",
            "Plus de {} de personnes ont regardé le match.",
        ),
        "words": (
            "J'ai {} cousins.",
            "Elle a attendu le bus {} minutes.",
            "Ils ont commandé {} sandwichs et payé en espèces.",
        ),
        "pin": ("Le code de la porte est {}.", "Tapez {} et appuyez sur le bouton vert."),
        "decimal": (
            "Le réservoir contient {} litres.",
            "Le colis pèse {} kilos.",
            "Nous avons marché {} kilomètres le long de la rivière.",
        ),
    },
}
# Two numbers of different kinds in one sentence.
_DOUBLE = {
    "en": (
        ("On {} we sold {} tickets.", "date", "count"),
        ("Call {} before {}.", "phone", "time"),
        ("Order {} costs {}.", "code", "amount"),
        ("At {} there were {} people in the room.", "time", "count"),
        ("We paid {} for {} chairs.", "amount", "count"),
    ),
    "fr": (
        ("Le {}, nous avons vendu {} billets.", "date", "count"),
        ("Appelez le {} avant {}.", "phone", "time"),
        ("La commande {} coûte {}.", "code", "amount"),
        ("À {}, il y avait {} personnes dans la salle.", "time", "count"),
        ("Nous avons payé {} pour {} chaises.", "amount", "count"),
    ),
}


def number_cases(source: str, target: str, count: int, seed: int = 1) -> list[NumberCase]:
    """`count` sentences for a direction between English and French; the same for the same seed."""
    dice = random.Random(f"{seed} {source} {target}")  # noqa: S311 - repeatable, not secret
    makers = _MAKERS | SMALL_MAKERS
    templates = _TEMPLATES[source] | SMALL_TEMPLATES[source]
    cases: list[NumberCase] = []
    while len(cases) < count:
        if dice.random() < 0.2:
            template, *kinds = dice.choice(_DOUBLE[source])
        else:
            kinds = [dice.choice(sorted(templates))]
            template = dice.choice(templates[kinds[0]])
        made = [makers[kind](dice, source, target) for kind in kinds]
        text = template.format(*(written for written, _ in made))
        text = text.replace("..", ".")
        cases.append(NumberCase(text, "+".join(kinds), tuple(ok for _, ok in made)))
    return cases


def _count(dice: random.Random, source: str, target: str) -> Made:
    number = dice.choice([dice.randint(2, 99), dice.randint(100, 999), dice.randint(1000, 99_999)])
    accepted = all_forms(str(number), target) | (
        in_words(number, target) if number < 100 else set()
    )
    return as_written(str(number), source), frozenset(accepted)


def _amount(dice: random.Random, source: str, target: str) -> Made:
    value = dice.choice(
        [f"{dice.randint(2, 999)}", f"{dice.randint(1, 9999)}.{dice.randint(1, 99):02}"]
    )
    written = as_written(value, source)
    sign = dice.choice("$€£")
    named = {"$": "dollars", "€": "euros", "£": "pounds" if source == "en" else "livres"}[sign]
    marked = f"{sign}{written}" if source == "en" else f"{written} {sign}"
    text = marked if dice.random() < 0.5 else f"{written} {named}"
    words = in_words(int(value), target) if value.isdecimal() else set()
    return text, frozenset(all_forms(value, target) | words)


def _share(dice: random.Random, source: str, target: str) -> Made:
    value = dice.choice([f"{dice.randint(2, 98)}", f"{dice.randint(1, 40)}.{dice.randint(1, 9)}"])
    written = as_written(value, source)
    ending = dice.choice(["%", " percent"] if source == "en" else [" %", " pour cent"])
    return written + ending, frozenset(all_forms(value, target))


def _time(dice: random.Random, source: str, target: str) -> Made:
    hour, minute = dice.randint(1, 23), dice.choice([0, 5, 10, 15, 20, 30, 40, 45, 50])
    half, twelve = ("p.m." if hour >= 12 else "a.m."), (hour - 1) % 12 + 1
    if source == "en":
        text = f"{twelve}:{minute:02} {half}" if minute else f"{twelve} {half.replace('.', '')}"
    else:
        text = f"{hour} h {minute:02}" if minute else f"{hour} h"
    clock = f"{minute:02}"
    accepted = {f"{hour}:{clock}", f"{hour}.{clock}", f"{hour:02}:{clock}", f"{hour:02}h{clock}"}
    accepted |= {
        f"{hour} h {clock}",
        f"{hour}h{clock}",
        f"{hour} heures {clock}",
        f"{hour}h {clock}",
    }
    accepted |= {f"{hour:02} h {clock}", f"{hour} h{clock}", f"{hour} h {minute}"}
    for m in ("a.m.", "am", "a.m") if hour < 12 else ("p.m.", "pm", "p.m"):
        accepted |= {f"{twelve}{mark}{clock}{space}{m}" for mark in ":." for space in (" ", "")}
        if not minute:
            accepted |= {f"{twelve} {m}", f"{twelve}{m}"}
    if not minute:
        accepted |= {f"{hour} h", f"{hour}h", f"{hour} heures", f"{hour} heure", f"{hour} hours"}
        accepted |= {f"{hour} o'clock"} if hour <= 12 else set()
        accepted |= {"midi", "noon", "12 o'clock"} if hour == 12 else set()
    if hour > 12 and target == "fr":
        spoken = f"{twelve} heures" + (f" {clock}" if minute else "")
        accepted |= {f"{spoken} de l'après-midi", f"{spoken} du soir"}
        accepted |= {f"{twelve} h {clock} du soir", f"{twelve} h {clock} de l'après-midi"}
    return text, frozenset(accepted)


def _date(dice: random.Random, source: str, target: str) -> Made:
    day, month, year = dice.randint(1, 28), dice.randint(0, 11), dice.randint(1950, 2049)
    name, other = MONTHS[source].split()[month], MONTHS[target].split()[month].lower()
    suffix = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
    if source == "en":
        text = dice.choice(
            [f"{name} {day}, {year}", f"{day} {name} {year}", f"{name} {day}{suffix}, {year}"]
        )
    else:
        text = f"{'1er' if day == 1 else day} {name} {year}"
    accepted = {f"{day} {other} {year}", f"{other} {day}, {year}", f"{other} {day} {year}"}
    accepted |= {f"{day}{s} {other} {year}" for s in ("er", "e", "st", "nd", "rd", "th", "ème")}
    accepted |= {f"{other} {day}{s}, {year}" for s in ("st", "nd", "rd", "th")}
    accepted |= {f"{day}{s} of {other} {year}" for s in ("st", "nd", "rd", "th", "")}
    accepted |= {f"{day} {other}, {year}", f"{day}{suffix} {other}, {year}"}
    return text, frozenset(accepted)


def _phone(dice: random.Random, _source: str, _target: str) -> Made:
    digits = "".join(str(dice.randint(0, 9)) for _ in range(9))
    pairs = " ".join(digits[i : i + 2] for i in range(1, 9, 2))
    text = dice.choice(
        [
            f"+33 {digits[0]} {pairs}",
            f"0{digits[0]} {pairs}",
            f"555-0{digits[:3]}",
            f"({2 + int(digits[0]) % 8}{digits[1:3]}) 555-0{digits[3:6]}",
            f"0{digits[0]}.{pairs.replace(' ', '.')}",
        ]
    )
    return text, frozenset({"#" + "".join(filter(str.isdigit, text))})


def _email(dice: random.Random, _source: str, _target: str) -> Made:
    name = dice.choice(["anna.smith", "j.dupont", "info", "contact", "sales_team", "marie-42"])
    host = dice.choice(["example.com", "example.org", "mairie.example.fr", "shop.example.net"])
    return f"{name}@{host}", frozenset({f"{name}@{host}"})


def _url(dice: random.Random, _source: str, _target: str) -> Made:
    page = dice.choice(["", "/form", "/help/contact", f"/item/{dice.randint(10, 999)}"])
    text = dice.choice(["www.example.com", "https://example.org", "example.net"]) + page
    return text, frozenset({text})


def _code(dice: random.Random, _source: str, _target: str) -> Made:
    letters = "".join(dice.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(3))
    number = dice.randint(10, 9999)
    text = dice.choice(
        [f"{letters[:2]}-{number}", f"{letters}{number}", f"{letters[0]}{number}-{letters[1]}",
         f"{letters[:2]}-{number}-{letters[2]}", f"{number}/{letters[:2]}"]
    )  # fmt: skip
    return text, frozenset({text.lower()})


def _ordinal(dice: random.Random, source: str, target: str) -> Made:
    number = dice.randint(4, 99)
    teen = 10 < number % 100 < 14
    suffix = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    words = str(num2words(number, lang=target, to="ordinal"))
    accepted = {words, words.replace("-", " "), words.replace(" ", "-")}
    endings = ("e", "ème", "ième", " e") if target == "fr" else ("st", "nd", "rd", "th")
    accepted |= {f"{number}{ending}" for ending in endings} | {str(number)}
    return (f"{number}{suffix}" if source == "en" else f"{number}e"), frozenset(accepted)


def _year(dice: random.Random, _source: str, _target: str) -> Made:
    year = str(dice.randint(1800, 2030))
    return year, frozenset({year})


def _cold(dice: random.Random, _source: str, target: str) -> Made:
    number = dice.randint(2, 30)
    word = "moins" if target == "fr" else "minus"
    signs = ("-", "- ", "−", f"{word} ")
    accepted = {f"{sign}{number}" for sign in signs}
    accepted |= {f"{word} {spoken}" for spoken in in_words(number, target)}
    return f"-{number}", frozenset(accepted)


def _large(dice: random.Random, source: str, target: str) -> Made:
    value = dice.choice([str(dice.randint(2, 90)), f"{dice.randint(1, 9)}.{dice.randint(1, 9)}"])
    power = dice.choice([6, 9])
    en, fr = {6: ("million", "million"), 9: ("billion", "milliard")}[power]
    written = value.replace(".", ",") if source == "fr" else value
    plural = "" if source == "en" or value.startswith("1") else "s"
    text = f"{written} {en if source == 'en' else fr}{plural}"
    full = str(round(float(value) * 10**power))
    name = en if target == "en" else fr
    accepted = {f"{form} {name}{s}" for form in all_forms(value, target) for s in ("", "s")}
    if float(value) < 100 and "." not in value:
        accepted |= {
            f"{form} {name}{s}" for form in in_words(int(value), target) for s in ("", "s")
        }
    return text, frozenset(accepted | all_forms(full, target))


def _words(dice: random.Random, source: str, target: str) -> Made:
    number = dice.randint(2, 199)
    text = str(num2words(number, lang=source))
    return text, frozenset(all_forms(str(number), target) | in_words(number, target))


def _pin(dice: random.Random, _source: str, target: str) -> Made:
    digits = dice.choice([f"0{dice.randint(0, 999):03}", f"{dice.randint(1000, 999_999)}"])
    return digits, frozenset({digits} | (all_forms(digits, target) if digits[0] != "0" else set()))


def _decimal(dice: random.Random, source: str, target: str) -> Made:
    value = f"{dice.randint(1, 300)}.{dice.randint(1, 9)}"
    return as_written(value, source), frozenset(all_forms(value, target))


_MAKERS: dict[str, Callable[[random.Random, str, str], Made]] = {
    "count": _count,
    "amount": _amount,
    "share": _share,
    "time": _time,
    "date": _date,
    "phone": _phone,
    "email": _email,
    "url": _url,
    "code": _code,
    "ordinal": _ordinal,
    "year": _year,
    "cold": _cold,
    "large": _large,
    "words": _words,
    "pin": _pin,
    "decimal": _decimal,
}
