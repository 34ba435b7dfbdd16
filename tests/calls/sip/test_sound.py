"""How much sound waits to be sent: little, more once it nearly ran out, little again later."""

import pytest

pytest.importorskip("baresip", reason="the SIP endpoint is not installed (extra: sip)")

from edge_interpreter.calls.sip.sound import LEAST_RESERVE_MS, MOST_RESERVE_MS, Reserve


def test_the_reserve_grows_when_it_nearly_ran_out_and_shrinks_when_all_is_calm() -> None:
    reserve = Reserve()
    reserve.dipped(10.0)
    grown = reserve.ms
    assert grown > LEAST_RESERVE_MS
    reserve.relax(30.0)
    assert reserve.ms == grown
    reserve.relax(90.0)
    assert reserve.ms == LEAST_RESERVE_MS


def test_many_calls_that_dip_at_once_are_one_reason_and_there_is_a_most() -> None:
    reserve = Reserve()
    for call in range(50):
        reserve.dipped(10.0 + call / 10_000)
    assert reserve.ms <= LEAST_RESERVE_MS + 10
    for second in range(11, 60):
        reserve.dipped(second)
    assert reserve.ms == MOST_RESERVE_MS


def test_more_calls_keep_a_little_more() -> None:
    few, many = Reserve(), Reserve()
    few.legs, many.legs = 2, 100
    assert few.ms == LEAST_RESERVE_MS
    assert few.ms + 10 <= many.ms < MOST_RESERVE_MS
