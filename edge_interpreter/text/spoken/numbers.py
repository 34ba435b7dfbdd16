"""Numbers in words: num2words for whole ones, everything else from them."""

import re
from decimal import Decimal
from functools import lru_cache

from num2words import num2words

from edge_interpreter.text.placeables.numerals import loose_values, number_format, strict_value
from edge_interpreter.text.spoken.words import Words

_LONGEST_CARDINAL = 15
# What num2words 0.5.14 has wrong: 101,000 in German, 118 in Italian.
_CORRECTIONS = {
    "de": (("einstausend", "eintausend"), ("eins Milli", "ein Milli")),
    "it": (("dicotto", "diciotto"),),
}
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
NUMERAL = (
    rf"(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d{{1,3}}(?:['’]\d{{3}})+(?:[.,]\d+)?"
    r"|\d+(?:[.,]\d+)*)"
)
"""Digits with the separators of any language between them."""
SPACELESS_NUMERAL = NUMERAL.replace(f"[{_SPACES}]", f"[{_SPACES[1:]}]")
"""The same where a plain space never separates thousands (English)."""


SPACE = f"[{_SPACES}]?"
MINUS = r"(?P<minus>(?<![\w.,)\]%-])[-−–])?"
START = r"(?<![\d.,]\d)(?<![\d])(?<!\d[.,])"
"""Not in the middle of a number."""
_MILLIONS = re.compile(r"(?:illions?|illiards?|illón|illones|ilhão|ilhões|ilion[ei]|iliard[oi])$")


def numeral_pattern(words: Words) -> str:
    """Matches a numeral as `words`' language may write it."""
    return NUMERAL if " " in number_format(words.language).groupings else SPACELESS_NUMERAL


@lru_cache(maxsize=4096)
def cardinal(value: int, language: str) -> str:
    """A whole number from 0 to 10**15, without commas."""
    spoken = str(num2words(value, lang=language)).replace(",", "")
    for wrong, right in _CORRECTIONS.get(language, ()):
        spoken = spoken.replace(wrong, right)
    return spoken


@lru_cache(maxsize=1024)
def ordinal(value: int, language: str) -> str:
    """First, second, …, in the masculine where there is a choice."""
    return str(num2words(value, lang=language, to="ordinal"))


def year(value: int, words: Words) -> str:
    """A year; English reads it in pairs."""
    if words.language == "en" and 1100 <= value < 2100 and not 2000 <= value < 2010:
        return str(num2words(value, lang="en", to="year"))
    return cardinal(value, words.language)


def digits(text: str, words: Words) -> str:
    """Digits one by one."""
    return " ".join(cardinal(int(digit), words.language) for digit in text)


def whole(text: str, words: Words) -> str:
    """A whole number in digits: as a number, or digit by digit where that is how it is meant."""
    if len(text) > 6 and not text.endswith("000"):
        return digits(text, words)
    return cardinal_or_digits(text, words)


def cardinal_or_digits(text: str, words: Words) -> str:
    """A whole number as a number, unless it has zeros in front or more digits than have names."""
    if len(text) > _LONGEST_CARDINAL or (text.startswith("0") and len(text) > 1):
        return digits(text, words)
    return cardinal(int(text), words.language)


def split_numeral(numeral: str, language: str) -> tuple[str, str] | None:
    """The digits before and after the decimal separator; None where that cannot be known."""
    if numeral.isdecimal():
        return numeral, ""
    value = strict_value(numeral, language)
    if value is None:
        loose = loose_values(numeral)
        if len(loose) != 1:
            return None
        (value,) = loose
    plain = re.sub(r"\D", "", numeral)
    if not value:
        before, _, after = re.sub(r"[^\d.,]", "", numeral).replace(",", ".").rpartition(".")
        return re.sub(r"\D", "", before), after
    for split in range(len(plain), 0, -1):
        if Decimal(f"{plain[:split]}.{plain[split:] or 0}") == value:
            grouped = len(re.findall(r"\D", numeral)) > (split < len(plain))
            return plain[:split] if not grouped else plain[:split].lstrip("0") or "0", plain[split:]
    return None


def number(numeral: str, words: Words) -> str:
    """A numeral with or without separators, in words.

    Separators that mean nothing certain are read as they stand ("1.2.3": one point two point
    three), so that the listener hears what was written.
    """
    parts = split_numeral(numeral, words.language)
    if parts is None:
        pieces = re.split(r"(\D)", numeral)
        return " ".join(_piece(piece, words) for piece in pieces if piece.strip())
    before, after = parts
    spoken = whole(before, words) if numeral.isdecimal() else cardinal_or_digits(before, words)
    return f"{spoken} {words.point} {_decimals(after, words)}" if after else spoken


def _piece(piece: str, words: Words) -> str:
    if piece.isdecimal():
        return whole(piece, words)
    decimal = number_format(words.language).decimal
    return words.point if piece == decimal else words.address.get(piece, ",")


def _decimals(text: str, words: Words) -> str:
    if words.decimals_by_digit or len(text) > 3:
        return digits(text, words)
    zeros = len(text) - len(text.lstrip("0"))
    rest = text[zeros:]
    spoken = [cardinal(0, words.language)] * zeros
    return " ".join([*spoken, cardinal(int(rest), words.language)] if rest else spoken)


def before_noun(spoken: str, noun: str, words: Words) -> str:
    """A number in words agreeing with its noun: vingt et une heures, ein Uhr."""
    endings = words.feminine_one if noun in words.feminine else words.masculine_one
    for ending, agreed in endings:
        if spoken == ending or spoken.endswith((f" {ending}", f"-{ending}")):
            return spoken.removesuffix(ending) + agreed
        if len(ending) > 3 and spoken.endswith(ending):
            return spoken.removesuffix(ending) + agreed
    return spoken


def one_or_many(whole: str, one: str, many: str) -> str:
    """The form of a noun after a whole number in digits."""
    return one if whole.lstrip("0") == "1" else many


def with_noun(spoken: str, noun: str, words: Words) -> str:
    """A number in words and what it counts, agreeing: vingt et une livres, un million d'euros."""
    if words.of and _MILLIONS.search(spoken):
        elided = words.of_before_vowel if noun[0].lower() in "aeiouéh" else ""
        joined = elided or f"{words.of} "
        return f"{spoken} {joined}{noun}"
    return f"{before_noun(spoken, _singular(noun, words), words)} {noun}"


def _singular(noun: str, words: Words) -> str:
    return next((one for one in words.feminine if noun.startswith(one)), noun)
