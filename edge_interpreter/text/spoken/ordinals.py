"""Ordinals, and the Roman numerals of kings, chapters and centuries."""

import re

from edge_interpreter.text.spoken.numbers import cardinal, ordinal
from edge_interpreter.text.spoken.words import Words

_ROMAN_NUMERAL = r"(?P<roman>(?=[XVI])X{0,3}(?:IX|IV|V?I{0,3}))"
_ROMAN = re.compile(rf"\b(?P<before>[^\W\d_]+\s){_ROMAN_NUMERAL}(?!\w)")
_ROMAN_ORDINAL = re.compile(rf"\b{_ROMAN_NUMERAL}(?:e|er|ère|ème|ᵉ)(?!\w)")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_REGNAL = frozenset(
    {"alexander", "benedict", "catherine", "charles", "edward", "elizabeth", "francis"}
    | {"frederick", "george", "gregory", "henry", "ivan", "james", "john", "leo", "louis"}
    | {"napoleon", "nicholas", "paul", "peter", "philip", "pius", "richard", "william"}
)
_FRENCH_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,6})\s?(er|re|ère|nde?|e|ème|ième|eme)(s?)\b")


def ordinals(text: str, words: Words) -> str:
    """1st, 2e, 3º, and numbers of kings and centuries in Roman numerals."""
    if words.language == "en":
        text = re.sub(
            r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d{1,6})(?:st|nd|rd|th)\b",
            lambda match: ordinal(int(match[1].replace(",", "")), "en"),
            text,
            flags=re.IGNORECASE,
        )
    elif words.language == "fr":
        text = _FRENCH_ORDINAL.sub(_french, text)
        text = _ROMAN_ORDINAL.sub(lambda match: _french_ordinal(_roman_value(match[1])), text)
    elif words.language in ("es", "it", "pt"):
        text = re.sub(
            r"(?<![\w.,])(\d{1,4})\.?([ºª])",
            lambda match: _romance(int(match[1]), match[2], words.language),
            text,
        )
    if words.language in ("en", "fr"):
        text = _ROMAN.sub(lambda match: _roman(match, words), text)
    return text


def _french(match: re.Match[str]) -> str:
    value, ending, plural = int(match[1]), match[2], match[3]
    if value == 1:
        return ("première" if ending in ("re", "ère") else "premier") + plural
    if value == 2 and ending.startswith("nd"):
        return ("seconde" if ending == "nde" else "second") + plural
    return _french_ordinal(value) + plural


def _french_ordinal(value: int) -> str:
    return "premier" if value == 1 else ordinal(value, "fr")


def _romance(value: int, sign: str, language: str) -> str:
    spoken = ordinal(value, language)
    return re.sub(r"o\b", "a", spoken) if sign == "ª" else spoken


def _roman(match: re.Match[str], words: Words) -> str:
    """The number of a king or a chapter: two letters or more, after a word with a capital."""
    roman, before = match["roman"], match["before"]
    if len(roman) < 2 or not before[0].isupper() or before.strip().isupper():
        return match.group()
    value = _roman_value(roman)
    if words.language == "en" and before.strip().lower() in _REGNAL:
        return f"{before}the {ordinal(value, 'en')}"
    return before + cardinal(value, words.language)


def _roman_value(roman: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in roman]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))
