"""Checks of one translated sentence against its source.

They look for what neural translation is known to do when it fails: repeat itself, stop early,
copy the source, answer in another script, lose or invent numbers.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from edge_interpreter.text.placeables.compare import compare
from edge_interpreter.text.placeables.words import base_language
from edge_interpreter.text.scripts import letters_by_script, scripts_of
from edge_interpreter.text.units import lost_amounts


class Problem(StrEnum):
    """What is wrong with a translation.

    `NUMBERS`: a number, amount, date, time, address or code of the source is missing; `TERMS`: a
    term of the glossary is. The others say that the sentence as a whole cannot be trusted.
    """

    EMPTY = "empty"
    REPETITION_LOOP = "repetition_loop"
    TRUNCATED = "truncated"
    UNTRANSLATED = "untranslated"
    WRONG_SCRIPT = "wrong_script"
    LENGTH_RATIO = "length_ratio"
    NUMBERS = "numbers"
    INVENTED_NUMBER = "invented_number"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks found.

    `missing` are the placeables of the source that the translation lacks, as the source has them.
    """

    problems: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    @property
    def broken(self) -> bool:
        """Whether the translation must not be shown: more than a number or a term is wrong."""
        return bool(set(self.problems) - {Problem.NUMBERS, Problem.TERMS})


def check(sentence: str, translation: str, source: str, target: str) -> Verdict:
    """What is wrong with `translation`, if anything; languages are BCP-47 tags."""
    if not translation.strip():
        return Verdict((Problem.EMPTY,) if _WORD.search(sentence) else ())
    found = compare(sentence, translation, source, target)
    missing = tuple(item.text for item in found.missing) + tuple(
        sentence[amount.start : amount.end]
        for amount in lost_amounts(sentence, translation, source, target)
        if amount.number not in found.missing
    )
    problems = [
        problem
        for problem, wrong in (
            (Problem.REPETITION_LOOP, _repeats(translation) and not _repeats(sentence)),
            (Problem.WRONG_SCRIPT, _wrong_script(sentence, translation, target)),
            (Problem.UNTRANSLATED, _copied(sentence, translation, source, target)),
            (Problem.INVENTED_NUMBER, bool(found.invented and not found.missing)),
            (Problem.NUMBERS, bool(missing)),
        )
        if wrong
    ]
    length = _length_problem(sentence, translation)
    if length:
        problems.append(length)
    return Verdict(tuple(problems), missing)


_WORD = re.compile(r"\w+")
_PLAIN_WORD = re.compile(r"(?<![^\s\"'(«“¿¡])[^\W\d_]{2,}(?![^\s.,;:!?\"')»”])(?![.:]\S)")
_LOOP = re.compile(r"(?P<unit>\S.{0,60}?)(?:\s*(?P=unit)){3,}", re.DOTALL)


def _repeats(text: str) -> bool:
    """Whether something is said four times or more in a row, beyond a laugh or a dotted line."""
    return any(
        len(match.group()) >= 20 and len(_WORD.findall(match["unit"])) >= 1
        for match in _LOOP.finditer(text.lower())
    ) or _mostly_repeated(_WORD.findall(text.lower()))


def _mostly_repeated(words: list[str]) -> bool:
    """Whether few different triples of words make up a long text."""
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return len(triples) >= 12 and len(set(triples)) < 0.5 * len(triples)


def _wrong_script(sentence: str, translation: str, target: str) -> bool:
    letters = letters_by_script(translation)
    allowed = scripts_of(target)
    total = sum(letters.values())
    foreign = sum(count for name, count in letters.items() if name not in allowed)
    if foreign <= 0.5 * total:
        return False
    # "OK, Google." may stay as it is in Japanese; a sentence may not.
    copied = set(_WORD.findall(translation.lower())) <= set(_WORD.findall(sentence.lower()))
    return not (copied and len(_WORD.findall(translation)) <= 3)


# Languages near enough that a sentence may be written alike in both.
_NEAR = [
    {"nb", "nn", "da", "sv"},
    {"hr", "bs", "sr"},
    {"es", "gl", "pt", "ast"},
    {"id", "ms"},
    {"cs", "sk"},
    {"zh", "yue"},
    {"bg", "mk"},
]


def _copied(sentence: str, translation: str, source: str, target: str) -> bool:
    """Whether the translation is the source again; names, numbers and short calls may be."""
    pair = {base_language(source), base_language(target)}
    if any(pair <= family for family in _NEAR):
        return False
    original = {word for word in _PLAIN_WORD.findall(sentence)[1:] if word.islower()}
    if not scripts_of(source) & scripts_of(target) or len(original) < 3:
        return False
    kept = set(_WORD.findall(translation.lower()))
    return sum(word in kept for word in original) >= 0.7 * len(original)


# Bounds of target ÷ source length, and how many letters beyond them a short sentence may be:
# "OK." is "D'accord, c'est entendu."
_SHORTEST, _LONGEST = 0.4, 2.5
_SHORTER_BY, _LONGER_BY = 16, 30


def _length_problem(sentence: str, translation: str) -> Problem | None:
    expected, length = _weight(sentence), _weight(translation)
    if length < _SHORTEST * expected - _SHORTER_BY:
        return Problem.TRUNCATED
    if length > _LONGEST * expected + _LONGER_BY:
        return Problem.LENGTH_RATIO
    return None


def _weight(text: str) -> float:
    """Length in letters of an alphabet; one of Chinese, Japanese or Korean counts for several."""
    letters = letters_by_script(text)
    dense = 2.0 * letters["Hani"] + 1.0 * (letters["Kana"] + letters["Hang"])
    return len(text) + dense
