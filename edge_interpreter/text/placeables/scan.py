"""Finds every placeable of a text."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache

from edge_interpreter.text.placeables import clock
from edge_interpreter.text.placeables.model import (
    Keys,
    Kind,
    Placeable,
    digits_key,
    number_key,
)
from edge_interpreter.text.placeables.numerals import (
    ascii_digits,
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

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_TLDS = "com|org|net|edu|gov|info|io|app|dev|ai|eu|fr|de|uk|es|nl|ch|ca|us|jp|cn|ru|br|pl|int|tv"
_URL = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>\"'»”)]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_TLDS})(?:/[^\s<>\"'»”)]*)?(?![\w-])",
    re.IGNORECASE,
)
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_PHONE = re.compile(rf"(?<![\w.,])(?:\+\s?)?\(?\d+\)?(?:[{_SPACES}.\-/]\s?\(?\d+\)?)*(?![\w])")
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
_QUARTER = {"en": "Q", "fr": "T", "es": "T", "it": "T", "pt": "T", "de": "Q"}
_NUMERAL = (
    rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?![\d])(?:[.,]\d+(?!\d))?"
    r"|\d+(?:[.,'’]\d+)*|(?<![\w.,])[.]\d+"
)
_SPACELESS_NUMERAL = (
    r"\d{1,3}(?:[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]\d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d+(?:[.,'’]\d+)*|(?<![\w.,])[.]\d+"
)
_MINUS_WORDS = {
    "en": "minus|negative",
    "fr": "(?<!au )(?<!du )(?<!ou )(?<!de )moins",
    "es": "menos",
    "de": "minus",
    "it": "meno",
}

Finder = Callable[[str, str], Iterator[Placeable]]


def placeables(text: str, language: str, *, translated: bool = False) -> list[Placeable]:
    """The placeables of `text` in order, none overlapping another.

    `translated` reads more generously, as is right for what a translation may have made of a
    number: numbers that collective nouns imply, and spaces as thousands separators.
    """
    plain = ascii_digits(text)
    found: list[Placeable] = []
    finders: tuple[Finder, ...] = (
        _emails,
        _urls,
        clock.dates,
        lambda text, tag: clock.times(text, tag, translated),
        _dotted,
        _phones,
        _codes,
        lambda text, tag: _numbers(text, tag, translated),
        _spelled,
        *((_collective, _roman) if translated else ()),
    )
    for finder in finders:
        for item in finder(plain, language):
            if not any(item.start < other.end and other.start < item.end for other in found):
                found.append(item)
    return sorted(found, key=lambda item: item.start)


def _verbatim(kind: Kind, match: re.Match[str], text: str, parts: Keys = frozenset()) -> Placeable:
    key = frozenset({f"{kind}:{text.casefold()}"})
    return Placeable(kind, match.start(), match.start() + len(text), text, key, parts=parts)


def _emails(text: str, _language: str) -> Iterator[Placeable]:
    for match in _EMAIL.finditer(text):
        yield _verbatim(Kind.EMAIL, match, match.group())


def _urls(text: str, _language: str) -> Iterator[Placeable]:
    for match in _URL.finditer(text):
        yield _verbatim(Kind.URL, match, match.group().rstrip(".,;:!?…"))


def _phones(text: str, language: str) -> Iterator[Placeable]:
    """Strings of seven digits or more that are no number, and shorter ones that begin with 0."""
    for match in _PHONE.finditer(text):
        written = match.group()
        if written.count("(") != written.count(")"):
            written = written.rstrip(")") if written.count(")") else written
        digits = re.sub(r"\D", "", written)
        separated = re.search(rf"\d[{_SPACES}.\-/()]", written) is not None
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


def _codes(text: str, language: str) -> Iterator[Placeable]:
    """Words of letters and digits, and numbers of several dots such as versions and addresses."""
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
            yield _verbatim(Kind.CODE, match, word, _parts_of(bare))


def _dotted(text: str, _language: str) -> Iterator[Placeable]:
    """Versions and network addresses; a number with thousands or a telephone number is neither."""
    for match in _DOTTED.finditer(text):
        groups = match.group().split(".")
        grouped = all(len(group) == 3 for group in groups[1:-1]) and len(groups[-1]) <= 3
        address = len(groups) == 4 and all(int(group) <= 255 for group in groups)
        if address or (not grouped and sum(map(len, groups)) < 9):
            yield _verbatim(Kind.CODE, match, match.group())


def _parts_of(word: str) -> Keys:
    return frozenset(number_key(Decimal(digits)) for digits in re.findall(r"\d+", word))


def _numbers(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    base = base_language(language)
    for match in _numeral_pattern(base, translated).finditer(text):
        numeral = match["numeral"]
        multiplier = MULTIPLIERS.get(base, {}).get((match["multiplier"] or "").lower(), 0)
        value = strict_value(numeral, language)
        factor = Decimal(10) ** multiplier * (-1 if match["minus"] else 1)
        loose = {number_key(other * factor) for other in loose_values(numeral)}
        if value is None and not translated and len(loose) == 1:
            keys = frozenset(loose)
        else:
            keys = frozenset() if value is None else frozenset({number_key(value * factor)})
        fraction = numeral.rpartition(number_format(language).decimal)[2]
        decimals = len(fraction) if value is not None and fraction != numeral else 0
        yield Placeable(
            Kind.NUMBER,
            *match.span(),
            match.group(),
            keys,
            frozenset(loose) - keys,
            _number_parts(numeral, text, match),
            match.span("numeral"),
            multiplier,
            decimals,
        )


def _number_parts(numeral: str, text: str, match: re.Match[str]) -> Keys:
    """What else may stand for it: its groups, or of the 1980s the 80s."""
    if any(space in numeral for space in _SPACES):
        return _parts_of(numeral)
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


def _spelled(text: str, language: str) -> Iterator[Placeable]:
    """Numbers in words, alone or as the digits of a longer one.

    Zero, one, "second" and "third" alone are left out, since they are also other words.
    """
    for run in _runs(text, spelled_numbers(text, language)):
        start, end = run[0].start, run[-1].end
        if len(run) > 2:
            digits = "".join(item.digits for item in run)
            key = frozenset({digits_key(digits)})
            yield Placeable(Kind.PHONE, start, end, text[start:end], key, spelled=True)
        elif len(run) == 2 and all(10 <= item.value <= 99 for item in run):
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
    """Whether it may be no number: a single Chinese numeral (三亚, 十分), the cent of pour cent."""
    single = item.end - item.start == 1 and text[item.start] not in "两兩"
    return single or text[: item.start].lower().endswith("pour ")


def _minus(language: str) -> str:
    return rf"\b(?:{_MINUS_WORDS.get(base_language(language), '(?!)')})"


def _collective(text: str, language: str) -> Iterator[Placeable]:
    for word, value in COLLECTIVE.get(base_language(language), {}).items():
        for match in re.finditer(rf"\b{word}s?\b", text, re.IGNORECASE):
            key = frozenset({number_key(Decimal(value))})
            yield Placeable(Kind.NUMBER, *match.span(), match.group(), key, spelled=True)


_ROMAN = re.compile(
    r"\b(?=[IVXLC]{2})(C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})(?:e|ème|er|th|st)?\b"
)
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def _roman(text: str, _language: str) -> Iterator[Placeable]:
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
