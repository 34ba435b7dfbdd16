"""The SIP endpoint with sipp on both sides, on loopback only."""

import asyncio
import importlib.util
import os
import signal
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from edge_interpreter.calls.conversation import Conversation
from edge_interpreter.calls.model import CallState, Cause, Role
from edge_interpreter.config.calls import CallRoute, SipTrunk
from tests.calls.legs.listening import until
from tests.calls.sip.exchange import Open, open_exchange
from tests.calls.sip.sipp import (
    INVITE_TO_AGENT,
    Peers,
    ack,
    answer,
    bye,
    bye_from_agent,
    cancel,
    established,
    invite,
    needs_sipp,
    ok,
    pause,
    peers,
    provisional,
    receive,
    refresh,
    request,
    sdp,
)

__all__ = ["open_exchange", "peers"]
pytestmark = [
    needs_sipp,
    pytest.mark.skipif(
        importlib.util.find_spec("baresip") is None,
        reason="the SIP endpoint is not installed (extra: sip)",
    ),
]


def to_agent(port: int, **more: Any) -> tuple[CallRoute, ...]:
    return (CallRoute(agent=f"sip:200@127.0.0.1:{port}", agent_language="fr", **more),)


AGENT = receive("INVITE") + answer("180 Ringing") + answer(body=sdp()) + receive("ACK")


async def test_a_caller_and_an_agent_are_joined_and_the_caller_hangs_up(
    open_exchange: Open, peers: Peers
) -> None:
    agent = await peers.start(AGENT + receive("BYE") + ok())
    exchange = await open_exchange(routes=to_agent(agent.port, language_header="X-Language"))
    steps = established(headers="X-Language: es\n") + refresh() + pause(5000) + bye()
    caller = await peers.start(steps, exchange.port)
    call = await exchange.active()
    assert call.parties[Role.CALLER].number == "34600"
    assert call.parties[Role.CALLER].dialled == "100"
    assert call.language_of(Role.CALLER) == "es"
    await caller.succeeds()
    await agent.succeeds()
    assert await exchange.last_cause() == Cause.CALLER_HUNG_UP


async def test_the_agent_hangs_up(open_exchange: Open, peers: Peers) -> None:
    agent = await peers.start(
        INVITE_TO_AGENT + answer(body=sdp()) + receive("ACK") + pause(2000) + bye_from_agent()
    )
    exchange = await open_exchange(routes=to_agent(agent.port))
    caller = await peers.start(established() + refresh() + receive("BYE") + ok(), exchange.port)
    await caller.succeeds()
    assert await exchange.last_cause() == Cause.AGENT_HUNG_UP


async def test_hold_and_resume(open_exchange: Open, peers: Peers) -> None:
    exchange = await open_exchange()
    hold = request("INVITE", 2, body=sdp(direction="sendonly"))
    resume = request("INVITE", 3, body=sdp())
    caller = await peers.start(
        established() + refresh() + pause(300)
        + hold + provisional() + receive(200) + ack(2) + pause(2000)
        + resume + provisional() + receive(200) + ack(3) + pause(500) + bye(4),
        exchange.port,
    )  # fmt: skip
    await until(lambda: bool(exchange.board.waiting))
    side = exchange.the_call().conversation.sides[Role.CALLER]
    await until(lambda: side.held)
    await until(lambda: not side.held)
    await caller.succeeds()


