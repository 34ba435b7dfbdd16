"""Compares the placeables of a sentence with those of its translation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_interpreter.text.placeables.dates import named_months
from edge_interpreter.text.placeables.fractions import knows_fraction, says_fraction
from edge_interpreter.text.placeables.model import Keys, Kind, Placeable
from edge_interpreter.text.placeables.numerals import ascii_digits
from edge_interpreter.text.placeables.otherwise import said_otherwise
from edge_interpreter.text.placeables.scan import placeables
from edge_interpreter.text.placeables.words import base_language, can_find_words, says_in_words

_VERBATIM = frozenset({Kind.EMAIL, Kind.URL, Kind.CODE})
Pair = tuple[Placeable, Placeable]


# Languages whose numbers in words are all read, so that one from nowhere is one.
_READ_FULLY = frozenset({"en", "fr"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the placeables of a sentence in its translation.

    `missing` are those of the sentence that the translation lacks; `foreign` pairs (source,
    translation) have the right number in another language's way of writing, to be rewritten;
    `extra` are those of the translation that nothing in the sentence accounts for; `invented`
    those of them that cannot be a turn of phrase.
    """

    missing: tuple[Placeable, ...]
    foreign: tuple[Pair, ...]
    extra: tuple[Placeable, ...]
    invented: tuple[Placeable, ...] = ()


def compare(sentence: str, translation: str, source: str, target: str) -> Comparison:
    """Match the placeables of both; languages are BCP-47 tags."""
    wanted = sorted(placeables(sentence, source), key=lambda item: item.doubtful)
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
    lacking = [
        item
        for item in waiting
        if item.keys
        and not _take_parts(item, unused)
        and not _is_said(item, wanted, everything, translation, target)
        and not said_otherwise(item, sentence, translation, source, target)
        and not _half_hour(item, sentence, everything, translation, target)
    ]
    unread = _without(wanted, sentence)
    fully = {base_language(source), base_language(target)} <= _READ_FULLY
    extra = tuple(
        item
        for item in unused
        if not (item.doubtful or item.kind is Kind.MONTH or (item.spelled and not fully))
        and not _accounted_for(item, wanted)
        and not _in_words(item, unread, source)
    )
    if not fully:
        lacking = [item for item in lacking if not (item.doubtful or item.by_name)]
    missing = [item for item in lacking if not item.doubtful or _replaced(item, extra)]
    if not extra:
        # "24 heures sur 24" is "24 hours a day": said once is enough where nothing else was said.
        missing = [item for item in missing if not any(item.keys & o.keys for o in everything)]
    missing.sort(key=lambda item: item.start)
    invented = extra if fully else tuple(item for item in extra if _digit_count(item) >= 3)
    return Comparison(tuple(missing), tuple(foreign), extra, invented)


def _replaced(item: Placeable, extra: Sequence[Placeable]) -> bool:
    """Whether what may be no number is one, since the translation has another of its kind."""
    return any(other.kind is item.kind for other in extra)


def _digit_count(item: Placeable) -> int:
    return sum(character.isdigit() for character in item.text)


def _accounted_for(item: Placeable, wanted: Sequence[Placeable]) -> bool:
    """Whether what a translation says comes from the sentence, whole or in pieces."""
    keys = frozenset(key for each in wanted for key in each.keys | each.loose)
    inside = frozenset(key for each in wanted for key in each.parts)
    # An hour is one, without saying so.
    implied = keys | {"n:0", "n:1"}
    return bool(item.keys & (keys | inside)) or (bool(item.parts) and item.parts <= implied)


def _take(item: Placeable, unused: list[Placeable]) -> bool:
    matches = [other for other in unused if item.keys & other.keys]
    if not matches:
        return False
    unused.remove(min(matches, key=lambda other: (other.kind != item.kind, other.spelled)))
    return True


def _take_parts(item: Placeable, unused: list[Placeable]) -> bool:
    """Whether the translation says it in pieces, as "2 h 30" is said "2 hours and 30 minutes"."""
    wanted = item.parts - {"n:0"}
    if item.kind in (*_VERBATIM, Kind.PHONE):
        return False
    if item.kind is Kind.TIME and not _may_be_duration(item):
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


def _is_said(
    item: Placeable,
    wanted: Sequence[Placeable],
    everything: tuple[Placeable, ...],
    translation: str,
    target: str,
) -> bool:
    """Whether a translation has a placeable as part of another one, or in other words."""
    if any(_is_part(item, other) and _accounted_for(other, wanted) for other in everything):
        return True
    if item.kind in _VERBATIM:
        return item.text.casefold() in translation.casefold()
    if item.kind is Kind.PHONE:
        digits = _digits_of(item.keys)
        return _has_digits(digits, translation) or digits in _one_by_one(everything)
    months = named_months(translation, target)
    if item.kind is Kind.MONTH:
        return bool(item.keys & months)
    if item.kind is Kind.DATE:
        return _date_in_words(item.keys, everything, months)
    if item.kind is Kind.TIME:
        return False
    fraction = next((key[2:] for key in item.keys if key.startswith("f:")), None)
    if fraction:
        return not knows_fraction(fraction, target) or says_fraction(fraction, translation, target)
    # "Cinquante-cinq" has the words of fifty: what was read as a number is none of another.
    unread = _without(everything, translation) if can_find_words(target) else translation
    return _in_words(item, unread, target)


def _in_words(item: Placeable, text: str, language: str) -> bool:
    value = item.number()
    return value is not None and value >= 0 and says_in_words(text, value, language)


def _without(items: Sequence[Placeable], text: str) -> str:
    for item in items:
        text = text[: item.start] + "\0" * (item.end - item.start) + text[item.end :]
    return text


def _is_part(item: Placeable, other: Placeable) -> bool:
    # Noon, 12 h, is no part of 12:00 am.
    return bool(item.keys & other.parts) and not item.kind is other.kind is Kind.TIME


def _digits_of(keys: Keys) -> str:
    return next((key[2:] for key in keys if key.startswith("s:")), "")


def _has_digits(digits: str, text: str) -> bool:
    """Whether a string of digits stands in a text, whatever separates its groups."""
    separated = r"[\s().\-/,]*".join(digits)
    return re.search(rf"(?<!\d){separated}(?!\d)", ascii_digits(text)) is not None


def _one_by_one(items: Sequence[Placeable]) -> str:
    """The digits of every number of a text in their order."""
    values = (item.number() for item in items)
    return "".join(f"{value:f}" for value in values if value is not None)


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


# "À deux heures et demie" is no stretch of time, "à deux heures et demie de Paris" is.
_OF_DAY = re.compile(r"(?:\b(?:at|by|until|till|it is|à|vers|dès|est|était))\s$", re.IGNORECASE)
_OF = re.compile(r"\s(?:de\s|d['’]|from|away)", re.IGNORECASE)


def _half_hour(
    item: Placeable,
    sentence: str,
    everything: tuple[Placeable, ...],
    translation: str,
    target: str,
) -> bool:
    """Whether "une heure et demie" was taken for a stretch of time: an hour and a half."""
    if _OF_DAY.search(sentence[: item.start]) and not _OF.match(sentence, item.end):
        return False
    numbers = frozenset(key for other in everything for key in other.keys | other.parts) | {"n:1"}
    for key in item.keys if item.kind is Kind.TIME else ():
        hour, _, minute = key.removeprefix("t:").partition(":")
        words = _FRACTIONS.get(base_language(target), {}).get(minute)
        if words and f"n:{hour}" in numbers and re.search(rf"\b{words}\b", translation, re.I):
            return True
    return False
