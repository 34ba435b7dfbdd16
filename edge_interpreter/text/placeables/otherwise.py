"""Turns of phrase that another language says without their number."""

import re

from edge_interpreter.text.placeables.model import Placeable
from edge_interpreter.text.placeables.words import base_language

# "Neuf" is new at the end of a phrase only: "neuf messages".
_ENDS = r"(?=\s*(?:[.,;:!?]|$)|\s(?:et|pour|de|dans|à|avec|depuis)\b)"
# What a sentence has → what its translation may have instead.
_OTHERWISE: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("en", "fr"): (
        (r"zero|nought|nil|0", r"aucune?|pas|nulle?|nuls|rien|sans|zéros"),
        (r"ten to one", r"dix contre un"),
        (r"first floor", r"rez-de-chaussée"),
        (r"ten years", r"décennie"),
        (r"noon|midday", r"déjeuner|12|douze"),
    ),
    ("fr", "en"): (
        (r"zéro|0", r"no|none|nothing|not|\w+n['’]t|scratch|freezing|nil|without|any"),
        (rf"neuf{_ENDS}", r"new|what['’]s up|brand"),
        (r"huit jours", r"weeks?"),
        (r"quinze jours|quinzaine", r"two weeks|fortnight|couple of weeks"),
        (r"sur deux|les deux(?! tiers)", r"other|half|both|either|alternate"),
        (r"deux mots", r"nutshell|briefly|words?"),
        (r"ces quatre", r"days"),
        (r"quatre pattes", r"fours"),
        (r"troisième âge", r"senior\w*|old\w*|elderly"),
        (r"dix contre un", r"ten to one"),
        (r"dix ans|dizaine", r"decades?"),
        (r"midi", r"lunch\w*|12(?!(?::00)?\s?a)|twelve"),
        (r"minuit", r"12(?!(?::00)?\s?p)|twelve(?! noon)"),
        (r"à cent pour cent", r"completely|totally|fully|entirely"),
        (r"pour deux", r"both|couple"),
    ),
}
_AROUND = 16


def said_otherwise(
    item: Placeable, sentence: str, translation: str, source: str, target: str
) -> bool:
    """Whether a number is part of a turn of phrase whose counterpart a translation has."""
    start = max(0, item.start - _AROUND)
    around = sentence[start : item.end + _AROUND]
    for phrase, counterpart in _OTHERWISE.get((base_language(source), base_language(target)), ()):
        for match in re.finditer(rf"\b(?:{phrase})\b", around, re.IGNORECASE):
            inside = match.start() + start < item.end and item.start < match.end() + start
            if inside and re.search(rf"\b(?:{counterpart})\b", translation, re.IGNORECASE):
                return True
    return False
