"""How each language is read aloud: words for symbols, units and abbreviations, from TOML files.

A language is added with a file of its own beside this module. One without a file is left to the
voice, which knows its own numbers.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from edge_interpreter.text.placeables.words import base_language

Table = Mapping[str, str]
Forms = Mapping[str, tuple[str, ...]]
_NONE: Mapping[str, str] = MappingProxyType({})
_NO_FORMS: Forms = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClockWords:
    """Times of day.

    `hour` is the noun (one, many), said with minutes too where `hour_with_minutes`; `joiner`
    stands between hours and minutes. English has `sharp` (nine o'clock) and `oh` (nine oh five)
    instead. `h` says that 14h30 is a time.
    """

    hour: tuple[str, ...] = ()
    hour_with_minutes: bool = False
    joiner: str = ""
    sharp: str = ""
    oh: str = ""
    h: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One language's.

    `point` is said for the decimal separator, and the digits after it one by one where
    `decimals_by_digit`; `range` in 3-5, `over` in 2/7, `power` in 10^6, `number` for # and №.
    `date` has the fields day, ordinal, month and year; `first_day` stands for day 1. A number
    before one of the nouns of `feminine` ends as `feminine_one` says (pairs of endings), before
    another as `masculine_one`. `of` joins a number in millions and its noun. `ordinal_dot` says
    that "3." is an ordinal before a month. `abbreviations` end in a full stop; `titles` may,
    before a name; `words` need none; those of `before_number` are read so before a number only.
    `currencies` have one, many, and the same for the hundredth; `units` one and many.
    """

    language: str
    point: str
    minus: str
    range: str
    over: str
    power: str
    number: str
    percent: str
    per_mille: str
    date: str
    decimals_by_digit: bool = False
    ordinal_dot: bool = False
    first_day: str = ""
    of: str = ""
    of_before_vowel: str = ""
    feminine: tuple[str, ...] = ()
    masculine_one: tuple[tuple[str, str], ...] = ()
    feminine_one: tuple[tuple[str, str], ...] = ()
    joiner: str = ""
    time: ClockWords = field(default_factory=ClockWords)
    address: Table = field(default_factory=lambda: _NONE)
    symbols: Table = field(default_factory=lambda: _NONE)
    fractions: Table = field(default_factory=lambda: _NONE)
    letters: Table = field(default_factory=lambda: _NONE)
    titles: Table = field(default_factory=lambda: _NONE)
    abbreviations: Table = field(default_factory=lambda: _NONE)
    words: Table = field(default_factory=lambda: _NONE)
    before_number: Table = field(default_factory=lambda: _NONE)
    magnitudes: Table = field(default_factory=lambda: _NONE)
    currencies: Forms = field(default_factory=lambda: _NO_FORMS)
    units: Forms = field(default_factory=lambda: _NO_FORMS)


@cache
def words_of(language: str) -> Words | None:
    """The words of a language (BCP-47 tag), None for one that is left to the voice."""
    base = base_language(language)
    file = resources.files(__package__).joinpath(f"{base}.toml")
    if not base or not file.is_file():
        return None
    table = tomllib.loads(file.read_text("utf-8"))
    clock = table.pop("time", {})
    known = {item.name for item in fields(Words)}
    values = {key: _frozen(value) for key, value in table.items() if key in known}
    return Words(
        language=base,
        time=ClockWords(**{key: _frozen(value) for key, value in clock.items()}),
        **values,
    )


def alternatives(items: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first; for none it never matches."""
    return "|".join(map(re.escape, sorted(items, key=len, reverse=True))) or "(?!)"


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value
