from edge_interpreter.calls.leg import LegCounters
from edge_interpreter.calls.totals import CallTotals, MediaTotals


def test_calls_that_are_over_stay_in_the_sums_but_not_in_the_jitter() -> None:
    totals = CallTotals()
    totals.add("caller_hung_up", [LegCounters(received=5, lost=1), LegCounters(jitter_ms=40.0)])
    assert totals.ended == {"caller_hung_up": 1}
    assert (totals.media.received, totals.media.lost, totals.media.jitter_ms) == (5, 1, 0.0)


def test_the_jitter_is_that_of_the_worst_leg() -> None:
    media = MediaTotals()
    media.add([LegCounters(jitter_ms=20.0), LegCounters(jitter_ms=60.0, late=2)], over=False)
    assert (media.jitter_ms, media.late) == (60.0, 2)
