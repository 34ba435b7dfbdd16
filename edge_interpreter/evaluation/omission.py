"""Content of a sentence that its translation leaves out; defined in `docs/metrics.md`.

Contrastive conditioning: Vamvas and Sennrich, "As Little as Possible, as Much as Necessary:
Detecting Over- and Undertranslations with Contrastive Conditioning" (ACL 2022). Here a word must
also be missing from the translation of the translation.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from edge_interpreter.evaluation.function_words import content_words

_ALIKE = 5
_CLAUSE = re.compile(r"[^,;:.!?…]+[,;:.!?…]*\s*")


class TwoWayModel(Protocol):
    """What can say how likely a translation is, and translate it back."""

    def likelihoods(self, sentences: list[str], translation: str) -> list[float]:
        """Mean log-probability a token of one translation, given each of the sentences."""
        ...

    def back(self, translation: str) -> str:
        """The translation in the language of the sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Omissions:
    """The content words of a sentence, and those that its translation leaves out."""

    words: int
    omitted: tuple[str, ...]


def omissions(sentence: str, translation: str, language: str, model: TwoWayModel) -> Omissions:
    """Compare a sentence in `language` (BCP-47) with its translation."""
    words = list(content_words(sentence, language))
    if not translation.strip():
        return Omissions(len(words), tuple(word.group() for word in words))
    # Of a sentence with one such word nothing is left to be translated without it.
    if len(words) < 2:
        return Omissions(len(words), ())
    unneeded = _unneeded(sentence, translation, words, model)
    if not unneeded:
        return Omissions(len(words), ())
    recovered = _stems(model.back(translation))
    omitted = [word.group() for word in unneeded if not _stems(word.group()) & recovered]
    return Omissions(len(words), tuple(omitted))


def _unneeded(
    sentence: str, translation: str, words: list[re.Match[str]], model: TwoWayModel
) -> list[re.Match[str]]:
    """Words without which, or without whose clause, the translation would be likelier."""
    clauses = [found.span() for found in _CLAUSE.finditer(sentence)]
    spans = [word.span() for word in words] + (clauses if len(clauses) > 1 else [])
    shortened = [_without(sentence, *span) for span in spans]
    whole, *parts = model.likelihoods([sentence, *shortened], translation)
    likelier = [span for span, part in zip(spans, parts, strict=True) if part > whole]
    return [
        word
        for word in words
        if any(start <= word.start() and word.end() <= end for start, end in likelier)
    ]


def _without(sentence: str, start: int, end: int) -> str:
    return re.sub(r"\s+", " ", sentence[:start] + " " + sentence[end:]).strip()


def _stems(text: str) -> set[str]:
    return {_stem(part) for part in re.findall(r"\w+", text)}


def _stem(word: str) -> str:
    """The beginning of a word: "message" and "messages" are one."""
    return word.casefold()[:_ALIKE]
