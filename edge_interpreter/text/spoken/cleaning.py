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
_STRAY_APOSTROPHE = re.compile(r"(?<!\w)'|'(?!\w)")
_BETWEEN_THINGS = "<>=~"
_EXPONENT = re.compile(r"(?<=\d)⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SMALL_DIGITS = "²³½¼¾⅓⅔"


def readable(text: str) -> str:
    """Composed letters, plain apostrophes; no markup, emoji or control characters."""
    text = unicodedata.normalize("NFC", text)
    text = _TAG.sub(" ", text).translate(_APOSTROPHES)
    text = _EXPONENT.sub(_exponent, text)
    return "".join(map(_readable, text))


def _exponent(match: re.Match[str]) -> str:
    """The power of 10⁶ as 10^6; squares and cubes have words of their own."""
    written = match.group()
    return written if written in "²³" else f"^{unicodedata.normalize('NFKC', written)}"


def _readable(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character in _KEPT or character in "°№":
        return character
    category = unicodedata.category(character)
    if category == "No" and character not in _SMALL_DIGITS:
        return unicodedata.normalize("NFKC", character)
    return " " if category in _NEVER or category == "Zs" else character


def symbols(text: str, words: Words) -> str:
    """Signs in words; those that mean something only between two things are dropped elsewhere."""
    text = re.sub(r"[#№]\s?(?=\d)", f"{words.number} ", text)
    for sign, word in words.symbols.items():
        if sign in _BETWEEN_THINGS:
            text = re.sub(rf"(?<=[\w)])\s*{sign}\s*(?=[\w(])", f" {word} ", text)
        if sign == "~":
            text = re.sub(r"~\s?(?=\d)", f"{word} ", text)
        text = text.replace(sign, " " if sign in _BETWEEN_THINGS else f" {word} ")
    for sign in _SMALL_DIGITS:
        text = text.replace(sign, f" {unicodedata.normalize('NFKC', sign)} ".replace("⁄", "/"))
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
    text = _DASH.sub(", ", " ".join(text.split())).translate(_PAUSES).translate(_DROPPED)
    text = _STRAY_APOSTROPHE.sub(" ", text)
    text = re.sub(r"(?<=\w)/(?=\w)", " ", text).replace("/", " ")
    text = re.sub(r"\s+(?=[,.;:!?…])", "", " ".join(text.split()))
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*(?=[.;:!?…])", "", text)
    return text.strip(" ,;:-").strip()
