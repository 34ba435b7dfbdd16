"""An utterance on its way through the pipeline."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edge_interpreter.audio.frames import Samples
from edge_interpreter.engines.protocols import Recognition
from edge_interpreter.pipeline.demand import NOTHING, Demand
from edge_interpreter.pipeline.events import Event, Lane, Skipped, Utterance
from edge_interpreter.pipeline.sequencer import SOURCE, LaneKey

if TYPE_CHECKING:
    from edge_interpreter.pipeline.caption import CaptionInHand
    from edge_interpreter.pipeline.stream import Stream


@dataclass(slots=True, eq=False)
class Passage:
    """What the stages know of one utterance.

    `prepared` are captions begun before the utterance was known to be over. `ended` is when the
    speech ended, in loop seconds; `open_lanes` are those in which something may still come;
    `latency_ms` counts from `ended`; `spoken` is how many pieces of speech each language has had.
    """

    stream: "Stream"
    utterance: Utterance
    ended: float
    samples: Samples | None = None
    demand: Demand = NOTHING
    recognition: Recognition | None = None
    prepared: list["CaptionInHand"] = field(default_factory=list)
    open_lanes: set[LaneKey] = field(default_factory=set)
    latency_ms: dict[str, int] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    dropped: bool = False

    def open(self, lane: LaneKey) -> None:
        """Reserve this utterance's place in a lane."""
        self.open_lanes.add(lane)
        self.stream.sequencer.open(lane, self.utterance.index)

    def emit(self, lane: LaneKey, event: Event) -> None:
        """Deliver an event in its turn."""
        self.stream.sequencer.emit(lane, self.utterance.index, event)

    def close(self, lane: LaneKey) -> None:
        """Nothing more comes in this lane."""
        self.stream.sequencer.close(lane, self.utterance.index)

    def wants(self, lane: LaneKey) -> bool:
        """Whether somebody still waits for this lane."""
        kind, target = lane
        now = self.stream.demand()
        return target in (now.speech if kind is Lane.SPEECH else now.targets)

    def skip(self, lane: LaneKey, reason: str) -> None:
        """Say that one caption or one voice is not delivered, and close its lane."""
        if lane in self.open_lanes:
            self.stream.ledger.skipped[reason] += 1
            self.emit(lane, Skipped(self.utterance, lane[0], lane[1], reason))
            self.close(lane)

    def drop(self, reason: str, *, withheld: bool = False) -> None:
        """Give the whole utterance up, visibly."""
        if self.dropped:
            return
        self.dropped = True
        self.stream.ledger.dropped[reason] += 1
        if withheld:
            self.stream.ledger.withheld[reason] += 1
        self.emit(SOURCE, Skipped(self.utterance, Lane.SOURCE, None, reason, withheld))
        self.close_all()

    def absorb(self, other: "Passage") -> None:
        """Take in the utterance that follows: it will be delivered as part of this one."""
        self.utterance = replace(self.utterance, end_ms=other.utterance.end_ms)
        other.close_all()

    def close_all(self) -> None:
        """Nothing more comes in any lane."""
        for lane in list(self.open_lanes):
            self.close(lane)

    def age_ms(self, now: float) -> float:
        """Milliseconds since the speech ended."""
        return (now - self.ended) * 1000

    def mark(self, stage: str, now: float) -> None:
        """Note when a stage first gave something."""
        self.latency_ms.setdefault(stage, round(self.age_ms(now)))
