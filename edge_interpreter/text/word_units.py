"""What a text is read in: words, or characters in scripts that have no spaces between words."""

import unicodedata
from collections.abc import Sequence

from edge_interpreter.text.scripts import script

UNSPACED = frozenset({"Hani", "Kana", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})


def word_units(text: str) -> list[str]:
    """Words and, of scripts without spaces, characters; put together they are the text.

    Marks and punctuation belong to what they follow, a space to what follows it.
    """
    units: list[str] = []
    space = alone = False
    for character in text:
        if character.isspace():
            space = True
            continue
        unspaced = script(character) in UNSPACED
        begins = unspaced or (alone and character.isalnum())
        if not units or space or begins:
            units.append(f" {character}" if space and units else character)
        else:
            units[-1] += character
        alone = unspaced or (alone and not space and not character.isalnum())
        space = False
    return units


def plain(unit: str) -> str:
    """A unit for comparison: without spaces, letter case, and punctuation but that of a number."""
    kept = (
        each
        for at, each in enumerate(unit)
        if unicodedata.category(each)[0] not in "PSZ" or _in_number(unit, at)
    )
    return "".join(kept).casefold()


def _in_number(unit: str, at: int) -> bool:
    """Whether a mark makes another number: the point of 1.5, the minus of -5."""
    between = unit[at] in "-\N{MINUS SIGN}" or unit[at - 1 : at].isdecimal()
    return between and unit[at + 1 : at + 2].isdecimal()


def plain_units(text: str) -> list[str]:
    """The units of a text for comparison, without those that are punctuation alone."""
    return [unit for unit in map(plain, word_units(text)) if unit]


def word_count(units: Sequence[str]) -> float:
    """How many words these are: a character of a script without spaces is about half a word."""
    return sum(0.5 if script(unit.strip()[:1] or " ") in UNSPACED else 1.0 for unit in units)
