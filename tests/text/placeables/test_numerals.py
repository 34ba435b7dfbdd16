"""Numbers in digits, as each language writes them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_interpreter.text.placeables.numerals import loose_values, strict_value, write_number


@pytest.mark.parametrize(
    ("language", "written", "value"),
    [
        ("en", "1,234.5", "1234.5"),
        ("en", "1,234", "1234"),
        ("en", "1.234", "1.234"),
        ("fr", "1 234,5", "1234.5"),
        ("fr", "1\u202f234", "1234"),
        ("fr", "1,234", "1.234"),
        ("de", "1.234,5", "1234.5"),
        ("fr", "1.234.50", None),
        ("en", "1,23", None),
        ("en", "12,345,67", None),
    ],
)
def test_reading_by_the_rules_of_a_language(language: str, written: str, value: str | None) -> None:
    assert strict_value(written, language) == (Decimal(value) if value else None)


def test_reading_by_anybodys_rules() -> None:
    assert loose_values("1,234") == {Decimal(1234), Decimal("1.234")}
    assert loose_values("1.234.50") == {Decimal("1234.5")}
    assert loose_values("1'234.50") == {Decimal("1234.5")}


@pytest.mark.parametrize(
    ("language", "value", "decimals", "written"),
    [
        ("fr", "1234.5", 2, "1\u202f234,50"),
        ("en", "1234.5", 2, "1,234.50"),
        ("de", "1234567", 0, "1.234.567"),
        ("es", "1234", 0, "1234"),
        ("es", "12345", 0, "12.345"),
        ("fr", "-0.5", 0, "-0,5"),
        ("en", "1E+3", 0, "1,000"),
    ],
)
def test_writing(language: str, value: str, decimals: int, written: str) -> None:
    assert write_number(Decimal(value), language, decimals) == written


@settings(deadline=None)
@given(
    st.decimals(0, 10**9, places=2, allow_nan=False),
    st.sampled_from(["en", "fr", "de", "es", "pl", "zh", "hi"]),
)
def test_what_is_written_reads_back(value: Decimal, language: str) -> None:
    assert strict_value(write_number(value, language, 2), language) == value.normalize()
