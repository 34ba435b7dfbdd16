"""Words that say a number without being one: a dozen, une quinzaine, twice, a decade."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from edge_interpreter.text.placeables.model import Keys, Kind, Placeable, number_key
from edge_interpreter.text.placeables.words import base_language, hour_words

# What a word says, and what it may be in a translation besides.
_COLLECTIVE: dict[str, dict[str, tuple[int, ...]]] = {
    "en": {"dozen": (12, 10), "score": (20,), "couple": (2,), "pair": (2,), "both": (2,)}
    | {"twice": (2,), "double": (2,), "triple": (3,), "thrice": (3,), "twins": (2,)}
    | {"twenties": (20, 1920), "thirties": (30, 1930), "forties": (40, 1940)}
    | {"fifties": (50, 1950), "sixties": (60, 1960), "seventies": (70, 1970)}
    | {"eighties": (80, 1980), "nineties": (90, 1990)},
    "fr": {"dizaine": (10, 12), "douzaine": (12, 10), "quinzaine": (15, 14, 2), "vingtaine": (20,)}
    | {"trentaine": (30,), "quarantaine": (40,), "cinquantaine": (50,), "soixantaine": (60,)}
    | {"centaine": (100,), "millier": (1000,), "double": (2,), "triple": (3,), "paire": (2,)}
    | {"couple": (2,)},
}
# Never looked for, but they account for a number: "une décennie" is "ten years".
_IMPLYING: dict[str, dict[str, tuple[int, ...]]] = {
    "en": {"once": (1,), "single": (1,), "weeks?": (7, 8), "fortnights?": (14, 15, 2)}
    | {"decades?": (10,), "century": (100,), "nil": (0,), "fours": (4,)},
    "fr": {"seule?": (1,), "unique": (1,), "semaines?": (7, 8), "décennies?": (10,)}
    | {"siècle": (100,)},
}
_COUNTED = {"en": "dozen", "fr": "douzaine"}
_ONE = {"en": "a|one", "fr": "une"}
_HALF = {"en": r"half\sa\s", "fr": r"demi[-\s]"}


def collectives(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    """Collective numbers; certain are those of a sentence that are counted: two dozen."""
    base = base_language(language)
    for pattern, word, values in _patterns(base):
        for match in pattern.finditer(text):
            certain = not translated and _is_certain(match, word, base)
            yield _placeable(match, values, certain, translated)
    for pattern, values in () if translated else _implying(base):
        for match in pattern.finditer(text):
            keys = frozenset(number_key(Decimal(value)) for value in values)
            yield Placeable(
                Kind.NUMBER,
                *match.span(),
                match.group(),
                frozenset(),
                keys,
                spelled=True,
                doubtful=True,
            )


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str, tuple[int, ...]]]:
    return [
        (_pattern(word, language), word, values)
        for word, values in _COLLECTIVE.get(language, {}).items()
    ]


@cache
def _implying(language: str) -> list[tuple[re.Pattern[str], tuple[int, ...]]]:
    return [
        (re.compile(rf"\b{word}\b", re.IGNORECASE), values)
        for word, values in _IMPLYING.get(language, {}).items()
    ]


def _pattern(word: str, language: str) -> re.Pattern[str]:
    one, half = _ONE[language], _HALF[language]
    count = rf"(?:(?P<half>{half})|(?P<one>\b(?:{one})\s)|(?P<count>\b(?:{_counts(language)})\s))?"
    counted = count if word == _COUNTED[language] else rf"(?P<one>\b(?:{one})\s)?"
    return re.compile(rf"{counted}(?<!\w){word}s?\b", re.IGNORECASE)


def _counts(language: str) -> str:
    return "|".join([r"\d{1,2}", *sorted(hour_words(language), key=len, reverse=True)])


def _is_certain(match: re.Match[str], word: str, language: str) -> bool:
    groups = match.groupdict()
    if word == _COUNTED[language]:
        return any(groups[name] for name in ("half", "one", "count"))
    # "En quarantaine" is a stay, "la trentaine" an age.
    followed = re.match(r"\sd(?:e\b|['’])", match.string[match.end() :]) is not None
    return language == "fr" and word.endswith(("aine", "ier")) and followed and bool(groups["one"])


def _placeable(
    match: re.Match[str], values: tuple[int, ...], certain: bool, translated: bool
) -> Placeable:
    groups = match.groupdict()
    written = (groups.get("count") or "").strip().lower()
    base = "fr" if match.group().lower().rstrip("s").endswith("douzaine") else "en"
    count = int(written) if written.isdigit() else hour_words(base).get(written, 1)
    half = 2 if groups.get("half") else 1
    first, *others = (number_key(Decimal(value * count) / half) for value in values)
    # A translation may say any of them for the other.
    also: Keys = frozenset(others if count == 1 else ())
    return Placeable(
        Kind.NUMBER,
        *match.span(),
        match.group(),
        frozenset({first}) | (also if translated else frozenset()),
        frozenset() if translated else also,
        spelled=True,
        doubtful=not certain,
        by_name=True,
    )
