"""Numbers written in words: found in a text, or as a language would write a value.

Finding is text2num's (en, fr, es, pt, de, nl, da, it) and, for Chinese and Japanese numerals, our
own; spelling is num2words'.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from num2words import num2words
from text_to_num import find_numbers

from edge_interpreter.languages import find, is_known

_PARSED = frozenset({"en", "fr", "es", "pt", "de", "nl", "da", "it"})
_INFLECTED = " ru uk be pl cs sk hr sr bs sl bg mk lt lv et fi hu is ar he "
_NUM2WORDS = {"nb": "no", "nn": "no", "kk": "kz", "bs": "sr", "hr": "sr"}
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|\s+|.")

MULTIPLIERS: dict[str, dict[str, int]] = {
    "en": {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "hundred": 2},
    "fr": {"mille": 3, "million": 6, "milliard": 9, "billion": 12},
    "es": {"mil": 3, "millón": 6, "millon": 6, "mil millones": 9, "billón": 12},
    "de": {"tausend": 3, "million": 6, "millionen": 6, "milliarde": 9, "milliarden": 9},
    "it": {"mila": 3, "milione": 6, "milioni": 6, "miliardo": 9, "miliardi": 9},
    "pt": {"mil": 3, "milhão": 6, "milhões": 6, "bilhão": 9, "bilhões": 9, "mil milhões": 9},
    "nl": {"duizend": 3, "miljoen": 6, "miljard": 9},
    "da": {"tusind": 3, "million": 6, "millioner": 6, "milliard": 9, "milliarder": 9},
    "ru": {"тысяч": 3, "тыс": 3, "миллион": 6, "млн": 6, "миллиард": 9, "млрд": 9},
    "zh": {"万": 4, "萬": 4, "百万": 6, "亿": 8, "億": 8, "十亿": 9},
    "ja": {"千": 3, "万": 4, "億": 8},
    "ko": {"천": 3, "만": 4, "억": 8},
}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number in words at `start:end` of a text; `digits` keeps the zeros of "zéro six"."""

    start: int
    end: int
    value: Decimal
    digits: str
    ordinal: bool = False


class _Word:
    """What text2num wants to be given; it finds groups across punctuation unless told not to."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text

    def nt_separated(self, _previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return self._text[0].isdigit()


@lru_cache(maxsize=512)
def base_language(tag: str) -> str:
    """The bare language of a tag, empty where it is unknown."""
    return find(tag).tag.split("-")[0] if is_known(tag) else ""


def can_find_words(language: str) -> bool:
    """Whether `spelled_numbers` knows the language."""
    return base_language(language) in _PARSED


def spelled_numbers(text: str, language: str) -> list[Spelled]:
    """Numbers in words, in order; none where the language is not known here.

    One and zero are among them, though their words have other meanings too.
    """
    base = base_language(language)
    if base in ("zh", "yue", "ja"):
        return _chinese(text)
    if base not in _PARSED:
        return []
    matches = list(_TOKEN.finditer(text))
    tokens = [match.group() for match in matches]
    if base == "fr":
        tokens = _without_coins_and_miles(tokens)
    tokens = [_UNREAD.get(token.lower(), token) for token in tokens]
    found = find_numbers([_Word(token) for token in tokens], base, 0.0)
    spelled = []
    for item in found:
        start, end = matches[item.start].start(), matches[item.end - 1].end()
        if not any(character.isdigit() for character in text[start:end]):
            value = Decimal(str(item.value)).normalize()
            spelled.append(Spelled(start, end, value, item.text, item.is_ordinal))
    return spelled


# What text2num does not know, as something that it does; "three fours" is no 34.
_UNREAD = {"sixtieth": "sixty", "vingtsième": "vingtième"} | dict.fromkeys(
    ("ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines"), "_"
)
_BEFORE_HUNDREDS = frozenset(
    {"deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"}
    | {"onze", "douze", "treize", "quatorze", "quinze", "seize"}
)


def _without_coins_and_miles(tokens: list[str]) -> list[str]:
    """With words that are no numbers for "milles" and for the "cents" of "vingt cents"."""
    plain, before = [], ""
    for token in tokens:
        word = token.lower()
        coin = word == "cents" and before not in _BEFORE_HUNDREDS
        plain.append("_" if coin or word == "milles" else token)
        before = word if word.strip(" -\N{NO-BREAK SPACE}") else before
    return plain


_CHINESE_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CHINESE_NUMERAL = re.compile("[〇零一二两兩三四五六七八九十百千万萬亿億]+")


def _chinese(text: str) -> list[Spelled]:
    return [
        Spelled(*match.span(), value := _chinese_value(match.group()), f"{value:f}")
        for match in _CHINESE_NUMERAL.finditer(text)
    ]


def _chinese_value(numeral: str) -> Decimal:
    if all(character in _CHINESE_DIGITS for character in numeral):
        return Decimal("".join(str(_CHINESE_DIGITS[character]) for character in numeral))
    total = section = digit = 0
    for character in numeral:
        if character in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[character]
        elif character in _CHINESE_UNITS:
            section += (digit or 1) * _CHINESE_UNITS[character]
            digit = 0
        else:
            total += (section + digit or 1) * _CHINESE_MYRIADS[character]
            section = digit = 0
    return Decimal(total + section + digit).normalize()


@lru_cache(maxsize=4096)
def spellings(value: Decimal, language: str) -> tuple[str, ...]:
    """How a language writes a whole number in words, cardinal and ordinal, folded for comparing."""
    base = base_language(language)
    if value != value.to_integral_value() or not 0 <= value < 10**12:
        return ()
    written = []
    for form in ("cardinal", "ordinal", "year"):
        try:
            written.append(str(num2words(int(value), lang=_NUM2WORDS.get(base, base), to=form)))
        except (NotImplementedError, KeyError, IndexError, TypeError, ValueError, OverflowError):
            # num2words lacks the language or the form; what it has is enough.
            continue
    return tuple(dict.fromkeys(filter(None, map(fold, written))))


def says_in_words(text: str, value: Decimal, language: str) -> bool:
    """Whether a text has a whole number in words, as far as the language's forms are known."""
    folded = fold(text)
    inflected = f" {base_language(language)} " in _INFLECTED
    return any(_says(folded, words, inflected) for words in spellings(value, language))


def _says(folded: str, words: str, inflected: bool) -> bool:
    if not words.isascii() and words[0] > "\u2e80":
        return words in folded
    if inflected:
        # два, двух, двумя: the stem decides.
        words = " ".join(
            rf"{re.escape(word[: max(2, len(word) - 2)])}\w*" for word in words.split()
        )
        return re.search(rf"\b{words}\b", folded) is not None
    return re.search(rf"\b{re.escape(words)}\b", folded) is not None


def fold(text: str) -> str:
    """Lower case, hyphens and commas as spaces, single spaces."""
    return " ".join(re.sub(r"[-,،]", " ", text.lower()).split())


@cache
def multiplier_pattern(language: str) -> str:
    """A pattern for the multipliers of a language, longest first; empty where none are known."""
    words: Sequence[str] = sorted(MULTIPLIERS.get(language, {}), key=len, reverse=True)
    return "|".join(map(re.escape, words))


@cache
def hour_words(language: str) -> dict[str, int]:
    """The hours 1 to 24 in words → their number; empty where num2words lacks the language."""
    try:
        words = {str(num2words(hour, lang=language)): hour for hour in range(1, 25)}
    except NotImplementedError:
        return {}
    if language == "fr":
        words["une"] = 1
        words["vingt et une"] = 21
    return words
