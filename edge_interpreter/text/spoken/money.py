"""Amounts of money."""

import re
from functools import cache

from edge_interpreter.text.spoken.numbers import (
    MINUS,
    SPACE,
    START,
    before_noun,
    cardinal,
    cardinal_or_digits,
    number,
    numeral_pattern,
    one_or_many,
    split_numeral,
    with_noun,
)
from edge_interpreter.text.spoken.words import Words, alternatives, words_of

_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "US$": "$", "Rs": "₹"}


def money(text: str, words: Words) -> str:
    """Amounts with a sign or code of a currency, before or after."""
    before, after = _money_patterns(words.language)
    text = before.sub(lambda match: _amount(match, words), text)
    return after.sub(lambda match: _amount(match, words), text)


@cache
def _money_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    words = words_of(language)
    if words is None:
        return ()
    codes = [code for code, sign in _CODES.items() if sign in words.currencies]
    signs = alternatives([*words.currencies, *codes])
    magnitude = rf"(?:{SPACE}(?P<magnitude>{alternatives(words.magnitudes)})(?![^\W\d_]))?"
    value = rf"(?P<numeral>{numeral_pattern(words)}){magnitude}"
    return (
        re.compile(rf"{MINUS}(?<![\w$])(?P<sign>{signs}){SPACE}{value}(?!\w|[.,]\d)"),
        re.compile(rf"{START}{MINUS}{value}{SPACE}(?P<sign>{signs})(?!\w)"),
    )


def _amount(match: re.Match[str], words: Words) -> str:
    sign = _CODES.get(match["sign"], match["sign"])
    one, many, *hundredths = words.currencies[sign]
    parts = split_numeral(match["numeral"], words.language)
    minus = f"{words.minus} " if match["minus"] else ""
    if match["magnitude"]:
        spoken = f"{number(match['numeral'], words)} {words.magnitudes[match['magnitude']]}"
        return minus + with_noun(_plural_magnitude(spoken, words), many, words)
    if parts is None or (parts[1] and (len(parts[1]) != 2 or not hundredths)):
        return f"{minus}{number(match['numeral'], words)} {many}"
    whole, cents = parts[0], parts[1]
    spoken = with_noun(cardinal_or_digits(whole, words), one_or_many(whole, one, many), words)
    if cents and int(cents):
        coin = hundredths[0] if int(cents) == 1 else hundredths[1]
        amount = f"{before_noun(cardinal(int(cents), words.language), coin, words)} {coin}"
        spoken = f"{spoken} {words.joiner} {amount}" if whole.strip("0") else amount
    return minus + spoken


def _plural_magnitude(spoken: str, words: Words) -> str:
    """French: deux millions, but un million."""
    if words.language == "fr" and spoken.endswith(("million", "milliard")):
        return spoken if re.match(r"(?:un|zéro)\b(?! \w+ \w+)", spoken) else f"{spoken}s"
    return spoken
