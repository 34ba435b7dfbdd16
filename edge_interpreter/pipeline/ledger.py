"""Counts that must add up: every utterance that came in was delivered or dropped for a reason."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """`entered == done + sum(dropped.values()) + in_flight`, always."""

    entered: int = 0
    done: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    """Of those dropped: recognised, but not to be trusted."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Parts of delivered utterances (one caption, one voice) that were not, by reason."""
    wasted_ms: int = 0
    """Milliseconds of speech recognised speculatively for nothing."""
    recognised_ms: int = 0

    @property
    def in_flight(self) -> int:
        """Utterances that are somewhere in the pipeline."""
        return self.entered - self.done - self.dropped.total()

    @property
    def balanced(self) -> bool:
        """Whether nothing is unaccounted for once the pipeline is empty."""
        return self.in_flight == 0

    def as_dict(self) -> dict[str, object]:
        """The counts as plain data for summaries and metrics."""
        return {
            "in": self.entered,
            "done": self.done,
            "dropped": dict(sorted(self.dropped.items())),
            "skipped": dict(sorted(self.skipped.items())),
            "in_flight": self.in_flight,
        }
