"""Stable words of an utterance that goes on: what two hypotheses in a row agree on.

LocalAgreement-2 of Liu, Spanakis and Niehues, "Low-Latency Sequence-to-Sequence Speech
Recognition and Translation by Partial Hypothesis Selection" (2020). What was once shown as
stable is never taken back. Scripts without spaces are compared character by character.
"""

from edge_interpreter.text.word_units import plain, word_units


class StableWords:
    """The agreed prefix of one utterance's hypotheses."""

    def __init__(self) -> None:
        self._stable: list[str] = []
        self._previous: list[str] = []

    def push(self, hypothesis: str) -> tuple[str, str]:
        """The stable and the still doubtful part of the newest hypothesis, one after the other."""
        words = word_units(hypothesis)
        agreed = _common_prefix(words, self._previous)
        self._previous = words
        if agreed > len(self._stable) and _same(words[: len(self._stable)], self._stable):
            self._stable = words[:agreed]
        contradicts = not _same(words[: len(self._stable)], self._stable)
        doubtful = [] if contradicts else words[len(self._stable) :]
        return "".join(self._stable), "".join(doubtful)


def _same(left: list[str], right: list[str]) -> bool:
    return len(left) == len(right) and _common_prefix(left, right) == len(right)


def _common_prefix(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if plain(one) != plain(other):
            break
        count += 1
    return count
