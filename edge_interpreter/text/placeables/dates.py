"""Dates in digits, and months that are named."""

import re
from collections.abc import Iterator
from decimal import Decimal

from edge_interpreter.text.placeables.model import (
    Keys,
    Kind,
    Placeable,
    date_key,
    digits_key,
    month_key,
    number_key,
)
from edge_interpreter.text.placeables.months import month_pattern, months
from edge_interpreter.text.placeables.words import Spelled, base_language, spelled_numbers

_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
_EAST_ASIAN_DATE = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]")
_EAST_ASIAN_MONTH = re.compile(r"(1[0-2]|0?[1-9])\s?[月월]")
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})(?:/(?P<b>\d{1,2})/(?P<y>\d{4}|\d{2})"
    r"|(?P<sep>[.-])(?P<b2>\d{1,2})(?P=sep)(?P<y2>\d{4}))(?![\d/-])"
)


def dates(text: str, language: str) -> Iterator[Placeable]:
    """Dates in digits, and the months that stand beside a number."""
    base = base_language(language)
    for match in _ISO.finditer(text):
        year, month, day = map(int, match.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield _date(match, {(year, month, day)}, f"{year}{month:02}{day:02}")
    for match in _NUMERIC.finditer(text):
        first, second = int(match["a"]), int(match["b"] or match["b2"])
        year = int(match["y"] or match["y2"])
        orders = {(year, second, first)} | ({(year, first, second)} if base == "en" else set())
        valid = {(y, m, d) for y, m, d in orders if 1 <= m <= 12 and 1 <= d <= 31}
        if valid:
            yield _date(match, valid, f"{first}/{second}/{year}")
    for match in _EAST_ASIAN_DATE.finditer(text):
        year, month, day = map(int, match.groups())
        yield _date(match, {(year, month, day)}, f"{year}{month:02}{day:02}")
    yield from _months(text, base)


def _date(match: re.Match[str], readings: set[tuple[int, int, int]], verbatim: str) -> Placeable:
    keys = {date_key(*reading) for reading in readings} | {digits_key(verbatim)}
    parts = {number_key(Decimal(reading[0])) for reading in readings}
    parts |= {number_key(Decimal(reading[2])) for reading in readings}
    parts |= {month_key(reading[1]) for reading in readings}
    return Placeable(
        Kind.DATE, *match.span(), match.group(), frozenset(keys), parts=frozenset(parts)
    )


def _months(text: str, language: str) -> Iterator[Placeable]:
    for match in _EAST_ASIAN_MONTH.finditer(text):
        keys = frozenset({month_key(int(match[1]))})
        yield Placeable(Kind.MONTH, *match.span(), match.group(), keys)
    names = month_pattern(language)
    if not names:
        return
    for item in spelled_numbers(text, language):
        month = beside_month(text, item, language)
        if month:
            yield month
    beside = rf"(?:\d(?:st|nd|rd|th|er)?\.?,?\s(?:of\s|de\s)?(?P<a>{names})\b)"
    before = rf"(?:\b(?P<b>{names})\.?,?\s(?:the\s|de\s|del\s)?\d)"
    for match in re.finditer(f"{beside}|{before}", text, re.IGNORECASE):
        group = "a" if match["a"] else "b"
        number = months(language)[match[group].lower()]
        keys = frozenset({month_key(number)})
        yield Placeable(Kind.MONTH, *match.span(group), match[group], keys, spelled=True)


def beside_month(text: str, item: Spelled, language: str) -> Placeable | None:
    """The month that a number in words is a day of: the third of May, le premier mai."""
    base = base_language(language)
    # "Sept" is seven.
    names = month_pattern(base, short=False)
    if not names or not 1 <= item.value <= 31:
        return None
    match = re.compile(rf"\s(?:of\s|de\s)?(?P<m>{names})\b", re.I).match(text, item.end)
    # "May three people come in?", "which one may": English writes a day as an ordinal.
    if item.ordinal and not match:
        match = re.search(rf"\b(?P<m>{names})\s(?P<the>the\s)?$", text[: item.start], re.I)
    if match is None or (base == "en" and not item.ordinal):
        return None
    if match.groupdict().get("the") and match["m"].lower() in ("may", "march"):
        return None
    key = frozenset({month_key(months(base)[match["m"].lower()])})
    return Placeable(Kind.MONTH, *match.span("m"), match["m"], key, spelled=True)


def named_months(text: str, language: str) -> Keys:
    """Keys of every month that a text names, whatever stands beside it."""
    base = base_language(language)
    names = month_pattern(base)
    if not names:
        return frozenset()
    return frozenset(
        month_key(months(base)[match.group().lower()])
        for match in re.finditer(rf"\b(?:{names})\b", text, re.IGNORECASE)
    )
