"""What the media of all calls went through, those that are over included."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_interpreter.calls.leg import LegCounters


@dataclass(slots=True)
class MediaTotals:
    """Sums of `LegCounters`; `jitter_ms` is the largest of the legs that are up."""

    received: int = 0
    concealed: int = 0
    sent: int = 0
    underruns: int = 0
    dropped: int = 0
    ignored_packets: int = 0
    lost: int = 0
    late: int = 0
    jitter_ms: float = 0.0

    def add(self, legs: Iterable[LegCounters], *, over: bool) -> None:
        """Count the legs of a call; one that is over has no jitter any more."""
        for leg in legs:
            self.received += leg.received
            self.concealed += leg.concealed
            self.sent += leg.sent
            self.underruns += leg.underruns
            self.dropped += leg.dropped
            self.ignored_packets += leg.ignored_packets
            self.lost += leg.lost
            self.late += leg.late
            if not over:
                self.jitter_ms = max(self.jitter_ms, leg.jitter_ms)


@dataclass(slots=True)
class CallTotals:
    """Calls that are over, by cause, and their media."""

    ended: Counter[str] = field(default_factory=Counter)
    media: MediaTotals = field(default_factory=MediaTotals)

    def add(self, cause: str, legs: Iterable[LegCounters]) -> None:
        """A call is over."""
        self.ended[cause] += 1
        self.media.add(legs, over=True)
