"""Puts right in a translation those placeables whose place in it is beyond doubt."""

import re

from edge_interpreter.text.masks import Mask
from edge_interpreter.text.placeables.compare import Comparison, Pair, compare
from edge_interpreter.text.placeables.model import Kind, Placeable
from edge_interpreter.text.placeables.numerals import ascii_digits, write_number
from edge_interpreter.text.placeables.times import write_said_time, write_time
from edge_interpreter.text.placeables.words import base_language

_SYMBOLS = "$€£¥₹"
# A smaller number in words is as often a turn of phrase ("the two of us").
_WRITTEN_OUT = 20


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
    extra = [item for item in found.extra if not item.spelled]
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


def written_in(item: Placeable, sentence: str, target: str) -> Mask | None:
    """What a placeable of a sentence is to be in the translation, to be put there by a mask.

    A currency sign before the number is taken along. None for what cannot be written for sure.
    """
    if item.kind is Kind.TIME:
        written = write_said_time(item, target) if item.spelled else write_time(item.keys, target)
        return Mask(item.start, item.end, written) if written else None
    if item.spelled and item.kind is Kind.PHONE:
        digits = next(key[2:] for key in item.keys if key.startswith("s:"))
        return Mask(item.start, item.end, digits)
    if item.spelled and (item.kind is not Kind.NUMBER or (item.number() or 0) < _WRITTEN_OUT):
        return None
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
