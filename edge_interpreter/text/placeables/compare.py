"""Compares the placeables of a sentence with those of its translation, and repairs what is safe."""

import re
from dataclasses import dataclass
from decimal import Decimal

from edge_interpreter.text.masks import Mask
from edge_interpreter.text.placeables.clock import named_months, write_time
from edge_interpreter.text.placeables.model import Keys, Kind, Placeable, number_key
from edge_interpreter.text.placeables.numerals import ascii_digits, write_number
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
    known = frozenset(key for item in wanted for key in item.keys | item.parts | item.loose)
    extra = tuple(
        item
        for item in unused
        if not (item.spelled or item.keys & known or (item.parts and item.parts <= known | {"n:0"}))
    )
    if not extra:
        # "24 heures sur 24" is "24 hours a day": said once is enough where nothing else was said.
        missing = [item for item in missing if not any(item.keys & o.keys for o in everything)]
    return Comparison(tuple(missing), tuple(foreign), extra)


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


def repair(sentence: str, translation: str, source: str, target: str) -> str:
    """The translation with those placeables put right whose place in it is beyond doubt.

    A number in the wrong language's notation is rewritten; one wrong placeable takes the value of
    the one missing of its kind. What cannot be placed is left for the caller to mark.
    """
    found = compare(sentence, translation, source, target)
    pairs = [*found.foreign, *_aligned(found)]
    edits = [edit for pair in pairs if (edit := _edit(*pair, target))]
    for start, end, text in sorted(edits, reverse=True):
        translation = translation[:start] + text + translation[end:]
    return translation


def _aligned(found: Comparison) -> list[Pair]:
    """Missing and extra placeables that can only belong together."""
    missing = [item for item in found.missing if not item.spelled]
    extra = list(found.extra)
    pairs: list[Pair] = []
    for item in tuple(missing):
        match = next((other for other in extra if _same_digits(item, other)), None)
        if match:
            pairs.append((item, match))
            missing.remove(item)
            extra.remove(match)
    for kind in Kind:
        left = [item for item in missing if item.kind is kind]
        right = [item for item in extra if item.kind is kind]
        if len(left) == len(right) == 1 and not any(
            item.spelled and item.kind is kind for item in found.missing
        ):
            pairs.append((left[0], right[0]))
    return pairs


def _same_digits(item: Placeable, other: Placeable) -> bool:
    mine, theirs = (re.sub(r"\D", "", ascii_digits(each.text)) for each in (item, other))
    return mine == theirs and len(mine) > 1 and item.multiplier == other.multiplier


def _edit(item: Placeable, other: Placeable, target: str) -> tuple[int, int, str] | None:
    if item.kind is Kind.TIME:
        written = write_time(item.keys, target)
        return (other.start, other.end, written) if written else None
    value = item.number()
    if item.kind is not Kind.NUMBER or value is None or other.numeral is None:
        return other.start, other.end, item.text
    scaled = value.scaleb(-other.multiplier).normalize()
    decimals = item.decimals if item.multiplier == other.multiplier else 0
    grouped = abs(scaled) >= 10_000 or bool(re.search(r"\d[^\d]\d{3}(?!\d)", item.text))
    written = write_number(abs(scaled), target, decimals, grouped)
    start, end = other.numeral
    return start, end, f"-{written}" if scaled < 0 and start == other.start else written


_SYMBOLS = "$€£¥₹"
# A smaller number in words is as often a turn of phrase ("the two of us").
_WRITTEN_OUT = 20


def written_in(item: Placeable, sentence: str, target: str) -> Mask | None:
    """What a placeable of a sentence is to be in the translation, to be put there by a mask.

    A currency sign before the number is taken along. None for what cannot be written for sure.
    """
    if item.spelled and (item.kind is not Kind.NUMBER or (item.number() or 0) < _WRITTEN_OUT):
        return None
    if item.kind is Kind.TIME:
        written = write_time(item.keys, target)
        return Mask(item.start, item.end, written) if written else None
    value = item.number()
    if item.kind is not Kind.NUMBER or value is None:
        return None if item.kind is Kind.MONTH else Mask(item.start, item.end, item.text)
    start, end = (item.start, item.end) if item.spelled else item.numeral or (item.start, item.end)
    if item.numeral and item.multiplier:
        value = value.scaleb(-item.multiplier).normalize()
    if value < 0:
        start = item.start
    written = write_number(value, target, item.decimals, grouped=abs(value) >= 10_000)
    symbol = sentence[start - 1] if start and sentence[start - 1] in _SYMBOLS else ""
    if symbol:
        english = base_language(target) in ("en", "zh", "ja", "ko")
        written = symbol + written if english else f"{written}\N{NO-BREAK SPACE}{symbol}"
    return Mask(start - len(symbol), end, written, as_number=not symbol and value >= 0)
