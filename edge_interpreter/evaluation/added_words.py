"""Words in a transcript that the speaker did not say; defined in `docs/metrics.md`."""

from collections import Counter
from dataclasses import dataclass

from edge_interpreter.evaluation.wer import inserted_words, normalise


@dataclass(frozen=True, slots=True)
class AddedWords:
    """Words beyond those of the speaker; add two to pool them.

    `overheard` were said by somebody else in the background, `invented` by nobody.
    """

    overheard: int = 0
    invented: int = 0

    def __add__(self, other: "AddedWords") -> "AddedWords":
        return AddedWords(self.overheard + other.overheard, self.invented + other.invented)


def added_words(said: str, background: str, heard: str, language: str) -> AddedWords:
    """What was heard beyond `said`; a word of `background` explains as many as it has of it."""
    added = Counter(inserted_words(said, heard, language))
    overheard = added & Counter(normalise(background, language).split())
    return AddedWords(overheard.total(), added.total() - overheard.total())
