"""What OPTIONS are answered by, between the server and its SIP process."""

import pytest

from edge_interpreter.calls.sip.options import STALE_S, Openness


def test_closed_until_told_and_when_nothing_is_told_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0
    monkeypatch.setattr("edge_interpreter.calls.sip.options.time.monotonic", lambda: now)
    openness = Openness()
    assert openness.closed_for_s()
    openness.tell(0)
    assert not openness.closed_for_s()
    openness.tell(30)
    assert openness.closed_for_s() == 30
    openness.tell(0)
    now += STALE_S + 0.1
    assert openness.closed_for_s()
