"""Compares the placeables of a sentence with those of its translation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_interpreter.text.placeables.dates import named_months
from edge_interpreter.text.placeables.model import Keys, Kind, Placeable
from edge_interpreter.text.placeables.numerals import ascii_digits
from edge_interpreter.text.placeables.scan import placeables
from edge_interpreter.text.placeables.words import base_language, says_in_words

_VERBATIM = frozenset({Kind.EMAIL, Kind.URL, Kind.CODE})
Pair = tuple[Placeable, Placeable]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the placeables of a sentence in its translation.

    `missing` are those of the sentence that the translation lacks; `foreign` pairs (source,
    translation) have the right number in another language's way of writing, to be rewritten;
    `extra` are those of the translation, written in digits, that nothing in the sentence accounts
    for.
    """

    missing: tuple[Placeable, ...]
    foreign: tuple[Pair, ...]
    extra: tuple[Placeable, ...]


def compare(sentence: str, translation: str, source: str, target: str) -> Comparison:
    """Match the placeables of both; languages are BCP-47 tags."""
    wanted = placeables(sentence, source)
    unused = placeables(translation, target, translated=True)
    everything = tuple(unused)
    waiting = [item for item in wanted if not _take(item, unused)]
    foreign: list[Pair] = []
    for item in tuple(waiting):
        match = next((other for other in unused if item.keys & other.loose), None)
        if match:
            foreign.append((item, match))
            unused.remove(match)
            waiting.remove(item)
    missing = [
        item
        for item in waiting
        if not _take_parts(item, unused)
        and not _said_otherwise(item, everything, translation, target)
    ]
    extra = tuple(item for item in unused if not (item.spelled or _accounted_for(item, wanted)))
    if not extra:
        # "24 heures sur 24" is "24 hours a day": said once is enough where nothing else was said.
        missing = [item for item in missing if not any(item.keys & o.keys for o in everything)]
    return Comparison(tuple(missing), tuple(foreign), extra)


def _accounted_for(item: Placeable, wanted: Sequence[Placeable]) -> bool:
    """Whether what a translation says in digits comes from the sentence, whole or in pieces."""
    keys = frozenset(key for each in wanted for key in each.keys | each.loose)
    inside = frozenset(key for each in wanted for key in each.parts)
    return bool(item.keys & (keys | inside)) or (bool(item.parts) and item.parts <= keys | {"n:0"})


def _take(item: Placeable, unused: list[Placeable]) -> bool:
    matches = [other for other in unused if item.keys & other.keys]
    if not matches:
        return False
    unused.remove(min(matches, key=lambda other: (other.kind != item.kind, other.spelled)))
    return True


def _take_parts(item: Placeable, unused: list[Placeable]) -> bool:
    """Whether the translation says it in pieces, as "2 h 30" is said "2 hours and 30 minutes"."""
    wanted = item.parts - {"n:0"}
    if item.kind in _VERBATIM or (item.kind is Kind.TIME and not _may_be_duration(item)):
        return False
    matches = {part: _holder(part, unused) for part in wanted}
    if not wanted or not all(matches.values()):
        return False
    for match in matches.values():
        if match in unused:
            unused.remove(match)
    return True


def _may_be_duration(item: Placeable) -> bool:
    """Whether a time has minutes and the hour that its digits say, unlike 2:30 pm."""
    hours = {f"n:{key.split(':')[1]}" for key in item.keys if key.startswith("t:")}
    return len(item.parts - {"n:0"}) == 2 and bool(hours & item.parts)


def _holder(part: str, unused: list[Placeable]) -> Placeable | None:
    return next((other for other in unused if part in other.keys), None)


def _said_otherwise(
    item: Placeable, everything: tuple[Placeable, ...], translation: str, target: str
) -> bool:
    if any(item.keys & other.parts for other in everything):
        return True
    if item.kind in _VERBATIM:
        return item.text.casefold() in translation.casefold()
    if item.kind is Kind.PHONE:
        return _digits_of(item.keys) in _joined_digits(translation)
    months = named_months(translation, target)
    if item.kind is Kind.MONTH:
        return bool(item.keys & months)
    if item.kind is Kind.DATE:
        return _date_in_words(item.keys, everything, months)
    if item.kind is Kind.TIME:
        return _half_hour(item.keys, everything, translation, target)
    value = item.number()
    return value is not None and value >= 0 and says_in_words(translation, value, target)


def _digits_of(keys: Keys) -> str:
    return next((key[2:] for key in keys if key.startswith("s:")), "?")


def _joined_digits(text: str) -> str:
    return re.sub(r"(?<=\d)[\s().\-/,]+(?=\+?\(?\d)", "", ascii_digits(text))


def _date_in_words(keys: Keys, everything: tuple[Placeable, ...], months: Keys) -> bool:
    numbers = frozenset(key for other in everything for key in other.keys)
    for key in keys:
        if key.startswith("d:"):
            year, month, day = key[2:].split("-")
            if {f"n:{year}", f"n:{day}"} <= numbers and f"m:{month}" in months:
                return True
    return False


_FRACTIONS = {
    "en": {"30": "half", "15": "quarter"},
    "fr": {"30": "demie?", "15": "quart"},
    "de": {"30": "halb\\w*", "15": "viertel"},
    "es": {"30": "medi[ao]", "15": "cuarto"},
}


def _half_hour(
    keys: Keys, everything: tuple[Placeable, ...], translation: str, target: str
) -> bool:
    """Whether "une heure et demie" was taken for a stretch of time: an hour and a half."""
    numbers = frozenset(key for other in everything for key in other.keys | other.parts) | {"n:1"}
    for key in keys:
        hour, _, minute = key.removeprefix("t:").partition(":")
        words = _FRACTIONS.get(base_language(target), {}).get(minute)
        if words and f"n:{hour}" in numbers and re.search(rf"\b{words}\b", translation, re.I):
            return True
    return False
