"""Finds every placeable of a text."""

from collections.abc import Callable, Iterator

from edge_interpreter.text.placeables import codes, collectives, dates, figures, fractions, times
from edge_interpreter.text.placeables.model import Placeable
from edge_interpreter.text.placeables.numerals import ascii_digits

Finder = Callable[[str, str], Iterator[Placeable]]


def placeables(text: str, language: str, *, translated: bool = False) -> list[Placeable]:
    """The placeables of `text` in order, none overlapping another.

    `translated` reads more generously, as is right for what a translation may have made of a
    number: what may be a number counts as one, and spaces as thousands separators.
    """
    plain = ascii_digits(text)
    found: list[Placeable] = []
    finders: tuple[Finder, ...] = (
        codes.emails,
        codes.urls,
        dates.dates,
        lambda text, tag: times.times(text, tag, translated),
        codes.dotted,
        codes.labelled,
        codes.phones,
        codes.codes,
        lambda text, tag: fractions.fractions(text, tag, translated),
        lambda text, tag: collectives.collectives(text, tag, translated),
        lambda text, tag: figures.numbers(text, tag, translated),
        lambda text, tag: figures.spelled(text, tag, translated),
        lambda text, tag: figures.roman(text, tag, translated),
    )
    for finder in finders:
        for item in finder(plain, language):
            if not any(item.start < other.end and other.start < item.end for other in found):
                found.append(item)
    return sorted(found, key=lambda item: item.start)
