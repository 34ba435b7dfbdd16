"""Dates and years in words."""

import re
from functools import cache

from edge_interpreter.text.placeables.months import month_pattern, months
from edge_interpreter.text.spoken.numbers import cardinal, ordinal, year
from edge_interpreter.text.spoken.words import Words

_ISO = re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d-])")
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?![\d/-]|\.\d)"
)


def dates(text: str, words: Words) -> str:
    """Dates in words, as far as day and month are certain."""
    text = _ISO.sub(
        lambda match: _date(match.group(), int(match["d"]), int(match["m"]), match["y"], words),
        text,
    )
    text = _NUMERIC.sub(lambda match: _numeric(match, words), text)
    if words.language == "en":
        return _english_days(text, words)
    return _days(text, words)


def _numeric(match: re.Match[str], words: Words) -> str:
    first, second = int(match["a"]), int(match["b"])
    # 03/04 is March to some and April to others, and a translation keeps the speaker's order.
    open_to_both = words.language == "en" or match["sep"] == "/"
    if open_to_both and first <= 12 and second <= 12 and first != second:
        slash = f" {words.address['/']} " if words.language == "en" else ", "
        parts = [cardinal(first, words.language), cardinal(second, words.language)]
        return slash.join([*parts, year(int(match["y"]), words)])
    if words.language == "en" and second > 12:
        first, second = second, first
    return _date(match.group(), first, second, match["y"], words)


def _date(written: str, day: int, month: int, year_digits: str, words: Words) -> str:
    names = _month_names(words.language)
    if not (1 <= day <= 31 and 1 <= month <= len(names)):
        return written
    return words.date.format(
        day=_day(day, words),
        ordinal=ordinal(day, words.language),
        month=names[month - 1],
        year=year(int(year_digits), words),
    )


def _day(day: int, words: Words) -> str:
    return words.first_day if day == 1 and words.first_day else cardinal(day, words.language)


@cache
def _month_names(language: str) -> list[str]:
    """January to December."""
    names: dict[int, str] = {}
    for name, number in months(language).items():
        names[number] = max(names.get(number, ""), name, key=len)
    return [names[number] for number in sorted(names)]


@cache
def _english_day_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = month_pattern("en")
    after = rf"\b(?P<month>{names})(?P<dot>\.?)\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]\d)"
    before = (
        r"(?<![\d.,:/-])(?P<the>the\s)?(?P<day>\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?"
        rf"(?P<month>{names})\b\.?"
    )
    year_after = r"(?:,?\s(?P<year>1[1-9]\d\d|20\d\d)\b(?![:.,]\d|\s?[%$€£]))?"
    return (
        re.compile(after + year_after, re.IGNORECASE),
        re.compile(before + year_after, re.IGNORECASE),
    )


def _english_days(text: str, words: Words) -> str:
    after, before = _english_day_patterns()

    def dated(match: re.Match[str], pattern: str) -> str:
        day = int(match["day"])
        # "may" is a verb too: "you may 5" does not happen, "march 40" is no date.
        if not 1 <= day <= 31:
            return match.group()
        spoken = pattern.format(day=ordinal(day, "en"), month=match["month"])
        return f"{spoken}, {year(int(match['year']), words)}" if match["year"] else spoken

    text = before.sub(lambda match: dated(match, "the {day} of {month}"), text)
    return after.sub(lambda match: dated(match, "{month} {day}"), text)


def _days(text: str, words: Words) -> str:
    """The first of a month and, in German, the full stop of ordinals."""
    names = month_pattern(words.language)
    if not names:
        return text
    if words.language == "fr":
        # Without a day before it "sept." is seven at the end of a sentence.
        text = re.sub(r"(?<=\d\s)sept\.", "septembre", text)
    if words.first_day:
        text = re.sub(
            rf"(?<![\d.,:/-])1(?:er|º|°)?\s(?={names}\b)",
            f"{words.first_day} ",
            text,
            flags=re.IGNORECASE,
        )
    if words.ordinal_dot:
        text = re.sub(
            rf"(?<![\d.,:/-])(?P<article>(?:der|die|das)\s)?(?P<day>\d{{1,2}})\.\s?(?={names}\b)",
            lambda match: (
                f"{match['article'] or ''}{ordinal(int(match['day']), words.language)}"
                f"{'' if match['article'] else 'n'} "
            ),
            text,
            flags=re.IGNORECASE,
        )
    return text


_YEAR_CONTEXT = re.compile(
    r"\b(?P<before>(?:in|since|until|till|by|from|of|year|before|after|during|circa|between)\s)"
    r"(?P<year>1[1-9]\d\d|20[1-9]\d)\b(?![:.,]?\d|\s?[%$€£]|\s[a-z]+s\b)",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<![\w.,$€£-])(1[1-9]\d\d|20\d\d)[-–](1[1-9]\d\d|20\d\d)(?![\w-]|[.,]\d)")
_DECADE = re.compile(r"(?<![\w.,])['’]?(?P<century>1[1-9]|20)?(?P<tens>[2-9]0)['’]?s\b")


def years(text: str, words: Words) -> str:
    """English years in pairs of digits where they are certain to be years, and decades."""
    if words.language != "en":
        return text
    text = _DECADE.sub(_decade, text)
    text = _YEARS.sub(
        lambda match: " ".join(
            (year(int(match[1]), words), words.range, year(int(match[2]), words))
        ),
        text,
    )
    return _YEAR_CONTEXT.sub(lambda match: match["before"] + year(int(match["year"]), words), text)


def _decade(match: re.Match[str]) -> str:
    tens = cardinal(int(match["tens"]), "en")[:-1] + "ies"
    return f"{cardinal(int(match['century']), 'en')} {tens}" if match["century"] else tens
