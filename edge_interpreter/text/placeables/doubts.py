"""Whether a word for a number says one: "one of these days", "a second", "huit jours"."""

import re
from collections.abc import Sequence

from edge_interpreter.text.placeables.dates import beside_month
from edge_interpreter.text.placeables.words import Spelled, base_language

_FLOOR = re.compile(r"\s(?:floors?|stor(?:e?y|ies)|étages?)\b")
# What a "one" after it, at the end of its clause, is the number of.
_NUMBERED = {
    "en": "press|dial|enter|type|number|room|chapter|page|line|platform|gate|terminal|channel|key"
    "|option|extension|code|digit|level|volume|part|step|bus|flight|track|minus|plus|zero",
    "fr": "tapez|composez|faites|numéro|chambre|chapitre|page|quai|porte|terminal|chaîne|canal"
    "|option|touche|poste|code|chiffre|niveau|volume|partie|étape|bus|vol|voie|moins|plus|zéro",
}
_CLAUSE_END = re.compile(r"\s*(?:[.,;:!?]|$)|\s(?:for|to|and|or|on|pour|et|ou|à|sur)\b")
_DETERMINED = re.compile(r"\b(?:the|his|her|its|their|my|our|your)\s$")
_NO_THIRD = re.compile(r"\s(?:of|part(?:y|ies)|world|person|âge)\b")
_TWO_OF_THEM = re.compile(
    r"\b(?:you|we|us|nous|vous|eux|elles|tous|toutes|tous les|toutes les|en)\s$"
)
_OF_THEM = re.compile(r"\sof\s(?:us|you|them)\b")


def without_per_cent(text: str, items: Sequence[Spelled]) -> list[Spelled]:
    """Without the "cent" of "dix pour cent", which counts nothing; "pour cent personnes" does."""
    ends = {item.end for item in items}
    kept = []
    for item in items:
        before = text[: item.start].lower()
        amount = before.removesuffix("pour ").rstrip()
        counted = len(amount) in ends or amount[-1:].isdigit()
        cent = text[item.start : item.end].lower() == "cent" and before.endswith("pour ")
        if not (cent and counted):
            kept.append(item)
    return kept


def is_doubtful(text: str, item: Spelled, language: str, translated: bool) -> bool:
    """Whether it may be no number, or one that another language need not say.

    In a translation small numbers are doubtful too: "both" is "tous les deux".
    """
    # 三亚, 十分: a single Chinese numeral is a part of many words.
    if item.end - item.start == 1 and text[item.start] not in "两兩":
        return True
    before, after = text[: item.start].lower(), text[item.end :].lower()
    if translated:
        return item.value <= (3 if item.ordinal else 2) or in_days(text, item) != ()
    if item.ordinal:
        return item.value <= 3 and not _is_certain_ordinal(text, item, language)
    if item.value == 1:
        numbered = _NUMBERED.get(base_language(language), "(?!)")
        follows = re.search(rf"\b(?:{numbered})\s$", before) is not None
        return not (follows and _CLAUSE_END.match(after))
    return item.value == 2 and bool(_TWO_OF_THEM.search(before) or _OF_THEM.match(after))


def _is_certain_ordinal(text: str, item: Spelled, language: str) -> bool:
    before, after = text[: item.start].lower(), text[item.end :].lower()
    if _FLOOR.match(after) or beside_month(text, item, language):
        return True
    if item.value < 3 or _NO_THIRD.match(after):
        return False
    return base_language(language) != "en" or _DETERMINED.search(before) is not None


def in_days(text: str, item: Spelled) -> tuple[int, ...]:
    """What else "huit jours" and "quinze jours" are: seven days or one week, and twice that."""
    if not re.match(r"\sjours\b", text[item.end :], re.I):
        return ()
    return {"huit": (7, 1), "quinze": (14, 2)}.get(text[item.start : item.end].lower(), ())
