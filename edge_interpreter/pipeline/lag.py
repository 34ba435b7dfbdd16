"""What is given up, and in which order, when a stream falls behind."""

from enum import IntEnum

FASTEST_SPEECH = 1.25


class LagLevel(IntEnum):
    """How far behind a stream is; each level keeps what the ones before it gave up."""

    ON_TIME = 0
    NO_PARTIALS = 1
    FASTER_SPEECH = 2
    MERGE = 3
    CAPTIONS_ONLY = 4
    DROP_OLDEST = 5


_SHARE_OF_BUDGET = {
    LagLevel.NO_PARTIALS: 0.25,
    LagLevel.FASTER_SPEECH: 0.35,
    LagLevel.MERGE: 0.45,
    LagLevel.CAPTIONS_ONLY: 0.65,
    LagLevel.DROP_OLDEST: 1.0,
}
_RECOVERED = 0.7


class LagPolicy:
    """Turns the age of the oldest utterance in hand into a level, with hysteresis downward."""

    def __init__(self, budget_ms: int) -> None:
        self._budget_ms = budget_ms
        self.level = LagLevel.ON_TIME

    def observe(self, age_ms: float) -> LagLevel:
        """The level for a stream whose oldest unfinished utterance ended `age_ms` ago."""
        share = age_ms / self._budget_ms if self._budget_ms else float("inf")
        reached = max(
            (level for level, at in _SHARE_OF_BUDGET.items() if share >= at), default=None
        )
        if reached is not None and reached >= self.level:
            self.level = reached
        elif self.level and share < _SHARE_OF_BUDGET[self.level] * _RECOVERED:
            self.level = LagLevel(self.level - 1)
        return self.level

    @property
    def speech_speed(self) -> float:
        """How fast translated speech is spoken at this level."""
        return FASTEST_SPEECH if self.level >= LagLevel.FASTER_SPEECH else 1.0
