"""How the language of a speaker is followed; defined in `docs/metrics.md`."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge_interpreter.evaluation.manifest import Segment


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance as it was recognised: language, and seconds in the recording."""

    language: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SwitchCounts:
    """Counts of recordings whose speaker changes language; add two to pool them.

    `flips`: changes of language between one recognised utterance and the next. `followed`: true
    switches after which the new language was taken before its first segment was over.
    """

    true_switches: int = 0
    flips: int = 0
    followed: int = 0
    utterances: int = 0
    right: int = 0

    def __add__(self, other: "SwitchCounts") -> "SwitchCounts":
        return SwitchCounts(
            self.true_switches + other.true_switches,
            self.flips + other.flips,
            self.followed + other.followed,
            self.utterances + other.utterances,
            self.right + other.right,
        )


def flips(languages: Sequence[str]) -> int:
    """How often the language changes from one to the next."""
    return sum(before != after for before, after in pairwise(languages))


def count_switches(said: Sequence[Segment], heard: Sequence[Heard]) -> SwitchCounts:
    """What became of the switches of one recording; both in order."""
    switched = [after for before, after in pairwise(said) if before.language != after.language]
    placed = [(each, _segment_of(each, said)) for each in heard]
    return SwitchCounts(
        true_switches=len(switched),
        flips=flips([each.language for each in heard]),
        followed=sum(_followed(segment, placed) for segment in switched),
        utterances=len(heard),
        right=sum(each.language == segment.language for each, segment in placed),
    )


def _segment_of(heard: Heard, said: Sequence[Segment]) -> Segment:
    """The segment that an utterance lies in for the most part."""
    return max(said, key=lambda s: min(s.end_s, heard.end_s) - max(s.start_s, heard.start_s))


def _followed(segment: Segment, placed: Sequence[tuple[Heard, Segment]]) -> bool:
    within = [each for each, place in placed if place is segment]
    return bool(within) and within[-1].language == segment.language
