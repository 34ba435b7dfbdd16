"""An utterance on its way through the pipeline."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from edge_interpreter.audio.frames import Samples, ms_to_samples
from edge_interpreter.engines.protocols import Recognition
from edge_interpreter.pipeline.demand import NOTHING, Demand
from edge_interpreter.pipeline.events import Event, Lane, Skipped, Utterance
from edge_interpreter.pipeline.sequencer import SOURCE, LaneKey

if TYPE_CHECKING:
    from edge_interpreter.pipeline.caption import CaptionInHand
    from edge_interpreter.pipeline.stream import Stream


_GAP = np.zeros(ms_to_samples(200), np.float32)
"""Between utterances that are recognised as one."""


@dataclass(slots=True, eq=False)
class Passage:
    """What the stages know of one utterance.

    `prepared` are captions begun before the utterance was known to be over. `ended` is when the
    speech ended, in loop seconds; `open_lanes` are those in which something may still come, and
    `undelivered` those of which something may still wait for its turn; `latency_ms` counts from
    `ended`; `spoken` is how many pieces of speech each language has had. Whatever becomes of a
    passage becomes of those it has `absorbed`, too; once there are words, it is told only once.
    """

    stream: "Stream"
    utterance: Utterance
    ended: float
    samples: Samples | None = None
    demand: Demand = NOTHING
    recognition: Recognition | None = None
    prepared: list["CaptionInHand"] = field(default_factory=list)
    open_lanes: set[LaneKey] = field(default_factory=set)
    undelivered: set[LaneKey] = field(default_factory=set)
    latency_ms: dict[str, int] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    absorbed: list["Passage"] = field(default_factory=list)
    dropped: bool = False

    def open(self, lane: LaneKey) -> None:
        """Reserve this utterance's place in a lane."""
        self.open_lanes.add(lane)
        self.undelivered.add(lane)
        self.stream.sequencer.open(lane, self.utterance.index)

    def emit(self, lane: LaneKey, event: Event) -> None:
        """Deliver an event in its turn."""
        self.stream.sequencer.emit(lane, self.utterance.index, event)

    def close(self, lane: LaneKey) -> None:
        """Nothing more comes in this lane."""
        if lane in self.open_lanes:
            self.open_lanes.remove(lane)
            self.stream.sequencer.close(lane, self.utterance.index)
        if lane == SOURCE:
            # Their words are in this one's, and so is all that comes of them.
            for other in self.absorbed:
                other._close_all()

    def wants(self, lane: LaneKey) -> bool:
        """Whether somebody still waits for this lane."""
        kind, target = lane
        now = self.stream.demand()
        return target in (now.speech if kind is Lane.SPEECH else now.targets)

    def skip(self, lane: LaneKey, reason: str) -> None:
        """Say that one caption or one voice is not delivered, and close its lane."""
        if lane not in self.open_lanes:
            return
        self.stream.ledger.skipped[reason] += 1
        self.emit(lane, Skipped(self.utterance, lane[0], lane[1], reason))
        self.close(lane)

    def drop(self, reason: str, *, withheld: bool = False) -> None:
        """Give the whole utterance up, visibly."""
        if self.dropped:
            return
        for other in self.absorbed:
            other.drop(reason, withheld=withheld)
        self.dropped = True
        self.stream.ledger.dropped[reason] += 1
        if withheld:
            self.stream.ledger.withheld[reason] += 1
        # Who has seen the words still waits for the rest.
        lost = [SOURCE] if SOURCE in self.open_lanes else sorted(self.open_lanes)
        for lane in lost:
            self.emit(lane, Skipped(self.utterance, *lane, reason, withheld))
        self._close_all()

    def may_absorb(self, other: "Passage", longest_ms: int) -> bool:
        """Whether all who wait for `other` wait for this one, and both are not too long."""
        if self.samples is None or other.samples is None:
            return False
        size = self.samples.size + _GAP.size + other.samples.size
        return other.open_lanes <= self.open_lanes and size <= ms_to_samples(longest_ms)

    def absorb(self, other: "Passage") -> None:
        """Take in the utterance that follows: it will be delivered as part of this one."""
        if self.samples is None or other.samples is None:
            raise ValueError("only what is over can be taken in")
        self.utterance = replace(self.utterance, end_ms=other.utterance.end_ms)
        self.samples = np.concatenate((self.samples, _GAP, other.samples))
        self.absorbed.append(other)

    @property
    def began(self) -> float:
        """When the speech began, in loop seconds; while it goes on, when that was noticed."""
        return self.ended - (self.utterance.end_ms - self.utterance.start_ms) / 1000

    def age_ms(self, now: float) -> float:
        """Milliseconds since the speech ended."""
        return (now - self.ended) * 1000

    def mark(self, stage: str, now: float) -> None:
        """Note when a stage first gave something."""
        self.latency_ms.setdefault(stage, round(self.age_ms(now)))

    def _close_all(self) -> None:
        for lane in list(self.open_lanes):
            self.close(lane)
