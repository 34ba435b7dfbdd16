"""Keeps the box from interpreting what its own loudspeaker just said."""

import re
from collections import deque
from difflib import SequenceMatcher

MEMORY_S = 20.0
LIKENESS = 0.75
MIN_WORDS = 2
_WORD = re.compile(r"\w+")


class OwnVoice:
    """Remembers what was played near a microphone and recognises it when it comes back.

    This is the last guard, by text; echo cancellation comes before it where there is any.
    """

    def __init__(self) -> None:
        self._played: deque[tuple[float, list[str]]] = deque(maxlen=32)

    def note(self, text: str, now: float) -> None:
        """`text` is being played at `now` (loop seconds)."""
        self._played.append((now, _words(text)))

    def heard_again(self, text: str, now: float, *, goes_on: bool = False) -> bool:
        """Whether `text` is mostly a stretch of something played in the last seconds.

        Where it `goes_on`, what is too short to be judged may be one.
        """
        words = _words(text)
        recent = [played for at, played in self._played if now - at <= MEMORY_S]
        if len(words) < MIN_WORDS:
            return goes_on and bool(recent)
        return any(_contained(words, played) >= LIKENESS for played in recent)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _contained(words: list[str], played: list[str]) -> float:
    """Share of `words` that appear in `played` in the same order."""
    matcher = SequenceMatcher(None, words, played, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(words)
