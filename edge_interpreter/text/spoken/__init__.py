"""Text as it is read aloud: every number, sign and abbreviation in words.

What a voice makes of "1,234.5", "14:30" or "n° 5" differs from voice to voice and is sometimes
wrong; here it is decided once, by language, and can be checked.
"""

from edge_interpreter.text.placeables.numerals import ascii_digits
from edge_interpreter.text.spoken import (
    addresses,
    cleaning,
    dates,
    money,
    ordinals,
    quantities,
    times,
)
from edge_interpreter.text.spoken.words import words_of

_STEPS = (
    addresses.addresses,
    cleaning.abbreviations,
    dates.dates,
    times.times,
    addresses.phones,
    addresses.dotted,
    dates.years,
    quantities.ranges,
    money.money,
    quantities.percentages,
    quantities.measures,
    ordinals.ordinals,
    quantities.powers,
    cleaning.symbols,
    quantities.fractions,
    addresses.codes,
    quantities.numbers,
)


def spoken_form(text: str, language: str) -> str:
    """What a voice is to read of `text`, in `language` (a BCP-47 tag).

    No number changes its value; what cannot be read (emoji, markup, control characters) is left
    out. Languages without a table of their own keep their digits and signs for the voice.
    """
    text = cleaning.readable(text)
    words = words_of(language)
    if words is not None:
        text = quantities.leading_point(ascii_digits(text), words)
        for step in _STEPS:
            text = step(text, words)
    return cleaning.tidy(text)
