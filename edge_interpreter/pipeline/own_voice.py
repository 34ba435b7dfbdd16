"""Keeps the box from interpreting what its own loudspeaker just said."""

from collections import deque
from dataclasses import dataclass

from edge_interpreter.text.word_units import plain_units, word_count

MEMORY_S = 10.0
"""A loudspeaker may be so much later than is reckoned."""
BEGUN_LATE_S = 0.3
LIKENESS = 0.75
LONG_WORDS = 4
"""A stretch of so many words is an echo; fewer are, too, where they begin while it plays."""
FEWEST_WORDS = 2
"""One word is an echo only of that word alone."""


@dataclass(slots=True)
class _Played:
    units: list[str]
    until: float


class OwnVoice:
    """Remembers what was played near a microphone and recognises it when it comes back.

    This is the last guard, by text; echo cancellation comes before it where there is any. Times are
    loop seconds.
    """

    def __init__(self) -> None:
        self._played: deque[_Played] = deque(maxlen=32)

    def note(self, text: str, until: float) -> None:
        """`text` is being played, to its end at about `until`; may be told again."""
        units = plain_units(text)
        known = next((played for played in self._played if played.units == units), None)
        if known is None:
            self._played.append(_Played(units, until))
        else:
            known.until = max(known.until, until)

    def heard_again(self, text: str, began: float, *, goes_on: bool = False) -> bool:
        """Whether `text`, whose sound began then, is a stretch of something played.

        Where it `goes_on`, what is too short to be judged may be one.
        """
        units = plain_units(text)
        recent = [played for played in self._played if began - played.until <= MEMORY_S]
        if goes_on and word_count(units) < FEWEST_WORDS:
            return bool(recent)
        return any(_is_echo(units, played, began) for played in recent)


def _is_echo(units: list[str], played: _Played, began: float) -> bool:
    words = word_count(units)
    if words >= LONG_WORDS:
        return _likeness(units, played.units) >= LIKENESS * len(units)
    if not units or began > played.until + BEGUN_LATE_S:
        return False
    whole = units == played.units
    return whole or (words >= FEWEST_WORDS and _likeness(units, played.units) == len(units))


def _likeness(units: list[str], played: list[str]) -> int:
    """Units in common with one stretch of what was played, less those that differ within it.

    The local alignment of Smith and Waterman, "Identification of Common Molecular Subsequences"
    (1981), with 1 for a match and -1 for all else.
    """
    best, before = 0, [0] * (len(played) + 1)
    for unit in units:
        row = [0]
        for place, other in enumerate(played):
            matched = before[place] + (1 if unit == other else -1)
            row.append(max(0, matched, before[place + 1] - 1, row[place] - 1))
        best, before = max(best, *row), row
    return best
