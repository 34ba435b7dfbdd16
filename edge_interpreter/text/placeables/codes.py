"""Addresses of mail and web, telephone numbers, and words of letters and digits."""

import re
from collections.abc import Iterator
from decimal import Decimal

from edge_interpreter.text.placeables.model import (
    Keys,
    Kind,
    Placeable,
    digits_in,
    digits_key,
    number_key,
)
from edge_interpreter.text.placeables.numerals import SPACES, strict_value
from edge_interpreter.text.placeables.words import base_language

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_TLDS = "com|org|net|edu|gov|info|io|app|dev|ai|eu|fr|de|uk|es|nl|ch|ca|us|jp|cn|ru|br|pl|int|tv"
_URL = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>\"'»”)]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_TLDS})(?:/[^\s<>\"'»”)]*)?(?![\w-])",
    re.IGNORECASE,
)
_PHONE = re.compile(rf"(?<![\w.,])(?:\+\s?)?\(?\d+\)?(?:[{SPACES}.\-/]\s?\(?\d+\)?)*(?![\w])")
# Han, kana and hangul touch what they say about: 价格AB-12元.
_W = r"[^\W\u2e80-\uffff]"
_ALNUM = r"[^\W_\u2e80-\uffff]"
_CODE = re.compile(rf"(?<![@.+-])(?<!{_W})#?{_ALNUM}+(?:[-_/.+]{_ALNUM}+)*(?!{_W}|@)")
_UNITS = (
    "st|nd|rd|th|er|re|ère|e|è|ème|eme|ième|nde?|es|º|ª|s|x|k|K|M|bn|mn|km|cm|mm|m|kg|g|mg|t|l|ml|mL"
    "|cl|dl|h|min|sec|ms|kW|MW|GW|kWh|Hz|kHz|MHz|GHz|kB|KB|MB|GB|TB|Ko|Mo|Go|To|Gbit|Mbps|px|pt|ft"
    "|in|lbs?|oz|mph|dB|ha|EUR|USD|GBP|CHF|am|pm|ans?|jours|years?|°[CF]?"
)
_MEASURE = re.compile(rf"\d[\d.,]*(?:(?:{_UNITS})(?:/[a-zà-ÿ]+)?|(?:-[^\W\d_]{{2,}})+)")
_PREFIXED = re.compile(r"(?:[a-zà-ÿ]{3,}-\d+s?|(?:EUR|USD|GBP|CHF|US|Rs\.?|n)\d[\d.,]*)")
_DOTTED = re.compile(r"(?<![\w.,-])\d+(?:\.\d+){2,}(?![\w-])")
_LABELLED = re.compile(
    r"\b(?:section|chapter|version|release|figure|fig\.|table|article|clause|paragraph|chapitre"
    r"|tableau|paragraphe|abschnitt|kapitel|sección|capítulo|versión|sezione|capitolo)"
    r"\s(\d+\.\d+)(?![\d.]*\d)(?!\s?%)",
    re.IGNORECASE,
)
_QUARTER = {"en": "Q", "fr": "T", "es": "T", "it": "T", "pt": "T", "de": "Q"}


def _verbatim(kind: Kind, match: re.Match[str], text: str, parts: Keys = frozenset()) -> Placeable:
    key = frozenset({f"{kind}:{text.casefold()}"})
    return Placeable(kind, match.start(), match.start() + len(text), text, key, parts=parts)


def emails(text: str, _language: str) -> Iterator[Placeable]:
    """E-mail addresses."""
    for match in _EMAIL.finditer(text):
        yield _verbatim(Kind.EMAIL, match, match.group())


def urls(text: str, _language: str) -> Iterator[Placeable]:
    """Web addresses, without the full stop of their sentence."""
    for match in _URL.finditer(text):
        yield _verbatim(Kind.URL, match, match.group().rstrip(".,;:!?…"))


def phones(text: str, language: str) -> Iterator[Placeable]:
    """Strings of seven digits or more that are no number, and shorter ones that begin with 0."""
    for match in _PHONE.finditer(text):
        written = match.group()
        if written.count("(") != written.count(")"):
            written = written.rstrip(")") if written.count(")") else written
        digits = re.sub(r"\D", "", written)
        separated = re.search(rf"\d[{SPACES}.\-/()]", written) is not None
        if not (7 <= len(digits) <= 24 or (digits.startswith("0") and len(digits) > 1)):
            continue
        if _is_amount(written, language) or _is_range(written):
            continue
        if not separated and not digits.startswith("0") and not written.startswith("+"):
            continue
        keys = frozenset({digits_key(digits)})
        yield Placeable(Kind.PHONE, match.start(), match.start() + len(written), written, keys)


def _is_amount(written: str, language: str) -> bool:
    decimal = re.fullmatch(r"0[.,]\d+", written) is not None
    return decimal or (strict_value(written, language) is not None and written[0] != "0")


def _is_range(written: str) -> bool:
    parts = re.split(r"\s?[-/]\s?", written)
    groups = [part.split() for part in parts]
    return len(parts) == 2 and (
        len(parts[0]) == len(parts[1]) <= 4
        or all(len(g) > 1 and all(len(x) == 3 for x in g[1:]) for g in groups)
    )


def codes(text: str, language: str) -> Iterator[Placeable]:
    """Words of letters and digits that are no measure: AB-1234-X, BA117, 5G."""
    for match in _CODE.finditer(text):
        word = match.group()
        bare = word.lstrip("#")
        if not any(c.isdigit() for c in bare):
            continue
        quarter = _QUARTER.get(base_language(language))
        if quarter and re.fullmatch(rf"{quarter}[1-4]", bare):
            number = number_key(Decimal(bare[1]))
            yield Placeable(
                Kind.NUMBER, match.start(), match.end(), word, frozenset({number}), spelled=True
            )
        elif any(c.isalpha() for c in bare) and not (
            _MEASURE.fullmatch(bare) or _PREFIXED.fullmatch(bare)
        ):
            yield _verbatim(Kind.CODE, match, word, digits_in(bare))


def labelled(text: str, _language: str) -> Iterator[Placeable]:
    """Numbers of sections and versions, which are no decimals: section 3.2, version 4.10."""
    for match in _LABELLED.finditer(text):
        number = match[1]
        key = frozenset({f"{Kind.CODE}:{number}"})
        start = match.end() - len(number)
        yield Placeable(Kind.CODE, start, match.end(), number, key)


def dotted(text: str, _language: str) -> Iterator[Placeable]:
    """Versions and network addresses; a number with thousands or a telephone number is neither."""
    for match in _DOTTED.finditer(text):
        groups = match.group().split(".")
        grouped = all(len(group) == 3 for group in groups[1:-1]) and len(groups[-1]) <= 3
        address = len(groups) == 4 and all(int(group) <= 255 for group in groups)
        if address or (not grouped and sum(map(len, groups)) < 9):
            yield _verbatim(Kind.CODE, match, match.group())