async def test_keys_by_info_reach_the_other_side(
    open_exchange: Open, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits: list[str] = []
    monkeypatch.setattr(
        Conversation, "digit", lambda self, role, digit: digits.append(f"{role} {digit}")
    )
    exchange = await open_exchange()
    info = (
        request("INFO", 2, headers="Content-Type: application/dtmf-relay\n")
        .replace("[len]\n\n", "[len]\n\nSignal=5\nDuration=160\n")
    )  # fmt: skip
    caller = await peers.start(
        established() + refresh() + pause(300) + info + receive(200) + pause(300) + bye(3),
        exchange.port,
    )
    await caller.succeeds()
    assert digits == ["caller 5"]


async def test_a_caller_who_gives_up_before_the_answer(open_exchange: Open, peers: Peers) -> None:
    agent = await peers.start(
        receive("INVITE") + answer("180 Ringing") + receive("CANCEL") + ok()
        + answer("487 Request Terminated") + receive("ACK")
    )  # fmt: skip
    exchange = await open_exchange(routes=to_agent(agent.port, answer="with_agent"))
    caller = await peers.start(
        invite() + receive(100, optional=True) + receive(180) + pause(500)
        + cancel(4) + receive(200) + receive(487)
        + ack().replace("[branch]", "[branch-7]"),
        exchange.port,
    )  # fmt: skip
    await caller.succeeds()
    await exchange.over()
    assert await exchange.last_cause() == Cause.CALLER_HUNG_UP


@pytest.mark.parametrize(
    ("status", "cause"),
    [("486 Busy Here", 486), ("603 Decline", 603), ("404 Not Found", 404)],
)
async def test_an_agent_who_cannot_be_had_refuses_the_caller(
    open_exchange: Open, peers: Peers, status: str, cause: int
) -> None:
    agent = await peers.start(receive("INVITE") + answer(status) + receive("ACK"))
    exchange = await open_exchange(routes=to_agent(agent.port, answer="with_agent"))
    caller = await peers.start(invite() + provisional() + receive(cause) + ack(), exchange.port)
    await caller.succeeds()
    await agent.succeeds()


async def test_no_common_codec_is_488(open_exchange: Open, peers: Peers) -> None:
    exchange = await open_exchange()
    caller = await peers.start(
        invite(payload="3") + provisional() + receive(488) + ack(), exchange.port
    )
    await caller.succeeds()
    assert not exchange.board.calls


@pytest.mark.parametrize("payload", ["0", "8", "9"])
async def test_every_codec_is_taken(open_exchange: Open, peers: Peers, payload: str) -> None:
    exchange = await open_exchange()
    again = receive("INVITE") + ok(sdp(payload)) + receive("ACK")
    caller = await peers.start(
        established(payload=payload) + again + pause(300) + bye(), exchange.port
    )
    await caller.succeeds()


async def test_over_the_limit_is_503_with_a_time_and_the_first_call_goes_on(
    open_exchange: Open, peers: Peers
) -> None:
    exchange = await open_exchange(max_calls=1)
    first = await peers.start(established() + refresh() + receive("BYE") + ok(), exchange.port)
    await until(lambda: bool(exchange.board.waiting))
    check = receive(503).replace(
        "/>",
        '><action><ereg regexp="30" search_in="hdr" header="Retry-After:" check_it="true"'
        ' assign_to="retry"/><log message="[$retry]"/></action></recv>',
    )
    second = await peers.start(invite() + provisional() + check + ack(), exchange.port)
    await second.succeeds()
    await first.settled()
    exchange.the_call().end(Cause.OPERATOR)
    await first.succeeds()


async def test_no_route_is_404(open_exchange: Open, peers: Peers) -> None:
    exchange = await open_exchange(routes=(CallRoute(number="9*"),))
    caller = await peers.start(invite() + provisional() + receive(404) + ack(), exchange.port)
    await caller.succeeds()


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_not_on_the_allow_list_is_silence(
    open_exchange: Open, peers: Peers, transport: str
) -> None:
    exchange = await open_exchange({"allow": ("127.0.0.1/32",)})
    stranger = await peers.start(
        established() + bye(), exchange.port, address="127.0.0.2", transport=transport,
    )  # fmt: skip
    messages = stranger.messages
    # A connection by TCP is not even made.
    if transport == "u1":
        await until(messages.exists)
    await asyncio.sleep(2)
    assert stranger.process.returncode is None
    assert not messages.exists() or b"received" not in messages.read_bytes()
    friend = await peers.start(
        established() + refresh() + bye(), exchange.port, transport=transport
    )
    await friend.succeeds()


async def test_over_tcp(open_exchange: Open, peers: Peers) -> None:
    exchange = await open_exchange()
    caller = await peers.start(
        established() + refresh() + pause(200) + bye(), exchange.port, transport="t1"
    )
    await caller.succeeds()


def options() -> str:
    return request("OPTIONS", 1).replace("[peer_tag_param]", "")


async def test_options_say_whether_calls_are_taken(open_exchange: Open, peers: Peers) -> None:
    exchange = await open_exchange(max_calls=1)

    async def answered(status: int) -> None:
        """The endpoint hears of a change a moment later."""
        for _ in range(50):
            if await (await peers.start(options() + receive(status), exchange.port)).ends() == 0:
                return
        raise AssertionError(f"it does not answer {status}")

    await answered(200)
    caller = await peers.start(established() + refresh() + receive("BYE") + ok(), exchange.port)
    await until(lambda: bool(exchange.board.calls))
    await answered(503)
    await caller.settled()
    exchange.the_call().end(Cause.OPERATOR)
    await caller.succeeds()
    await answered(200)
    exchange.board.draining = True
    await answered(503)


async def test_options_within_a_call_say_whether_it_is_there(
    open_exchange: Open, peers: Peers
) -> None:
    exchange = await open_exchange(max_calls=1)
    caller = await peers.start(
        established() + refresh() + pause(2 * 1000) + request("OPTIONS", 2) + receive(200) + bye(3),
        exchange.port,
    )
    await caller.succeeds()
    gone = options().replace("[remote_port]>", "[remote_port]>;tag=gone")
    await (await peers.start(gone + receive(481), exchange.port)).succeeds()


async def test_registering_with_a_trunk_by_digest(open_exchange: Open, peers: Peers) -> None:
    challenge = 'WWW-Authenticate: Digest realm="trunk", nonce="abc", algorithm=MD5\n'
    verify = receive("REGISTER").replace(
        "/>",
        '><action><verifyauth assign_to="ok" username="box" password="secret"/>'
        '<test assign_to="fine" variable="ok" compare="equal" value="1"/>'
        '<log message="[$fine]"/></action></recv>',
    )
    registrar = await peers.start(
        receive("REGISTER") + answer("401 Unauthorized", headers=challenge)
        + verify + answer(headers="Contact: <sip:box@127.0.0.1>;expires=600\n")
    )  # fmt: skip
    trunk = SipTrunk(
        user="box",
        domain=f"127.0.0.1:{registrar.port}",
        password=SecretStr("secret"),
        register_s=600,
    )
    exchange = await open_exchange({"trunks": (trunk,)})
    await until(lambda: exchange.sip.registered.get(0) is True)
    await registrar.succeeds()


async def test_calling_out_from_rest(open_exchange: Open, peers: Peers) -> None:
    called = await peers.start(AGENT + receive("BYE") + ok())
    exchange = await open_exchange()
    call = exchange.board.dial_out(f"sip:300@127.0.0.1:{called.port}", CallRoute())
    assert call is not None
    await until(lambda: call.state is CallState.WAITING)
    call.end(Cause.OPERATOR)
    await called.succeeds()


async def test_the_endpoint_is_started_again_and_the_service_goes_on(
    open_exchange: Open, peers: Peers
) -> None:
    exchange = await open_exchange()
    await peers.start(established() + refresh() + pause(5000) + bye(), exchange.port)
    await until(lambda: bool(exchange.board.waiting))
    os.kill(exchange.sip.process.pid, signal.SIGKILL)
    assert await exchange.last_cause() == Cause.FAILED
    await until(lambda: exchange.sip.starts == 2 and exchange.sip.ready)
    caller = await peers.start(established() + refresh() + bye(), exchange.port)
    await caller.succeeds()


async def test_silence_on_the_line_ends_the_call(open_exchange: Open, peers: Peers) -> None:
    exchange = await open_exchange({"media_timeout_s": 2})
    caller = await peers.start(established() + refresh() + receive("BYE") + ok(), exchange.port)
    await caller.succeeds()
    assert await exchange.last_cause() == Cause.MEDIA_TIMEOUT


@pytest.mark.parametrize("codec", ["pcmu", "opus/48000/2"])
async def test_sound_and_keys_go_from_one_box_to_another(open_exchange: Open, codec: str) -> None:
    """Two of our own endpoints as the peers' media, since sipp cannot listen."""
    route = CallRoute(caller_language="en", agent_language="en")
    exchange = await open_exchange({"codecs": (codec,)}, routes=(route,))
    other = await open_exchange({"codecs": (codec,)}, routes=(CallRoute(agent_language="en"),))
    heard: list[np.ndarray] = []
    digits: list[str] = []
    call = other.board.dial_out(f"sip:100@127.0.0.1:{exchange.port}", CallRoute())
    assert call is not None
    await until(lambda: bool(exchange.board.waiting))
    await until(lambda: bool(other.board.waiting))
    here = exchange.the_call().conversation
    there = call.conversation.sides[Role.CALLER].leg
    here.digit = lambda role, digit: digits.append(digit)
    tone = (0.3 * np.sin(2 * np.pi * 450 * np.arange(320) / 16_000)).astype(np.float32)
    other.board.ticker.remove(call.tick)
    leg = here.sides[Role.CALLER].leg
    exchange.board.ticker.remove(exchange.the_call().tick)
    there.send_digit("8")
    for _ in range(60):
        there.send(tone)
        await asyncio.sleep(0.02)
        frame = leg.receive()
        if frame is not None:
            heard.append(frame)
    sound = np.concatenate(heard[-20:])
    assert np.sqrt(np.mean(sound**2)) > 0.1
    peak = np.argmax(np.abs(np.fft.rfft(sound))) * 16_000 / sound.size
    assert peak == pytest.approx(450, abs=5)
    await until(lambda: digits == ["8"])
    call.end(Cause.OPERATOR)
    await exchange.over()
