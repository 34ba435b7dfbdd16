"""How loud a speaker usually is, so that a voice from the other end of the room is known."""

from collections import deque
from statistics import median

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.level import active_level, amplitude_to_dbfs

FAR_DB = 12.0
"""A voice at this distance below the usual one is not that of who stands at the microphone."""
UNSURE_LOGPROB = -0.7
"""Of prompts from across a room, 15 dB lower, 20 of 28 French ones that were shown lie below, and
18 of them were wrong in every other word or worse; of English ones 7 of 40, and 4.
"""
_KNOWN_AFTER = 3
_REMEMBERED = 12


class UsualLevel:
    """The median level of what was lately shown of one speaker.

    People who move away from a microphone are followed, as long as they are understood.
    """

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_REMEMBERED)

    def note(self, samples: Samples) -> None:
        """An utterance that is shown."""
        self._levels.append(_dbfs(samples))

    def is_distant(self, samples: Samples) -> bool:
        """Whether an utterance is much quieter; never before three were heard."""
        if len(self._levels) < _KNOWN_AFTER:
            return False
        return _dbfs(samples) < median(self._levels) - FAR_DB


def _dbfs(samples: Samples) -> float:
    return amplitude_to_dbfs(active_level(samples))
