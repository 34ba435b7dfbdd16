"""One placeable, and what it may be called in another language."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Keys = frozenset[str]
NO_KEYS: Keys = frozenset()


class Kind(StrEnum):
    """What a placeable is; only those of one kind ever replace each other."""

    EMAIL = "email"
    URL = "url"
    CODE = "code"
    PHONE = "phone"
    DATE = "date"
    MONTH = "month"
    TIME = "time"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Placeable:
    """One placeable at `start:end` of a text.

    `keys` name its value independently of language; two placeables are the same when they share
    one. `loose` keys hold if it was written in another language's way. `parts` are numbers that
    it contains. One that is `doubtful` may be no number ("one of these days"): a translation need
    not have it, but may have no other number instead. One with `loose` keys alone is never looked
    for; it accounts for what a translation has (the article "un" for 1).
    One said `by_name` (a dozen, noon, zero, a third) is looked for only between languages whose
    names are all known.
    `numeral` is where the digits of a plain number are, without its sign and the multiplier that
    follows (3 of "3 million", whose `multiplier` is 6); `decimals` counts its digits after the
    separator.
    """

    kind: Kind
    start: int
    end: int
    text: str
    keys: Keys
    loose: Keys = NO_KEYS
    parts: Keys = NO_KEYS
    numeral: tuple[int, int] | None = None
    multiplier: int = 0
    decimals: int = 0
    spelled: bool = False
    doubtful: bool = False
    by_name: bool = False

    def number(self) -> Decimal | None:
        """The value, where the placeable is a number with one certain value."""
        values = [key[2:] for key in self.keys if key.startswith("n:")]
        return Decimal(values[0]) if len(values) == 1 else None


def number_key(value: Decimal) -> str:
    """The key of a number."""
    return f"n:{value.normalize():f}"


def time_key(hour: int, minute: int) -> str:
    """The key of a time of day, 24-hour clock."""
    return f"t:{hour % 24}:{minute:02}"


def date_key(year: int, month: int, day: int) -> str:
    """The key of a date."""
    return f"d:{year}-{month}-{day}"


def month_key(month: int) -> str:
    """The key of a month that is named."""
    return f"m:{month}"


def digits_key(digits: str) -> str:
    """The key of a string of digits whose zeros count, such as a telephone number."""
    return f"s:{digits}"


def digits_in(text: str) -> Keys:
    """Keys of the whole numbers that digits in a text make, whatever stands around them."""
    return frozenset(number_key(Decimal(digits)) for digits in re.findall(r"\d+", text))
