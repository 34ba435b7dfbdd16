"""Numbers in digits as each language writes them: decimal and thousands separators.

Source of the separators: Unicode CLDR, number symbols and patterns of each locale.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from edge_interpreter.languages import find, is_known

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_ANY_GROUPING = f",.'’٬{SPACES}"

_DOT_AND_COMMA = "de es it pt nl da id tr el ro hr bs sl sr mk is vi ca gl eu ms jv su az"
_SPACE_AND_COMMA = "fr ru uk pl cs sk sv nb nn fi hu bg be et lv lt sq hy ka kk uz ky tg oc br"


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Separators of one language; `groupings` are those read, the first is the one written."""

    decimal: str
    groupings: str
    # Spanish, Polish and others write 1234 but 12 345.
    smallest_grouped: int = 4


@lru_cache(maxsize=256)
def number_format(language: str) -> NumberFormat:
    """How a language writes numbers; English where nothing is known."""
    base = find(language).tag.split("-")[0] if is_known(language) else "en"
    if base in _SPACE_AND_COMMA.split():
        return NumberFormat(",", NARROW_SPACE + SPACES, 5 if base in ("pl", "bg") else 4)
    if base in _DOT_AND_COMMA.split():
        return NumberFormat(",", ".", 5 if base in ("es", "pt", "ca", "gl") else 4)
    return NumberFormat(".", ",")


def ascii_digits(text: str) -> str:
    """`text` with decimal digits and separators of every script as ASCII, positions unchanged."""
    if text.isascii():
        return text
    return "".join(map(_ascii_digit, text))


@lru_cache(maxsize=2048)
def _ascii_digit(character: str) -> str:
    if character.isascii():
        return character
    value = unicodedata.decimal(character, None)
    return str(value) if value is not None else {"٫": ".", "٬": ","}.get(character, character)


def strict_value(numeral: str, language: str) -> Decimal | None:
    """The value of a numeral written as `language` writes it, else None."""
    form = number_format(language)
    grouped = (
        rf"\d{{1,3}}(?:(?P<group>[{re.escape(form.groupings)}])\d{{3}}(?:(?P=group)\d{{3}})*)?"
    )
    match = re.fullmatch(
        rf"(?P<whole>{grouped}|\d+)(?:{re.escape(form.decimal)}(?P<fraction>\d+))?", numeral
    )
    if not match:
        return None
    whole = "".join(character for character in match["whole"] if character.isdigit())
    return Decimal(f"{whole}.{match['fraction'] or 0}").normalize()


def loose_values(numeral: str) -> frozenset[Decimal]:
    """Every value that a numeral may have in some language's way of writing."""
    values = {
        value
        for language in ("en", "de", "fr")
        if (value := strict_value(numeral, language)) is not None
    }
    swiss = re.fullmatch(r"(\d{1,3}(?:['’]\d{3})+)(?:[.,](\d+))?", numeral)
    if swiss:
        whole = re.sub(r"\D", "", swiss[1])
        values.add(Decimal(f"{whole}.{swiss[2] or 0}").normalize())
    # "1 234.50" and the "1.234.50" of a translation model: the last separator is the decimal one.
    mixed = re.fullmatch(rf"(\d[\d{_ANY_GROUPING}]*?)[.,](\d{{1,2}})", numeral)
    if mixed:
        whole = re.sub(r"\D", "", mixed[1])
        values.add(Decimal(f"{whole}.{mixed[2]}").normalize())
    return frozenset(values)


def write_number(value: Decimal, language: str, decimals: int = 0, grouped: bool = True) -> str:
    """`value` as `language` writes it, with at least `decimals` digits after the separator."""
    form = number_format(language)
    places = max(decimals, -int(value.as_tuple().exponent))
    whole, _, fraction = f"{abs(value):.{max(places, 0)}f}".partition(".")
    if grouped and len(whole) >= form.smallest_grouped:
        head = len(whole) % 3 or 3
        groups = [whole[:head], *(whole[i : i + 3] for i in range(head, len(whole), 3))]
        whole = form.groupings[0].join(groups)
    sign = "-" if value < 0 else ""
    return sign + whole + (form.decimal + fraction if fraction else "")
