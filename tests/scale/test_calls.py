"""Two boxes behind Kamailio, run by the files and commands of docs/scale/calls.md."""

import importlib.util
import shutil
import time
from collections.abc import Iterator
from statistics import median

import pytest

from tests.calls.sip.sipp import ack, answer, cancel, invite, ok, pause, receive, request, sdp
from tests.scale.sipp_calls import (
    ACK_OF_REFUSAL,
    CALL,
    HUNG_UP_ON,
    INVITE,
    PROVISIONAL,
    ended_by_the_box,
    lasting,
    sounding,
)
from tests.scale.telephones import Layout, layout, until

MISSING = [name for name in ("kamailio", "kamcmd", "sipp", "curl") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(
        importlib.util.find_spec("baresip") is None,
        reason="the SIP endpoint is not installed (extra: sip)",
    ),
]
GONE_S = 75
"""Until Kamailio has found that a box is gone in the middle of a call, and told the caller."""
TURNS = 20
OPTIONS = request("OPTIONS", 1).replace("[peer_tag_param]", "")
RECORDED = "[last_Record-Route:]\n"


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    with layout(tmp_path_factory.mktemp("layout")) as made:
        yield made


@pytest.fixture
def place(_running: Layout) -> Layout:
    """The layout, every box in use and without calls."""
    _running.all_in_use()
    return _running


def test_calls_are_shared_out(place: Layout) -> None:
    calls = place.trunk.call(ended_by_the_box(), count=10, rate=20)
    until(lambda: calls.settled(10))
    assert [box.active for box in place.boxes] == [5, 5]
    place.end_calls()
    calls.succeed()


def test_a_box_is_killed_and_new_calls_succeed_at_once(place: Layout) -> None:
    lost, left = place.boxes
    lost.kill()
    calls = place.trunk.call(lasting(1000), count=10, rate=10)
    calls.succeed()
    assert len(calls.set_up_ms) == 10
    print(f"\nset-up of ten calls after the kill, ms: {sorted(map(round, calls.set_up_ms))}")
    until(lambda: place.kamailio.uses(left))
    again = place.trunk.call(lasting(1000), count=10, rate=10)
    again.succeed()
    print(f"once Kamailio knows: {sorted(map(round, again.set_up_ms))}")
    lost.start()
    until(lambda: place.kamailio.uses(lost, left))


def test_what_a_full_box_refuses_the_other_takes(place: Layout) -> None:
    small, large = place.boxes
    small.limit(1)
    try:
        calls = place.trunk.call(ended_by_the_box(), count=6, rate=50)
        until(lambda: calls.settled(6))
        assert (small.active, large.active) == (1, 5)
        # By then it says so when it is asked.
        until(lambda: place.kamailio.uses(large))
        place.end_calls()
        calls.succeed()
        until(lambda: place.kamailio.uses(small, large))
    finally:
        small.limit(20)


def test_when_all_are_full_the_caller_is_told_when_to_try_again(place: Layout) -> None:
    for box in place.boxes:
        box.limit(1)
    try:
        calls = place.trunk.call(ended_by_the_box(), count=2, rate=50)
        until(lambda: calls.settled(2))
        assert [box.active for box in place.boxes] == [1, 1]
        refused = (
            '<recv response="503"><action><ereg regexp="5" search_in="hdr" header="Retry-After:"'
            ' check_it="true" assign_to="retry"/><log message="[$retry]"/></action></recv>'
        )
        scenario = INVITE + PROVISIONAL + refused + ACK_OF_REFUSAL
        place.trunk.call(scenario).succeed()
        until(lambda: place.kamailio.uses())
        place.trunk.call(scenario).succeed()
        place.trunk.call(OPTIONS + receive(503)).succeed()
        place.end_calls()
        calls.succeed()
        until(lambda: place.kamailio.uses(*place.boxes))
        place.trunk.call(OPTIONS + receive(200)).succeed()
    finally:
        for box in place.boxes:
            box.limit(20)


@pytest.mark.parametrize("where", ["box", "Kamailio"])
def test_before_maintenance_calls_go_on_and_new_ones_go_elsewhere(
    place: Layout, where: str
) -> None:
    leaving, staying = place.boxes
    calls = place.trunk.call(ended_by_the_box(), count=2, rate=50)
    until(lambda: calls.settled(2))
    assert [box.active for box in place.boxes] == [1, 1]
    if where == "box":
        assert leaving.post("/api/drain", {"on": True})["reason"] == "draining"
    else:
        place.kamailio.command("dispatcher.set_duid_state", "d", "1", "box1")
    new = place.trunk.call(lasting(1000), count=6, rate=10)
    until(lambda: place.kamailio.uses(staying))
    new.succeed()
    assert leaving.active == 1
    # It is asked all the time, and stays out.
    time.sleep(3)
    assert place.kamailio.uses(staying)
    place.end_calls()
    calls.succeed()
    until(lambda: leaving.active == 0)
    if where == "box":
        leaving.post("/api/drain", {"on": False})
    else:
        place.kamailio.command("dispatcher.set_duid_state", "a", "1", "box1")


