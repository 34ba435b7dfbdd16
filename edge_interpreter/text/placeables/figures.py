"""Plain numbers, in digits and in words."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

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
    COLLECTIVE,
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
            _number_parts(numeral, text, match),
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


def spelled(text: str, language: str) -> Iterator[Placeable]:
    """Numbers in words, alone or as the digits of a longer one.

    Zero, one, "second" and "third" alone are left out, since they are also other words.
    """
    for run in _runs(text, spelled_numbers(text, language)):
        start, end = run[0].start, run[-1].end
        if len(run) > 2:
            digits = "".join(item.digits for item in run)
            key = frozenset({digits_key(digits)})
            yield Placeable(Kind.PHONE, start, end, text[start:end], key, spelled=True)
        elif len(run) == 2 and run[0].value == run[1].value:
            # Fifty-fifty: a turn of phrase.
            continue
        elif len(run) == 2 and 10 <= run[0].value <= 20 and 10 <= run[1].value <= 99:
            year = number_key(run[0].value * 100 + run[1].value)
            parts = frozenset(number_key(item.value) for item in run)
            yield Placeable(
                Kind.NUMBER,
                start,
                end,
                text[start:end],
                frozenset({year}),
                parts=parts,
                spelled=True,
            )
        else:
            yield from _alone(text, run, language)


def _runs(text: str, items: list[Spelled]) -> list[list[Spelled]]:
    """Numbers with nothing between them but a space or a hyphen, together."""
    runs: list[list[Spelled]] = []
    for item in items:
        if runs and not text[runs[-1][-1].end : item.start].strip(" -"):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _alone(text: str, items: list[Spelled], language: str) -> Iterator[Placeable]:
    for item in items:
        if item.value >= (4 if item.ordinal else 2) and not _uncertain(text, item):
            minus = re.search(_minus(language) + r"\s$", text[: item.start], re.IGNORECASE)
            start = minus.start() if minus else item.start
            key = frozenset({number_key(-item.value if minus else item.value)})
            yield Placeable(Kind.NUMBER, start, item.end, text[start : item.end], key, spelled=True)


def _uncertain(text: str, item: Spelled) -> bool:
    """Whether it may be no number: a single Chinese numeral (三亚, 十分) or a turn of phrase.

    The two of us, quinze jours, pour cent need no number in another language.
    """
    if item.end - item.start == 1 and text[item.start] not in "两兩":
        return True
    said = text[item.start : item.end].lower()
    after = text[item.end :].lower()
    return (
        text[: item.start].lower().endswith("pour ")
        or after.startswith((" of us", " of you", " of them"))
        or (said in ("huit", "quinze") and after.startswith(" jours"))
    )


def _minus(language: str) -> str:
    return rf"\b(?:{_MINUS_WORDS.get(base_language(language), '(?!)')})"


def collective(text: str, language: str) -> Iterator[Placeable]:
    """Words that say a number without being one: a dozen, une quinzaine."""
    for word, value in COLLECTIVE.get(base_language(language), {}).items():
        for match in re.finditer(rf"\b{word}s?\b", text, re.IGNORECASE):
            key = frozenset({number_key(Decimal(value))})
            yield Placeable(Kind.NUMBER, *match.span(), match.group(), key, spelled=True)


def roman(text: str, _language: str) -> Iterator[Placeable]:
    """The XXIe of a century or a king, which a translation may make of "21st"."""
    for match in _ROMAN.finditer(text):
        values = [_ROMAN_DIGITS[letter] for group in match.groups() for letter in group]
        if not values:
            continue
        value = sum(
            -one if one < after else one
            for one, after in zip(values, [*values[1:], 0], strict=True)
        )
        key = frozenset({number_key(Decimal(value))})
        yield Placeable(Kind.NUMBER, *match.span(), match.group(), key, spelled=True)
