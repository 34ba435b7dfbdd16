"""Whether amounts keep their currency and their unit: 15 miles must not become 15 km.

Known for the languages of units.toml; between others nothing is checked.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from edge_interpreter.text.masks import Mask
from edge_interpreter.text.placeables.model import Kind, Placeable
from edge_interpreter.text.placeables.numerals import write_number
from edge_interpreter.text.placeables.scan import placeables
from edge_interpreter.text.placeables.words import base_language
from edge_interpreter.text.spoken.words import alternatives

_JOINER = r"[\s-]?(?:d['’]|d[eio] |of )?"
_WORD_BETWEEN = r"(?:[^\W\d_]+\s)??"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and what it counts: `unit` is the name of a table in units.toml.

    `start:end` enclose both, `sign:sign_end` the unit alone.
    """

    number: Placeable
    unit: str
    start: int
    end: int
    sign: int
    sign_end: int


def lost_amounts(sentence: str, translation: str, source: str, target: str) -> list[Amount]:
    """Amounts of a sentence whose unit the translation does not have; languages are BCP-47 tags."""
    if not (_knows(source) and _knows(target)):
        return []
    said = list(_amounts(sentence, source, translated=False))
    lost = _lost(said, translation, target)
    kept = [amount for amount in said if amount not in lost]
    numbers = placeables(sentence, source)
    there = list(_amounts(translation, target, translated=True))
    return lost + [amount for amount in kept if _has_another(amount, numbers, there)]


def mend_units(sentence: str, translation: str, source: str, target: str) -> str:
    """The translation with a unit put right where the number before or after it is the same."""
    if not (_knows(source) and _knows(target)):
        return translation
    said = list(_amounts(sentence, source, translated=False))
    right = {amount.unit for amount in said}
    for lost in _lost(said, translation, target):
        for amount in _amounts(translation, target, translated=True):
            same = lost.number.keys & amount.number.keys
            if (
                same
                and amount.unit not in right
                and amount.end - amount.start <= len(amount.number.text) + _NEAREST
            ):
                written = _written(lost, target, translation[amount.sign : amount.sign_end])
                translation = translation[: amount.sign] + written + translation[amount.sign_end :]
                break
    return translation


def written_amount(amount: Amount, target: str) -> Mask | None:
    """What an amount is to be in a translation; None where its number has no one value."""
    value = amount.number.number()
    if value is None:
        return None
    written = write_number(value, target, amount.number.decimals, grouped=abs(value) >= 10_000)
    return Mask(amount.start, amount.end, f"{written} {_word(amount, target)}")


_NEAREST = 16
"""A unit further from its number than a word may belong to another one."""


def _lost(said: list[Amount], translation: str, target: str) -> list[Amount]:
    base = base_language(target)
    return [
        amount
        for amount in said
        if _words(amount.unit, base) and not _mention(amount.unit, base).search(translation)
    ]


def _has_another(amount: Amount, numbers: list[Placeable], there: list[Amount]) -> bool:
    """Whether a unit went to another number: 5 euros for 20 chairs, 20 euros for 5 chairs."""
    counted = [
        other.number.keys
        for other in there
        if other.unit == amount.unit and other.number.number() is not None
    ]
    others = [number.keys for number in numbers if not number.keys & amount.number.keys]
    return (
        amount.number.number() is not None
        and bool(counted)
        and not any(keys & amount.number.keys for keys in counted)
        and any(keys & other for keys in counted for other in others)
    )


def _written(lost: Amount, target: str, replaced: str) -> str:
    """The unit as a sign where a sign stood, else as a word."""
    signs = _signs(lost.unit, translated=False)
    if not replaced.isalpha() and signs and not signs[0].isalpha():
        return signs[0]
    return _word(lost, target)


def _word(amount: Amount, target: str) -> str:
    one, many = _words(amount.unit, base_language(target))[:2]
    value = amount.number.number()
    return one if value is not None and abs(value) == 1 else many


def _amounts(text: str, language: str, *, translated: bool) -> Iterator[Amount]:
    before, after = _patterns(base_language(language), translated)
    for number in placeables(text, language, translated=translated):
        if number.kind is not Kind.NUMBER:
            continue
        found = after.match(text, number.end) or before.search(text[: number.start])
        if found is None or found.lastgroup is None:
            continue
        sign, sign_end = found.span(found.lastgroup)
        yield Amount(
            number,
            _unit_of(found[found.lastgroup], language),
            min(number.start, sign),
            max(number.end, sign_end),
            sign,
            sign_end,
        )


@cache
def _patterns(language: str, translated: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Of a unit that ends before a number, and of one that follows it."""
    signs = alternatives(name for each in _table() for name in _signs(each, translated))
    words = alternatives(name for each in _table() for name in _words(each, language, translated))
    return (
        re.compile(rf"(?<![^\W\d_])(?P<sign>{signs})\s?$"),
        re.compile(
            rf"\s?(?P<sign>{signs})(?![^\W\d_])"
            rf"|{_JOINER}{_WORD_BETWEEN}(?P<word>(?i:{words}))(?!\w)"
        ),
    )


@cache
def _mention(unit: str, language: str) -> re.Pattern[str]:
    """Of any word or sign of a unit, wherever it stands."""
    words = alternatives(_words(unit, language, translated=True))
    signs = alternatives(_signs(unit, translated=True))
    return re.compile(rf"(?<!\w)(?i:{words})(?!\w)|(?<![^\W\d_])(?:{signs})(?![^\W\d_])")


def _unit_of(name: str, language: str) -> str:
    base = base_language(language)
    return next(
        unit
        for unit in _table()
        if name in _signs(unit, translated=True)
        or name.lower() in (word.lower() for word in _words(unit, base, translated=True))
    )


def _words(unit: str, language: str, translated: bool = False) -> list[str]:
    entry = _table()[unit]
    also = entry.get("also", {}).get(language, []) if translated else []
    return [*entry.get(language, []), *also]


def _signs(unit: str, translated: bool) -> list[str]:
    entry = _table()[unit]
    return [*entry.get("signs", []), *(entry.get("short", []) if translated else [])]


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("units.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _knows(language: str) -> bool:
    return any(base_language(language) in entry for entry in _table().values())
