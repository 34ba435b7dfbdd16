"""Whether numbers arrive: those that were said against those that are shown.

Made apart from the checks of the product (`text/placeables`), so that it can find their errors.
"""

import re
from collections import Counter
from dataclasses import dataclass

from text_to_num import alpha2digit

_SPELLED = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "ca"})
_SMALLEST_SPELLED = 3
_SHORTEST_READ_OUT = 3
_GROUPED = re.compile(r"(?<=\d)[ ,.'’\u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_AFTERNOON = re.compile(r"\b(1[3-9]|2[0-3])(?= ?[h:])")


@dataclass(frozen=True, slots=True)
class NumberCounts:
    """What became of the numbers that were said; add two to pool them.

    `kept` are shown with their value; `marked` are not, and the caption says so; `lost` are not,
    and it does not. `misheard` are those of `lost` that were not recognised either.
    """

    said: int = 0
    kept: int = 0
    marked: int = 0
    lost: int = 0
    misheard: int = 0

    def __add__(self, other: "NumberCounts") -> "NumberCounts":
        return NumberCounts(
            self.said + other.said,
            self.kept + other.kept,
            self.marked + other.marked,
            self.lost + other.lost,
            self.misheard + other.misheard,
        )


def numbers_said(text: str, language: str) -> Counter[str]:
    """The numbers of a text as strings of digits; "one" and "two" in words may be no numbers."""
    return _numbers(text, language, _SMALLEST_SPELLED)


def numbers_shown(text: str, language: str) -> Counter[str]:
    """The numbers of a translation, read generously: every word for a number, 17 h as 5 too."""
    found = _numbers(text, language, 0)
    found.update(str(int(hour) - 12) for hour in _AFTERNOON.findall(text))
    return found


def count_numbers(
    said: str, heard: str, shown: str, source: str, target: str, *, marked: bool
) -> NumberCounts:
    """Compare one passage; `marked` says that its caption admits to lack something."""
    wanted = numbers_said(said, source)
    missing = _without_read_out(wanted - numbers_shown(shown, target), shown)
    unheard = _without_read_out(missing - numbers_shown(heard, source), heard)
    lost = 0 if marked else missing.total()
    return NumberCounts(
        said=wanted.total(),
        kept=wanted.total() - missing.total(),
        marked=missing.total() - lost,
        lost=lost,
        misheard=0 if marked else unheard.total(),
    )


def _without_read_out(missing: Counter[str], text: str) -> Counter[str]:
    """Without the long numbers that stand in the text digit by digit or in groups: 7, 6, 3, 1."""
    digits = re.sub(r"\D", "", text)
    return Counter(
        {
            number: count
            for number, count in missing.items()
            if len(number) < _SHORTEST_READ_OUT or number not in digits
        }
    )


def _numbers(text: str, language: str, threshold: int) -> Counter[str]:
    base = language.partition("-")[0]
    if base in _SPELLED:
        text = alpha2digit(text, base, threshold=threshold)
    ungrouped = _GROUPED.sub("", text)
    return Counter(_value(number) for number in _NUMBER.findall(ungrouped))


def _value(number: str) -> str:
    whole, point, fraction = number.replace(",", ".").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if point and fraction else whole
