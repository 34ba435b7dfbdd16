"""What cannot be read aloud, and what is read as a word of its own: symbols, abbreviations."""

import re
import unicodedata
from functools import cache

from edge_interpreter.text.spoken.words import Words, alternatives, words_of

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_DASH = re.compile(r"\s+[-–—―]+\s+|\s*[—―]\s*")
_PAUSES = str.maketrans({"(": ", ", ")": ", ", "[": ", ", "]": ", ", "{": ", ", "}": ", ",
                         "•": ", ", "·": " ", "|": ", ", "→": ", "})  # fmt: skip
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`′", "'"))
_DROPPED = str.maketrans(dict.fromkeys('"“”„‟«»‹›*_\\^#~<>¿¡™®©†‡№', " "))
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp"})
# Joiners that Arabic, Persian and Indic words are written with.
_KEPT = frozenset("\u200c\u200d")
_STRAY_APOSTROPHE = re.compile(r"(?<![^\W_])'(?![^\W_])|(?<=\s)'(?=\w+')")


def readable(text: str) -> str:
    """Composed letters, plain apostrophes; no markup, emoji or control characters."""
    text = unicodedata.normalize("NFC", text)
    text = _TAG.sub(" ", text).translate(_APOSTROPHES)
    return "".join(map(_readable, text))


def _readable(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character in _KEPT or character in "°№":
        return character
    category = unicodedata.category(character)
    if category == "No" and character not in "²³½¼¾⅓⅔":
        return unicodedata.normalize("NFKC", character)
    return " " if category in _NEVER or category == "Zs" else character


def symbols(text: str, words: Words) -> str:
    """Signs that have a word where they stand between words."""
    text = re.sub(r"[#№]\s?(?=\d)", f"{words.number} ", text)
    for sign, word in words.symbols.items():
        if sign in "<>=+×÷±≤≥≈~@&":
            # Between things; else they are decoration.
            text = re.sub(rf"(?<=[\w)])\s*{re.escape(sign)}\s*(?=[\w(])", f" {word} ", text)
            if sign in "±≤≥≈~+":
                text = re.sub(rf"(?<!\w){re.escape(sign)}\s?(?=\d)", f"{word} ", text)
        else:
            text = text.replace(sign, f" {word} ")
    return text


def abbreviations(text: str, words: Words) -> str:
    """Abbreviations in full; one that ends the sentence leaves its full stop there."""
    before_number, titles, dotted, plain = _abbreviation_patterns(words.language)
    text = before_number.sub(lambda match: f"{words.before_number[match[1].lower()]} ", text)
    text = titles.sub(lambda match: words.titles[match[1]], text)
    text = dotted.sub(lambda match: _in_full(match, words), text)
    return plain.sub(lambda match: words.words[match[1]], text)


def _in_full(match: re.Match[str], words: Words) -> str:
    ends = not match.string[match.end() :].strip()
    return words.abbreviations[match[1]] + ("." if ends else "")


@cache
def _abbreviation_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    words = words_of(language)
    if words is None:
        return ()
    begin = r"(?<![\w.])"
    return (
        re.compile(
            rf"{begin}({alternatives(words.before_number)})\.?\s?(?=\d)", flags=re.IGNORECASE
        ),
        re.compile(rf"{begin}({alternatives(words.titles)})\b\.?(?=\s[A-ZÀ-ÖØ-Þ])"),
        re.compile(rf"{begin}({alternatives(words.abbreviations)})\.(?!\w)"),
        re.compile(rf"{begin}({alternatives(words.words)})(?![\w.])"),
    )


def tidy(text: str) -> str:
    """Pauses for brackets and dashes, nothing that is not read, single spaces."""
    text = _DASH.sub(", ", text).translate(_PAUSES).translate(_DROPPED)
    text = _STRAY_APOSTROPHE.sub(" ", text)
    text = re.sub(r"(?<=\w)/(?=\w)", " ", text).replace("/", " ")
    text = re.sub(r"\s+(?=[,.;:!?…])", "", " ".join(text.split()))
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*(?=[.;:!?…])", "", text)
    return text.strip(" ,;:-").strip()
