"""Cuts text into sentences, and sentences into clauses.

OPUS-MT models translate one sentence and drop a second one, so a missed boundary loses speech;
a boundary too many only costs some context. Where a rule cannot decide, it cuts.
"""

import re

from edge_interpreter.languages import find, is_known
from edge_interpreter.text import abbreviations

_CLOSING = r"[\"'”’“»›«)\]）】」』》]"
_OPENING = "\"'“‘«‹([（【「『《¿¡"
# Full stops of scripts that write the next sentence without a space.
_UNSPACED = "。！？｡．‼⁇⁈⁉"
_ALWAYS = "؟۔।॥።။།។։"
_BOUNDARY = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+{_CLOSING}*\s*)"
    rf"|(?P<stops>[.!?…{_ALWAYS}]+)(?P<closing>(?:\s?[»”]|{_CLOSING})*)(?P<space>\s+|$)"
    r"|(?P<glued>(?<=[^\W\d_]{2})[.!?](?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ' ]))"
    r"|(?P<line>\s*\n\s*)"
)
_GREEK_QUESTION = re.compile(r";(?=\s|$)")
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"[\w.\-]*\w$")
_CLOCK = re.compile(r"[ap]\.?\s?m", re.IGNORECASE)
_INITIAL = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я]|(?:[A-ZÀ-ÖØ-Þ]\.-?)+[A-ZÀ-ÖØ-Þ]")


def split_sentences(text: str, language: str) -> list[str]:
    """The sentences of `text`, stripped, in order; their words are those of the text.

    `language` is a BCP-47 tag; an unknown one gets the rules that hold everywhere.
    """
    base = find(language).tag.split("-")[0] if is_known(language) else ""
    if base == "el":
        text = _GREEK_QUESTION.sub("?", text)
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(text):
        if _ends_sentence(text, start, match, base):
            end = match.end()
            sentences.append(text[start:end].strip())
            start = end
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _ends_sentence(text: str, start: int, match: re.Match[str], language: str) -> bool:
    following = text[match.end() :].lstrip(_OPENING + " ")
    if not following or match["line"] or match["glued"]:
        return True
    if match["unspaced"]:
        # 「はい。」と言った: what was quoted is part of the sentence around it.
        return not re.search(rf"{_CLOSING}\s*$", match["unspaced"]) or following[0] not in "とって"
    stops = match["stops"]
    lower = following[0].islower()
    if any(stop in _ALWAYS for stop in stops):
        return True
    if "!" in stops or "?" in stops:
        # "Why?" she said.
        return not (lower and match["closing"])
    if stops != ".":
        return not lower
    return _full_stop_ends(text[start : match.start()], following, language)


def _full_stop_ends(before: str, following: str, language: str) -> bool:
    last = _LAST_WORD.search(before)
    word = last.group() if last else ""
    if not word:
        return True
    if word.isdigit():
        return _number_ends(before, word, following, language)
    key = word.lower()
    next_word = _WORD.match(following)
    starter = next_word is not None and next_word.group().lower() in abbreviations.starters(
        language
    )
    if key in abbreviations.titles(language):
        return False
    if following[0].isdigit() or following[0].islower():
        return not _abbreviated(key, language)
    if _CLOCK.fullmatch(key) or key in ("a.m", "p.m"):
        return True
    if key in abbreviations.sometimes_last(language):
        return starter
    if _INITIAL.fullmatch(word) and word != "I":
        # "J. Smith", "U.S. Army", but "plan B. Then we left".
        return starter
    return True


def _abbreviated(key: str, language: str) -> bool:
    return (
        len(key) == 1
        or "." in key
        or key in abbreviations.inner(language)
        or key in abbreviations.sometimes_last(language)
    )


def _number_ends(before: str, number: str, following: str, language: str) -> bool:
    if before.strip() == number:
        # The number of a list item belongs to it.
        return False
    if len(number) > 2:
        return True
    if following[0].islower():
        return False
    next_word = _WORD.match(following)
    return not (next_word and abbreviations.follows_ordinal(language, next_word.group()))


# Where a long sentence may be cut, best first: strong punctuation, a comma, before a conjunction.
_STRONG = re.compile(r"(?<=[;:—–])\s+|(?<=[；：])\s*")
_COMMA = re.compile(r"(?<=[,،、，])(?!\d)\s*")
_CONJUNCTIONS = {
    "en": "and but or because so which that when while if although then who where",
    "fr": "et mais ou car donc parce que qui quand lorsque si alors puisque où dont puis",
    "es": "y pero o porque que cuando si aunque entonces mientras donde",
    "de": "und aber oder weil dass wenn als damit obwohl denn",
    "it": "e ma o perché che quando se anche mentre dove",
    "pt": "e mas ou porque que quando se embora então enquanto onde",
    "nl": "en maar of omdat dat wanneer als terwijl want",
}


def split_clauses(
    sentence: str, language: str, max_chars: int = 120, min_chars: int = 12
) -> list[str]:
    """Pieces of a sentence for speaking early or for cutting what is too long to translate well.

    Every clause mark cuts where both sides have `min_chars`; a piece still beyond `max_chars` is
    cut before a conjunction, else between words. Lengths count characters, a Chinese, Japanese
    or Korean one as three. The words of the pieces are those of the sentence.
    """
    base = language.split("-")[0].lower()
    pieces = _cut(sentence.strip(), _STRONG, min_chars)
    pieces = [part for piece in pieces for part in _cut(piece, _COMMA, min_chars)]
    return [part for piece in pieces for part in _fit(piece, base, max_chars)]


def _cut(text: str, pattern: re.Pattern[str], min_chars: int) -> list[str]:
    pieces, start = [], 0
    for match in pattern.finditer(text):
        piece, rest = text[start : match.end()], text[match.end() :]
        if _weight(piece.strip()) >= min_chars and _weight(rest.strip()) >= min_chars:
            pieces.append(piece.strip())
            start = match.end()
    return [*pieces, text[start:].strip()]


def _fit(text: str, language: str, max_chars: int) -> list[str]:
    if _weight(text) <= max_chars:
        return [text]
    words = _CONJUNCTIONS.get(language, "").split()
    cuts = [
        match.start()
        for match in re.finditer(rf"\b(?:{'|'.join(words)})\b", text)
        if words and match.start()
    ] or [match.start() for match in re.finditer(r"(?<=\s)\S", text)]
    if not cuts:
        cuts = list(range(1, len(text)))
    middle = min(cuts, key=lambda cut: abs(_weight(text[:cut]) - _weight(text) / 2))
    halves = text[:middle].strip(), text[middle:].strip()
    if not all(halves):
        return [text]
    return [part for half in halves for part in _fit(half, language, max_chars)]


def _weight(text: str) -> int:
    return len(text) + 2 * sum(character > "\u2e7f" for character in text)
