import random

from edge_interpreter.pipeline.events import Event, Lane, SpeechBegan
from edge_interpreter.pipeline.sequencer import SOURCE, LaneKey, Sequencer


def event(index: int, detail: int = 0) -> Event:
    return SpeechBegan("s", index, detail)


class Record:
    def __init__(self) -> None:
        self.delivered: list[Event] = []
        self.released: list[tuple[int, LaneKey]] = []

    def sequencer(self) -> Sequencer:
        return Sequencer(
            self.delivered.append, lambda index, lane: self.released.append((index, lane))
        )


def test_a_later_utterance_waits_for_the_one_before() -> None:
    record = Record()
    sequencer = record.sequencer()
    for index in (0, 1):
        sequencer.open(SOURCE, index)
    sequencer.emit(SOURCE, 1, event(1))
    sequencer.close(SOURCE, 1)
    assert record.delivered == []
    sequencer.emit(SOURCE, 0, event(0))
    assert record.delivered == [event(0)]
    sequencer.close(SOURCE, 0)
    assert record.delivered == [event(0), event(1)]
    assert record.released == [(0, SOURCE), (1, SOURCE)]


def test_lanes_do_not_wait_for_each_other() -> None:
    record = Record()
    sequencer = record.sequencer()
    french: LaneKey = (Lane.CAPTION, "fr")
    sequencer.open(SOURCE, 0)
    sequencer.open(french, 1)
    sequencer.emit(french, 1, event(1))
    assert record.delivered == [event(1)]


def test_any_order_of_work_gives_one_order_of_delivery() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        record = Record()
        sequencer = record.sequencer()
        steps = {index: [0, 1, 2] for index in range(6)}
        for index in steps:
            sequencer.open(SOURCE, index)
        while steps:
            index = rng.choice(sorted(steps))
            sequencer.emit(SOURCE, index, event(index, steps[index].pop(0)))
            if not steps[index]:
                sequencer.close(SOURCE, index)
                del steps[index]
        assert record.delivered == [event(i, d) for i in range(6) for d in range(3)]
        assert [index for index, _ in record.released] == list(range(6))
