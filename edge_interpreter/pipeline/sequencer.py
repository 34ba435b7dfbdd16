"""Puts the events of a stream back in order, although workers finish in any order."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_interpreter.pipeline.events import Event, Lane

LaneKey = tuple[Lane, str | None]
"""A lane and, but for the source lane, its target language."""

SOURCE: LaneKey = (Lane.SOURCE, None)


@dataclass(slots=True)
class _Slot:
    events: list[Event] = field(default_factory=list)
    closed: bool = False


class Sequencer:
    """Delivers, lane by lane, the events of each utterance after those of the one before.

    Every utterance opens the lanes that it will use, in order of its index, and closes each one
    whatever becomes of it: an open slot holds back all that come after. `released` is called when
    a closed slot has been delivered.
    """

    def __init__(
        self, deliver: Callable[[Event], None], released: Callable[[int, LaneKey], None]
    ) -> None:
        self._deliver = deliver
        self._released = released
        self._lanes: dict[LaneKey, OrderedDict[int, _Slot]] = {}

    def open(self, lane: LaneKey, index: int) -> None:
        """Reserve the place of utterance `index`."""
        self._lanes.setdefault(lane, OrderedDict())[index] = _Slot()

    def is_head(self, lane: LaneKey, index: int) -> bool:
        """Whether an event of `index` would be delivered at once."""
        slots = self._lanes.get(lane)
        return slots is not None and next(iter(slots), None) == index

    def emit(self, lane: LaneKey, index: int, event: Event) -> None:
        """Deliver `event` when its turn has come; ignored where the slot is closed."""
        slots = self._lanes.get(lane)
        slot = slots.get(index) if slots else None
        if slot is None or slot.closed:
            return
        if self.is_head(lane, index):
            self._deliver(event)
        else:
            slot.events.append(event)

    def close(self, lane: LaneKey, index: int) -> None:
        """Nothing more comes of `index` in this lane; what waited behind it goes out."""
        slots = self._lanes.get(lane)
        if not slots or index not in slots:
            return
        slots[index].closed = True
        self._release(lane, slots)

    def _release(self, lane: LaneKey, slots: OrderedDict[int, _Slot]) -> None:
        while slots:
            index, head = next(iter(slots.items()))
            events, head.events = head.events, []
            for event in events:
                self._deliver(event)
            if not head.closed:
                return
            del slots[index]
            self._released(index, lane)
