"""Which writing script letters belong to (ISO 15924 codes)."""

import unicodedata
from collections import Counter
from functools import lru_cache

from edge_interpreter.languages import find

# First word of a letter's Unicode name → ISO 15924.
_SCRIPTS = {
    "LATIN": "Latn",
    "FULLWIDTH": "Latn",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "CJK": "Hani",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "HALFWIDTH": "Kana",
    "HANGUL": "Hang",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "ORIYA": "Orya",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "THAI": "Thai",
    "LAO": "Laoo",
    "MYANMAR": "Mymr",
    "KHMER": "Khmr",
    "TIBETAN": "Tibt",
    "GEORGIAN": "Geor",
    "ARMENIAN": "Armn",
    "ETHIOPIC": "Ethi",
    "TIFINAGH": "Tfng",
    "OL": "Olck",
}
# Scripts that a language's text is made of, where it is not one.
_COMPOUND = {
    "Jpan": frozenset({"Hani", "Kana"}),
    "Hang": frozenset({"Hang", "Hani"}),
    "Hans": frozenset({"Hani"}),
    "Hant": frozenset({"Hani"}),
}
# Written in a second script too by people and models, without a tag of its own here.
_ALSO = {
    "sr": "Latn",
    "bs": "Cyrl",
    "uz": "Cyrl",
    "kk": "Latn",
    "az": "Cyrl",
    "ku": "Arab",
    "mn": "Latn",
    "tg": "Latn",
    "tk": "Cyrl",
    "ug": "Cyrl",
    "sd": "Deva",
    "pa": "Arab",
    "ha": "Arab",
    "ms": "Arab",
    "sat": "Olck",
    "crh": "Cyrl",
    "tt": "Latn",
    "tzm": "Latn",
    "mni": "Mtei",
    "ks": "Deva",
}


@lru_cache(maxsize=4096)
def script(character: str) -> str | None:
    """The script of a letter; None for what is no letter or of no listed script."""
    if not unicodedata.category(character).startswith("L"):
        return None
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0])


def letters_by_script(text: str) -> Counter[str]:
    """How many letters of `text` each script has."""
    return Counter(name for name in map(script, text) if name)


def scripts_of(language: str) -> frozenset[str]:
    """The scripts that text in a language may be written in."""
    known = find(language)
    own = _COMPOUND.get(known.script, frozenset({known.script}))
    also = _ALSO.get(known.tag)
    return own | {also} if also else own
