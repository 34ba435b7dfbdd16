"""Percentages, measures, fractions, ranges, and at last every number that is left."""

import re

from edge_interpreter.text.placeables.numerals import number_format
from edge_interpreter.text.spoken.numbers import (
    MINUS,
    SPACE,
    START,
    before_noun,
    cardinal_or_digits,
    number,
    numeral_pattern,
    one_or_many,
    split_numeral,
    with_noun,
)
from edge_interpreter.text.spoken.words import Words, alternatives

_AMBIGUOUS = frozenset("mgst")


def percentages(text: str, words: Words) -> str:
    """12.5 % and ‰."""
    pattern = rf"{START}{MINUS}(?P<numeral>{numeral_pattern(words)}){SPACE}(?P<sign>[%‰])"

    def read(match: re.Match[str]) -> str:
        minus = f"{words.minus} " if match["minus"] else ""
        unit = words.percent if match["sign"] == "%" else words.per_mille
        return f"{minus}{number(match['numeral'], words)} {unit} "

    return re.sub(pattern, read, text)


def measures(text: str, words: Words) -> str:
    """Numbers with a unit."""
    units = alternatives(words.units)
    pattern = (
        rf"{START}{MINUS}(?P<numeral>{numeral_pattern(words)})(?P<space>{SPACE})"
        rf"(?P<unit>{units})(?![\w²³/°]|['’]\w)"
    )

    def read(match: re.Match[str]) -> str:
        # "5m" may be five million, "5g" a network.
        if not match["space"] and match["unit"] in _AMBIGUOUS:
            return match.group()
        one, many = words.units[match["unit"]]
        parts = split_numeral(match["numeral"], words.language)
        minus = f"{words.minus} " if match["minus"] else ""
        if parts is None or parts[1]:
            return (
                f"{minus}{number(match['numeral'], words)} {_decimal_form(parts, one, many, words)}"
            )
        spoken = cardinal_or_digits(parts[0], words)
        return minus + with_noun(spoken, one_or_many(parts[0], one, many), words)

    return re.sub(pattern, read, text)


def _decimal_form(parts: tuple[str, str] | None, one: str, many: str, words: Words) -> str:
    """French: 1,5 litre, but 2,5 litres."""
    below_two = parts is not None and parts[0].lstrip("0") in ("", "1")
    return one if words.language == "fr" and below_two else many


def powers(text: str, words: Words) -> str:
    """The exponents of 10^6 and 10^-3."""
    return re.sub(r"(?<=\w)\s?\^\s?(?=[-−]?\d)", f" {words.power} ", text)


def leading_point(text: str, words: Words) -> str:
    """0.5 for .5."""
    separator = number_format(words.language).decimal
    return re.sub(rf"(?<![\w.,]){re.escape(separator)}(?=\d)", f"0{separator}", text)


def fractions(text: str, words: Words) -> str:
    """1/2 and other numbers over another."""

    def read(match: re.Match[str]) -> str:
        written = f"{match[1]}/{match[2]}"
        if written in words.fractions:
            return words.fractions[written]
        return f"{number(match[1], words)} {words.over} {number(match[2], words)}"

    return re.sub(r"(?<![\w.,/])(\d{1,6})\s?/\s?(\d{1,6})(?![\w/]|[.,]\d)", read, text)


def ranges(text: str, words: Words) -> str:
    """The hyphen or colon between two numbers as a word, before a unit takes the second one.

    More than two are no range: 1-2-3 is read as a list.
    """
    text = re.sub(r"(?<![\w.,])\d+(?:-\d+){2,}(?!\w)", _chain, text)
    return re.sub(
        rf"(?<=\d)({SPACE}[%€£$])?(?:[-:](?=[$€£]?\d)|{SPACE}[–—]{SPACE}(?=[$€£]?\d))",
        lambda match: f"{match[1] or ''} {words.range} ",
        text,
    )


def numbers(text: str, words: Words) -> str:
    """Every number left, with its sign, agreeing with the noun that follows."""
    pattern = rf"{MINUS}(?P<numeral>{numeral_pattern(words)})(?P<noun>\s[^\W\d_]+)?"
    return re.sub(pattern, lambda match: _number(match, words), text)


def _chain(match: re.Match[str]) -> str:
    return match.group().replace("-", ", ")


def _number(match: re.Match[str], words: Words) -> str:
    noun = match["noun"] or ""
    spoken = number(match["numeral"], words)
    if noun and match["numeral"].isdecimal():
        spoken = _agreeing(spoken, noun.strip(), words)
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    minus = f"{words.minus} " if match["minus"] else ""
    # Letters or an apostrophe beside it: 5'10.
    left = " " if before.isalnum() or before == "'" else ""
    right = " " if not noun and (after.isalnum() or after == "'") else ""
    return f"{left}{minus}{spoken}{noun}{right}"


def _agreeing(spoken: str, noun: str, words: Words) -> str:
    """The number before a noun of known gender, or of the masculine in most languages."""
    feminine = next((one for one in words.feminine if noun in (one, f"{one}s", f"{one}n")), None)
    if feminine:
        return before_noun(spoken, feminine, words)
    # After "ein" a German noun has its capital; short words are conjunctions and the like.
    is_noun = noun[0].isupper() if words.language == "de" else len(noun) > 3 and noun[0].islower()
    return before_noun(spoken, noun, words) if is_noun else spoken
