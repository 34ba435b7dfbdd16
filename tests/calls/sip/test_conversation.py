"""A recorded caller and a recorded agent hold a conversation through the box, engines and all."""

import asyncio
import importlib.util

import numpy as np
import pytest
import soxr

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.config import load_config
from edge_interpreter.engines.loading import load_engines
from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.evaluation.box import Box, call_center, free_ports
from edge_interpreter.evaluation.calls_bench import read_prompt, say_and_hear
from edge_interpreter.evaluation.rtp_peer import RtpPeer, open_peers, tick_for_ever
from edge_interpreter.evaluation.sip_peers import SippMedia, agents, callers
from tests.calls.sip.sipp import needs_sipp
from tests.speech import SOUNDS, have_recordings

pytestmark = [
    pytest.mark.models,
    needs_sipp,
    pytest.mark.skipif(
        not (have_recordings("en") and have_recordings("fr")),
        reason="recorded prompts are not installed (asterisk-core-sounds-en-wav, -fr-wav)",
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("baresip") is None,
        reason="the SIP endpoint is not installed (extra: sip)",
    ),
]

SCRIPT = (
    # Who speaks, the recording, and words of which some must be heard at the other side.
    ("en", "conf-waitforleader", {"conférence", "commencera", "débutera", "chef", "leader"}),
    ("fr", "vm-passchanged", {"password", "changed"}),
    ("en", "vm-sorry", {"désolé", "désolée", "compris", "réponse"}),
    ("fr", "confbridge-removed", {"removed", "withdrawn", "conference"}),
)


async def hold_conversation() -> list[Pcm16]:
    """What was heard at the other side after each line of the script, at 8 kHz."""
    ports, heard = free_ports(1), []
    [caller], [agent] = await open_peers(1), await open_peers(1)
    clock = asyncio.create_task(tick_for_ever([caller, agent]))
    try:
        async with (
            Box.started(call_center(load_config(), 1, ports), "real") as box,
            agents(ports.agents, 1, SippMedia(ports=[agent.port])),
            callers(ports.sip, ports.callers, 1, SippMedia(ports=[caller.port])),
        ):
            await box.until_active(1)
            for language, name, _ in SCRIPT:
                sides: tuple[RtpPeer, RtpPeer] = (
                    (caller, agent) if language == "en" else (agent, caller)
                )
                sides[1].arrivals.clear()
                await say_and_hear(*sides, read_prompt(SOUNDS / language / f"{name}.wav"))
                heard.append(sides[1].recording())
    finally:
        clock.cancel()
        caller.close()
        agent.close()
    return heard


def transcribe(recordings: list[tuple[str, Pcm16]]) -> list[str]:
    engines = load_engines(load_config())
    try:
        requests = [
            RecognitionRequest(
                soxr.resample(pcm.astype(np.float32) / 32_768, 8_000, 16_000), language
            )
            for language, pcm in recordings
        ]
        return [engines.recogniser.recognise([request])[0].text for request in requests]
    finally:
        engines.close()


def test_each_side_hears_the_right_translations_in_order() -> None:
    heard = asyncio.run(hold_conversation())
    languages = ["fr" if line[0] == "en" else "en" for line in SCRIPT]
    texts = transcribe(list(zip(languages, heard, strict=True)))
    for (_, name, expected), text in zip(SCRIPT, texts, strict=True):
        words = {word.strip(".,!?'\"").lower() for word in text.replace("'", " ").split()}
        assert words & expected, f"{name}: heard {text!r}"
