"""Word error rate after Whisper's own text normalisers (Radford et al., 2022, appendix C)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from edge_interpreter.errors import UserError

if TYPE_CHECKING:
    from types import ModuleType

# Written without spaces between words: every character counts as a word (as in the paper).
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue", "zh-Hant"})


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Errors found by aligning what was heard with what was said; add two to pool them."""

    words: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def rate(self) -> float:
        """Errors per word said (0.1 is 10 %); with nothing said, 1.0 where anything was heard."""
        errors = self.substitutions + self.deletions + self.insertions
        return errors / self.words if self.words else float(errors > 0)

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.words + other.words,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


def normalise(text: str, language: str) -> str:
    """`text` without punctuation, letter case and (for English) spelling variants."""
    return " ".join(_normaliser(language)(text).split())


def word_errors(said: str, heard: str, language: str) -> WordErrors:
    """Aligned word errors of `heard` against `said`, both normalised first.

    Raises UserError where the evaluation extra is not installed.
    """
    reference, hypothesis = normalise(said, language), normalise(heard, language)
    if not reference:
        return WordErrors(insertions=len(hypothesis.split()))
    found = _evaluation_package("jiwer").process_words(reference, hypothesis)
    return WordErrors(
        words=found.hits + found.substitutions + found.deletions,
        substitutions=found.substitutions,
        deletions=found.deletions,
        insertions=found.insertions,
    )


def inserted_words(said: str, heard: str, language: str) -> list[str]:
    """The words of `heard`, normalised, that the alignment with `said` has no place for."""
    reference, hypothesis = normalise(said, language), normalise(heard, language)
    words = hypothesis.split()
    if not reference or not words:
        return words
    found = _evaluation_package("jiwer").process_words(reference, hypothesis)
    return [
        word
        for chunk in found.alignments[0]
        if chunk.type == "insert"
        for word in words[chunk.hyp_start_idx : chunk.hyp_end_idx]
    ]


def pooled(errors: Iterable[WordErrors]) -> WordErrors:
    """The sum over many utterances: long ones weigh more, as in every published figure."""
    return sum(errors, WordErrors())


@cache
def _normaliser(language: str) -> Callable[[str], str]:
    if language.partition("-")[0] == "en":
        english = _evaluation_package("whisper_normalizer.english").EnglishTextNormalizer()
        return lambda text: str(english(text))
    module = _evaluation_package("whisper_normalizer.basic")
    basic = module.BasicTextNormalizer(split_letters=language in _UNSPACED)
    return lambda text: str(basic(text))


@cache
def _evaluation_package(name: str) -> "ModuleType":
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as failure:
        raise UserError(
            f"{name.partition('.')[0]} is not installed;"
            " run: pip install 'edge-interpreter[evaluate]'"
        ) from failure
