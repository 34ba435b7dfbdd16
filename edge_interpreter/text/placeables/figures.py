"""Plain numbers, in digits and in words."""

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from functools import cache

from edge_interpreter.text.placeables.doubts import in_days, is_doubtful, without_per_cent
from edge_interpreter.text.placeables.model import (
    NO_KEYS,
    Keys,
    Kind,
    Placeable,
    digits_in,
    digits_key,
    number_key,
)
from edge_interpreter.text.placeables.numerals import (
    SPACES,
    loose_values,
    number_format,
    strict_value,
)
from edge_interpreter.text.placeables.words import (
    MULTIPLIERS,
    Spelled,
    base_language,
    multiplier_pattern,
    spelled_numbers,
)

_NUMERAL = (
    rf"\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?![\d])(?:[.,]\d+(?!\d))?"
    r"|\d+(?:[.,'’]\d+)*|(?<![\w.,])[.]\d+"
)
_SPACELESS_NUMERAL = (
    r"\d{1,3}(?:[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]\d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d+(?:[.,'’]\d+)*|(?<![\w.,])[.]\d+"
)
_MINUS_WORDS = {
    "en": "minus|negative",
    "fr": "(?<!au )(?<!du )(?<!ou )moins",
    "es": "menos",
    "de": "minus",
    "it": "meno",
}
_MONEY_SIGNS = ("$", "€", "£")
_MONEY = re.compile(r"\s?(?:[$€£]|(?:dollar|euro|pound|livre)s?\b)", re.IGNORECASE)
_ROMAN = re.compile(
    r"\b(?=[IVXLC]{2})(C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})(?:e|ème|er|th|st)?\b"
)
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def numbers(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    """Numbers in digits with their sign and multiplier."""
    base = base_language(language)
    for match in _numeral_pattern(base, translated).finditer(text):
        numeral = match["numeral"]
        multiplier = MULTIPLIERS.get(base, {}).get((match["multiplier"] or "").lower(), 0)
        if not loose_values(numeral):
            yield from _listed(match)
            continue
        value = strict_value(numeral, language)
        factor = Decimal(10) ** multiplier * (-1 if match["minus"] else 1)
        loose = frozenset(number_key(other * factor) for other in loose_values(numeral))
        # Written in no way of the language: in what was said, any reading may be meant.
        keys = NO_KEYS if translated else loose
        if value is not None:
            keys = frozenset({number_key(value * factor)})
        fraction = numeral.rpartition(number_format(language).decimal)[2]
        decimals = len(fraction) if value is not None and fraction != numeral else 0
        yield Placeable(
            Kind.NUMBER,
            *match.span(),
            match.group(),
            keys,
            loose - keys,
            _number_parts(numeral, text, match) | _decimal_parts(value, text, match),
            match.span("numeral"),
            multiplier,
            decimals,
        )


def _listed(match: re.Match[str]) -> Iterator[Placeable]:
    """Whole numbers with commas between them: pages 1,2,3."""
    offset = match.start("numeral")
    for found in re.finditer(r"\d+", match["numeral"]):
        start, end = found.start() + offset, found.end() + offset
        keys = frozenset({number_key(Decimal(found.group()))})
        yield Placeable(Kind.NUMBER, start, end, found.group(), keys, numeral=(start, end))


def _number_parts(numeral: str, text: str, match: re.Match[str]) -> Keys:
    """What else may stand for it: its groups, or of the 1980s the 80s."""
    if any(space in numeral for space in SPACES):
        return digits_in(numeral)
    if re.fullmatch(r"(?:19|20)\d0", numeral) and text[match.end() :].startswith("s"):
        return frozenset({number_key(Decimal(numeral[2:]))})
    before = text[: match.start()].lower()
    if re.fullmatch(r"\d0", numeral) and before.endswith(("années ", "the ", "the '", "the ’")):
        return frozenset({number_key(Decimal(f"19{numeral}"))})
    return frozenset()


def _decimal_parts(value: Decimal | None, text: str, match: re.Match[str]) -> Keys:
    """What "two and a half" says of 2.5, and "one dollar fifty" of $1.50."""
    if value is None:
        return NO_KEYS
    floor = value.to_integral_value(ROUND_DOWN)
    if value == floor:
        return NO_KEYS
    whole, fraction = number_key(floor), value - floor
    if text[: match.start()].endswith(_MONEY_SIGNS) or _MONEY.match(text, match.end()):
        return frozenset({whole, number_key(fraction * 100)})
    name = {"0.5": "1/2", "0.25": "1/4", "0.75": "3/4"}.get(str(fraction))
    return frozenset({whole, f"f:{name}"}) if name else NO_KEYS


@cache
def _numeral_pattern(language: str, translated: bool) -> re.Pattern[str]:
    spaced = translated or " " in number_format(language or "en").groupings
    minus = rf"(?P<minus>(?<![\w.,\])%-])[-−](?=\d)|{_minus(language)}\s)?"
    multiplier = multiplier_pattern(language) or "(?!)"
    ending = "" if language in ("zh", "yue", "ja", "ko") else r"(?:s|es|en|e|a|i|ов|а)?\b"
    return re.compile(
        rf"{minus}(?P<numeral>{_NUMERAL if spaced else _SPACELESS_NUMERAL})"
        rf"(?:[\s-]?(?P<multiplier>{multiplier}){ending})?",
        re.IGNORECASE,
    )


def spelled(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    """Numbers in words, alone or as the digits of a longer one."""
    for run in _runs(text, without_per_cent(text, spelled_numbers(text, language))):
        first, last = run[0].value, run[-1].value
        if len(run) > 2 or (len(run) == 2 and 2 <= first < 10 and last < 10):
            yield _digit_by_digit(text, run)
        elif len(run) == 2 and 10 <= first <= 20 and 10 <= last <= 99:
            yield _in_pairs(text, run)
        else:
            # Fifty-fifty is a turn of phrase.
            doubled = len(run) == 2 and first == last
            for item in run:
                yield _alone(text, item, language, translated, doubled)


def _runs(text: str, items: list[Spelled]) -> list[list[Spelled]]:
    """Numbers with nothing between them but a space or a hyphen, together."""
    runs: list[list[Spelled]] = []
    for item in items:
        if runs and not text[runs[-1][-1].end : item.start].strip(" -"):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _digit_by_digit(text: str, run: list[Spelled]) -> Placeable:
    digits = "".join(item.digits for item in run)
    keys = {digits_key(digits)}
    if digits.isdecimal() and not digits.startswith("0"):
        keys.add(number_key(Decimal(digits)))
    parts = frozenset(number_key(item.value) for item in run)
    start, end = run[0].start, run[-1].end
    return Placeable(
        Kind.PHONE, start, end, text[start:end], frozenset(keys), parts=parts, spelled=True
    )


def _in_pairs(text: str, run: list[Spelled]) -> Placeable:
    """Nineteen ninety-five; room twelve twelve."""
    start, end = run[0].start, run[-1].end
    key = frozenset({number_key(run[0].value * 100 + run[1].value)})
    parts = frozenset(number_key(item.value) for item in run)
    return Placeable(Kind.NUMBER, start, end, text[start:end], key, parts=parts, spelled=True)


def _alone(text: str, item: Spelled, language: str, translated: bool, doubled: bool) -> Placeable:
    minus = re.search(_minus(language) + r"\s$", text[: item.start], re.IGNORECASE)
    start = minus.start() if minus else item.start
    key = frozenset({number_key(-item.value if minus else item.value)})
    also = frozenset(number_key(Decimal(value)) for value in in_days(text, item))
    if translated:
        key, also = key | also, NO_KEYS
    doubtful = doubled or (not minus and is_doubtful(text, item, language, translated))
    # An article counts one, but is not looked for.
    if doubtful and not translated and text[start : item.end].lower() in ("un", "une"):
        key, also = NO_KEYS, key
    return Placeable(
        Kind.NUMBER,
        start,
        item.end,
        text[start : item.end],
        key,
        also,
        spelled=True,
        doubtful=doubtful,
        by_name=bool(in_days(text, item)) or item.value < (4 if item.ordinal else 2),
    )


def _minus(language: str) -> str:
    return rf"\b(?:{_MINUS_WORDS.get(base_language(language), '(?!)')})"


def roman(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    """The number of a king or a century: Louis XIV, le XXIe siècle, which may be the 21st.

    A sentence has it only where it cannot be anything else, and never in one letter.
    """
    for match in _ROMAN.finditer(text):
        values = [_ROMAN_DIGITS[letter] for group in match.groups() for letter in group]
        if not values or not (translated or _is_regnal(match, language)):
            continue
        value = sum(
            -one if one < after else one
            for one, after in zip(values, [*values[1:], 0], strict=True)
        )
        key = frozenset({number_key(Decimal(value))})
        yield Placeable(
            Kind.NUMBER,
            *match.span(),
            match.group(),
            key,
            spelled=True,
            doubtful=translated,
            by_name=True,
        )


def _is_regnal(match: re.Match[str], language: str) -> bool:
    before, after = match.string[: match.start()], match.string[match.end() :]
    if base_language(language) == "fr" and re.match(r"\ssiècles?\b", after):
        return True
    named = re.search(r"\b[A-ZÀ-Þ][a-zà-ÿ]{3,}\s$", before)
    return named is not None and len(match.group()) > 1 and set(match.group()) <= set("XVI")
