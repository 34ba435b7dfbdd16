"""Speech over a bad network, through the SIP endpoint: how late and how well it is heard."""

import asyncio
import importlib.util
from collections.abc import Sequence

import numpy as np
import pytest

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.config.calls import CallAudio, CallRoute, LinkProfile
from edge_interpreter.evaluation.calls_bench import read_prompt
from edge_interpreter.evaluation.rtp_peer import open_peers, tick_for_ever
from edge_interpreter.evaluation.sip_peers import SippMedia, agents, callers
from edge_interpreter.evaluation.wer import word_errors
from tests.calls.sip.exchange import Exchange, Open, open_exchange
from tests.calls.sip.impaired import (
    BAD,
    CLEAN,
    RATE,
    Impairment,
    as_heard,
    delays_ms,
    open_link,
    tick_at,
)
from tests.calls.sip.sipp import free_port, needs_sipp
from tests.calls.sip.test_conversation import transcribe
from tests.speech import SOUNDS, have_recordings

__all__ = ["open_exchange"]
pytestmark = [
    needs_sipp,
    pytest.mark.skipif(
        importlib.util.find_spec("baresip") is None,
        reason="the SIP endpoint is not installed (extra: sip)",
    ),
    pytest.mark.skipif(
        not have_recordings("en"),
        reason="recorded prompts are not installed (asterisk-core-sounds-en-wav)",
    ),
]
MOST_ADDED_MS = 400
"""A buffer that grows goes beyond; docs/telephony.md says how little a quiet machine adds."""
DRIFT_PPM = 200
ATTEMPTS = 3
"""What is wrong in the product is wrong in all of them; what else the machine does is not."""
MOST_ERRORS = 0.35
NAMES = ("conf-waitforleader", "vm-sorry", "vm-passchanged", "confbridge-removed", "agent-loginok")


def speech(names: Sequence[str]) -> Pcm16:
    """Recorded sentences with pauses between, at 8 kHz."""
    pause = np.zeros(RATE // 2, np.int16)
    pieces = [read_prompt(SOUNDS / "en" / f"{name}.wav") for name in names]
    return np.concatenate([part for piece in pieces for part in (piece, pause)])


async def heard_through(
    open_exchange: Open, said: Pcm16, link: LinkProfile, impairment: Impairment, ppm: float = 0
) -> Pcm16:
    """What an agent on a clean line hears of a caller on a bad one, in the same language."""
    sip, agent_port, caller_port = free_port(), free_port(), free_port()
    route = CallRoute(
        agent=f"sip:agent@127.0.0.1:{agent_port}", agent_language="en", caller_language="en"
    )
    audio = CallAudio(link=link, comfort_tone_after_ms=0)
    exchange: Exchange = await open_exchange({"port": sip}, routes=(route,), audio=audio)
    [caller], [agent] = await open_peers(1), await open_peers(1)
    caller._sequence = 65_400  # wraps while speech comes
    relay = await open_link(caller, impairment)
    clocks = [
        asyncio.create_task(tick_at([caller], ppm)),
        asyncio.create_task(tick_for_ever([agent])),
    ]
    try:
        async with (
            agents(agent_port, 1, SippMedia(ports=[agent.port])),
            callers(sip, caller_port, 1, SippMedia(ports=[relay.port])),
        ):
            await exchange.active()
            await asyncio.sleep(1.0)
            since = asyncio.get_running_loop().time()
            caller.say(said)
            await asyncio.sleep(said.size / RATE + 1.0)
            return as_heard(agent, since, said.size / RATE)
    finally:
        for clock in clocks:
            clock.cancel()
        for end in (caller, agent, relay):
            end.close()


async def heard_both_ways(open_exchange: Open, said: Pcm16) -> tuple[Pcm16, Pcm16]:
    """What comes over a clean network and over a bad one."""
    return await asyncio.gather(
        heard_through(open_exchange, said, "lan", CLEAN),
        heard_through(open_exchange, said, "wan", BAD, DRIFT_PPM),
    )


async def test_a_bad_network_adds_little_delay_and_the_call_lives(open_exchange: Open) -> None:
    said = speech(NAMES[:3])
    for _ in range(ATTEMPTS):
        clean, bad = await heard_both_ways(open_exchange, said)
        usual = float(np.median(delays_ms(said, clean)))
        delays = delays_ms(said, bad)
        added = np.percentile(delays, 95) - usual
        print(f"clean {usual:.0f} ms, bad network {np.percentile(delays, [50, 95]).round()} ms")
        if len(delays) > 8 and added <= MOST_ADDED_MS:
            return
    raise AssertionError(f"{len(delays)} stretches heard, {added:.0f} ms later")


@pytest.mark.models
async def test_what_comes_over_a_bad_network_is_recognised(open_exchange: Open) -> None:
    said = speech(NAMES)
    for _ in range(ATTEMPTS):
        clean, bad = await heard_both_ways(open_exchange, said)
        texts = await asyncio.to_thread(transcribe, [("en", said), ("en", clean), ("en", bad)])
        reference, *heard = texts
        rates = [word_errors(reference, text, "en").rate for text in heard]
        print(f"word error rate: clean {rates[0]:.2f}, bad network {rates[1]:.2f}: {texts}")
        if rates[0] <= 0.05 and rates[1] <= MOST_ERRORS:
            return
    raise AssertionError(rates)
