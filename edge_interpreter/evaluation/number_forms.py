"""How English and French write a number, listed apart from the product's own reading of them."""

from num2words import num2words

Accepted = frozenset[str]
"""Renderings of one number in the target language, any of which will do; lower case."""
Made = tuple[str, Accepted]
"""A number as the source language writes it, and what it may be in the target language."""

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


def grouped(whole: str, separator: str) -> str:
    """A whole number with a separator between its thousands."""
    return f"{int(whole):,}".replace(",", separator)


def all_forms(value: str, target: str) -> set[str]:
    """A plain decimal such as "1234.50" in every way the target language writes it."""
    whole, _, fraction = value.partition(".")
    separators = ("", " ", ".") if target == "fr" else ("", ",")
    mark = "," if target == "fr" else "."
    fractions = {"", f"{mark}00"} if not fraction.strip("0") else set()
    fractions |= {mark + fraction, mark + fraction.rstrip("0")} - {mark}
    return {grouped(whole, sep) + part for sep in separators for part in fractions}


def in_words(number: int, target: str) -> set[str]:
    """A whole number in words, in every way they are written."""
    words = str(num2words(number, lang=target)).replace(",", "")
    forms = {words, words.replace(" and ", " "), words.replace("-", " "), words.replace(" ", "-")}
    forms |= {form.replace("one hundred", "a hundred") for form in forms}
    if target == "en":
        forms |= {form.replace("-", " and ") for form in forms}
    if target == "fr":
        forms |= {form + "e" for form in forms if form.endswith("un")}
    return forms


def as_written(value: str, source: str) -> str:
    """A plain decimal in digits, as a language writes it."""
    whole, _, fraction = value.partition(".")
    if source == "fr":
        return grouped(whole, " ") + (f",{fraction}" if fraction else "")
    return grouped(whole, ",") + (f".{fraction}" if fraction else "")
