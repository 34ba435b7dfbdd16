"""Halves, thirds and quarters, in words and as 1/2 and ½."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from edge_interpreter.text.placeables.model import Kind, Placeable, digits_in, number_key
from edge_interpreter.text.placeables.words import base_language

_SIGNS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_WRITTEN = re.compile(r"(?<![\w.,/-])(?:1/2|1/3|2/3|1/4|3/4)(?![\w/-]|[.,]\d)|[½¼¾⅓⅔]")
_HALF = (
    r"(?<!\bfirst\s)(?<!\bsecond\s)(?<!\bother\s)(?<!\bbetter\s)half"
    r"(?!-|\sa\sdozen|\s(?:past|time|term|brother|sister|moon|marathon)\b)"
)
# Pattern → the fraction and whole numbers that say the same.
_SPOKEN: dict[str, tuple[tuple[str, str, tuple[int, ...]], ...]] = {
    "en": (
        (r"half\sa\smillion", "", (500_000,)),
        (r"half\sa\sbillion", "", (500_000_000,)),
        (r"half(?:\san)?[\s-]hour|hours?\sand\sa\shalf", "1/2", (30,)),
        (r"three[\s-]quarters\sof\san\shour", "3/4", (45,)),
        (r"(?:a\s)?quarter\sof\san\shour", "1/4", (15,)),
        (r"half\sa\scentury", "1/2", (50,)),
        (r"three[\s-](?:quarters|fourths)", "3/4", (75, 3)),
        (r"two[\s-]thirds", "2/3", ()),
        (r"(?:one[\s-]|a\s)third(?=\sof\b)|one[\s-]third", "1/3", ()),
        (r"(?:one[\s-]|a\s)quarter(?=\sof\b)|one[\s-]quarter", "1/4", (25,)),
        (_HALF, "1/2", (50,)),
    ),
    "fr": (
        (r"demi[\s-]million", "", (500_000,)),
        (r"demi[\s-]milliard", "", (500_000_000,)),
        (r"demi[\s-]heure", "1/2", (30,)),
        (r"trois[\s-]quarts?\sd['’]heure", "3/4", (45,)),
        (r"quart\sd['’]heure", "1/4", (15,)),
        (r"demi[\s-]siècle", "1/2", (50,)),
        (r"trois[\s-]quarts", "3/4", (75,)),
        (r"deux[\s-]tiers", "2/3", ()),
        (r"un\stiers", "1/3", ()),
        (r"un\squart(?=\sd)", "1/4", (25,)),
        (r"(?<!première\s)(?<!seconde\s)(?<!deuxième\s)moitié|\bet\sdemie?", "1/2", (50,)),
    ),
}
# How a fraction may be said in a translation.
_SAID = {
    "en": {
        "1/2": r"hal(?:f|ves|ved|ving|fway)|semi|mid|50\b|fifty|every other",
        "1/3": r"(?<!two[\s-])thirds?\b|33",
        "2/3": r"two[\s-]thirds|6[67]",
        "1/4": r"(?<!three[\s-])(?:quarter|fourth)|25\s?(?:%|per)",
        "3/4": r"three[\s-](?:quarter|fourth)|75\s?(?:%|per)",
    },
    "fr": {
        "1/2": r"demie?|moitié|mi\b|milieu|semi|50\s?%|cinquante pour|sur deux",
        "1/3": r"(?<!deux[\s-])tiers|33",
        "2/3": r"deux[\s-]tiers|6[67]",
        "1/4": r"(?<!trois[\s-])quart|25\s?%",
        "3/4": r"trois[\s-](?:quarts?|trimestres)|75\s?%",
    },
}
_PREFIX = "f:"


def fractions(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    """Fractions that have a name; those of a translation are doubtful: a demi-tour is a U-turn."""
    for match in _WRITTEN.finditer(text):
        name = _SIGNS.get(match.group(), match.group())
        keys = frozenset({f"{_PREFIX}{name}"})
        yield Placeable(
            Kind.NUMBER, *match.span(), match.group(), keys, parts=digits_in(match.group())
        )
    for pattern, name, values in _patterns(base_language(language)):
        for match in pattern.finditer(text):
            said = frozenset(number_key(Decimal(value)) for value in values)
            keys = frozenset({f"{_PREFIX}{name}"}) if name else said
            yield Placeable(
                Kind.NUMBER,
                *match.span(),
                match.group(),
                keys | (said if values and values[0] in (15, 30, 45) else frozenset()),
                said - keys,
                spelled=True,
                doubtful=translated,
                by_name=True,
            )


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str, tuple[int, ...]]]:
    return [
        (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), name, values)
        for pattern, name, values in _SPOKEN.get(language, ())
    ]


def knows_fraction(name: str, language: str) -> bool:
    """Whether it is known how a language says a fraction."""
    return name in _SAID.get(base_language(language), {})


def says_fraction(name: str, text: str, language: str) -> bool:
    """Whether a text has a fraction ("1/2") in one of the known forms of its language."""
    pattern = _SAID.get(base_language(language), {}).get(name, "(?!)")
    return re.search(rf"\b(?:{pattern})", text, re.IGNORECASE) is not None