def test_the_server_is_killed_during_a_call_and_the_caller_hears_of_it(place: Layout) -> None:
    calls = place.trunk.call(ended_by_the_box(), count=2, rate=50)
    until(lambda: calls.settled(2))
    assert [box.active for box in place.boxes] == [1, 1]
    began = time.monotonic()
    for box in place.boxes:
        box.kill(server_only=True)
    # Long before Kamailio asks after the calls.
    calls.succeed(25)
    print(f"\nBYE {time.monotonic() - began:.1f} s after the server was killed")
    for box in place.boxes:
        box.start()


def test_the_sip_process_of_a_box_is_killed_and_new_calls_succeed_at_once(place: Layout) -> None:
    place.boxes[0].kill_sip()
    place.trunk.call(lasting(1000), count=10, rate=10).succeed()
    place.all_in_use()
    place.trunk.call(lasting(1000), count=10, rate=10).succeed()


def test_a_server_that_stands_still_gets_no_calls(place: Layout) -> None:
    still, left = place.boxes
    still.pause(on=True)
    until(lambda: place.kamailio.uses(left))
    place.trunk.call(lasting(1000), count=10, rate=10).succeed()
    still.pause(on=False)
    until(lambda: place.kamailio.uses(still, left))


def test_sound_goes_directly_between_trunk_and_box(place: Layout) -> None:
    sound = place.trunk.folder / "sound.ul"
    sound.write_bytes(b"\x2a\xaa" * 40_000)
    hosts = (place.kamailio.host, place.trunk.host)
    before = [host.packets_received() for host in hosts]
    calls = place.trunk.call(sounding(sound))
    until(lambda: any(box.heard_frames() > 100 for box in place.boxes))
    at_kamailio, at_trunk = (
        host.packets_received() - earlier for host, earlier in zip(hosts, before, strict=True)
    )
    assert at_trunk > 100
    assert at_kamailio < 100
    place.end_calls()
    calls.succeed()


def test_a_box_vanishes_during_a_call_and_the_caller_is_hung_up_on(place: Layout) -> None:
    gone, left = place.boxes
    calls = place.trunk.call(ended_by_the_box(), count=2, rate=50)
    until(lambda: calls.settled(2))
    assert [box.active for box in place.boxes] == [1, 1]
    gone.host.plug(connected=False)
    try:
        began = time.monotonic()
        new = place.trunk.call(lasting(1000), count=10, rate=10)
        new.succeed()
        until(lambda: calls.ended(1), GONE_S)
        print(f"\nBYE {time.monotonic() - began:.1f} s after the box vanished")
        assert left.active == 1
        left.end_calls()
        calls.succeed()
    finally:
        gone.host.plug(connected=True)
        gone.end_calls()


def test_kamailio_is_started_again_and_calls_go_on(place: Layout) -> None:
    calls = place.trunk.call(lasting(10_000), count=2, rate=50)
    until(lambda: calls.settled(2))
    place.kamailio.stop()
    place.kamailio.start()
    calls.succeed()
    place.trunk.call(lasting(500), count=4).succeed()


def test_the_agents_call_goes_out_through_kamailio(place: Layout) -> None:
    agent = place.trunk.take(
        receive("INVITE").replace("/>", ' rrs="true"/>') + answer("200 OK", sdp(), RECORDED)
        + receive("ACK") + HUNG_UP_ON
    )  # fmt: skip
    caller = place.trunk.call(ended_by_the_box(), "200")
    until(lambda: caller.settled(1) and agent.settled(1))
    place.end_calls()
    caller.succeed()
    agent.succeed()
    assert b"Record-Route: <sip:10.20.0.10;lr" in agent.messages.read_bytes()


def test_a_caller_who_gives_up_takes_the_agents_call_back(place: Layout) -> None:
    agent = place.trunk.take(
        receive("INVITE") + answer("180 Ringing", "", RECORDED) + receive("CANCEL") + ok()
    )
    # Kamailio may pass on the end of the INVITE before it says that it has the CANCEL.
    caller = place.trunk.call(
        invite("300") + receive(100, optional=True) + receive(180) + pause(3000)
        + cancel(4).replace("sip:100@", "sip:300@") + receive(200, optional=True) + receive(487)
        + ack(1, "300").replace("[branch]", "[branch-7]")
    )  # fmt: skip
    caller.succeed()
    agent.succeed()


def test_strangers_get_no_answer_from_kamailio_nor_anybody_else_from_a_box(
    place: Layout,
) -> None:
    silent = place.trunk.call(CALL, to=place.boxes[0].host.address)
    other = place.stranger.call(CALL)
    until(lambda: all("INVITE" in calls.seen() for calls in (silent, other)))
    time.sleep(2)
    for calls in (silent, other):
        assert calls.process.poll() is None
        assert "received" not in calls.seen()
        calls.process.kill()


def test_what_kamailio_adds_to_the_set_up(place: Layout) -> None:
    box = place.boxes[0]
    box.stop()
    box.allow = (*box.allow, f"{place.trunk.host.address}/32")
    box.start()
    place.all_in_use()
    place.kamailio.command("dispatcher.set_duid_state", "d", "1", "box2")
    direct: list[float] = []
    through: list[float] = []
    for _ in range(TURNS):
        for times, to in ((direct, box.host.address), (through, "")):
            calls = place.trunk.call(lasting(300), to=to)
            calls.succeed()
            times += calls.set_up_ms
    place.kamailio.command("dispatcher.set_duid_state", "a", "1", "box2")
    print(f"\nset-up, median of {TURNS}, ms: direct {median(direct)}, through {median(through)}")
    assert median(through) - median(direct) < 50
