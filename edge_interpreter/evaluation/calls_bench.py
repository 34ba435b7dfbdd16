"""Telephone calls over SIP, measured from outside: real peers, real speech, packet times."""

import asyncio
import tempfile
import wave
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from edge_interpreter.audio import g711
from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.pcm import to_float, to_pcm16
from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.box import Box, Kind, Ports, call_center, free_ports
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.rtp_capture import capture_rtp
from edge_interpreter.evaluation.rtp_peer import RtpPeer, open_peers, tick_for_ever
from edge_interpreter.evaluation.sip_peers import SippMedia, agents, callers, require_sipp

TELEPHONE_RATE = 8_000
PROMPTS = Path("/usr/share/asterisk/sounds")
SHORTEST_S, LONGEST_S = 1.2, 4.0
UTTERANCES = 12
PATIENCE_S = 8.0
PAUSE_S = 1.0
MEDIA_S = 20.0


def calls(count: int, kind: Kind, config: Config, audio: Path | None) -> dict[str, Any]:
    """Figures of `count` calls at once between an English caller and a French agent.

    With real engines, both sides say recorded prompts in turn and the time from the end of each to
    the first translated sound at the other side is measured there. With `timer` the engines cost
    nothing, both sides talk all the time, and only the media is measured. Raises UserError.
    """
    require_sipp()
    return asyncio.run(_measure(count, kind, config, audio or PROMPTS))


async def _measure(count: int, kind: Kind, config: Config, audio: Path) -> dict[str, Any]:
    ports = free_ports(count)
    async with (
        capture_rtp(ports.rtp, ports.rtp_last) as capture,
        Box.started(call_center(config, count, ports), kind) as box,
    ):
        if kind == "timer":
            figures = await _media_only(count, ports, box, audio)
        else:
            figures = await _conversations(count, ports, box, audio)
        last = await box.finish()
    on_time = capture.on_time()
    return {
        "calls": figures.pop("active"),
        "first_audio_ms": figures.pop("first_audio_ms", None),
        "underruns": last["underruns"],
        "frames_on_time": round(on_time, 5) if on_time is not None else None,
        "cpu_percent": figures.pop("cpu_percent"),
        **figures,
        "concealed": last["concealed"],
        "dropped": last["dropped"],
        "lowest_reserve_ms": last["lowest_reserve_ms"],
        "stages_ms": last["stages_ms"],
    }


async def _media_only(count: int, ports: Ports, box: Box, audio: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="calls-bench-") as folder:
        media = SippMedia(file=_write_speech(Path(folder, "speech.ul"), audio))
        async with (
            agents(ports.agents, count, media),
            callers(ports.sip, ports.callers, count, media),
        ):
            await box.until_active(count)
            before, began = await box.counts(), asyncio.get_running_loop().time()
            await asyncio.sleep(MEDIA_S)
            after, ended = await box.counts(), asyncio.get_running_loop().time()
            return {"active": after["active"], **_usage(before, after, ended - began)}


def _write_speech(file: Path, audio: Path) -> Path:
    """Raw µ-law for sipp to play over and over."""
    prompts = _prompts(audio / "en")
    file.write_bytes(g711.encode_mulaw(np.concatenate([next(prompts) for _ in range(12)])))
    return file


async def _conversations(count: int, ports: Ports, box: Box, audio: Path) -> dict[str, Any]:
    here, there = await open_peers(count), await open_peers(count)
    clock = asyncio.create_task(tick_for_ever([*here, *there]))
    try:
        async with (
            agents(ports.agents, count, SippMedia(ports=[peer.port for peer in there])),
            callers(
                ports.sip,
                ports.callers,
                count,
                SippMedia(ports=[peer.port for peer in here]),
            ),
        ):
            await box.until_active(count)
            before, began = await box.counts(), asyncio.get_running_loop().time()
            pairs = zip(here, there, strict=True)
            latencies = await asyncio.gather(
                *(_talk(caller, agent, audio, n) for n, (caller, agent) in enumerate(pairs))
            )
            after, ended = await box.counts(), asyncio.get_running_loop().time()
    finally:
        clock.cancel()
        for peer in (*here, *there):
            peer.close()
    heard = [ms for call in latencies for ms in call if ms is not None]
    return {
        "active": after["active"],
        "first_audio_ms": percentiles(heard),
        "utterances": sum(len(call) for call in latencies),
        "not_heard": sum(ms is None for call in latencies for ms in call),
        "inside_ms": percentiles(after["first_audio_ms"]),
        **_usage(before, after, ended - began),
    }


async def _talk(caller: RtpPeer, agent: RtpPeer, audio: Path, number: int) -> list[float | None]:
    """Both say prompts in turn; milliseconds to the first translated sound of each."""
    prompts = {caller: _prompts(audio / "en", number), agent: _prompts(audio / "fr", number)}
    latencies: list[float | None] = []
    await asyncio.sleep(0.3 * number)
    for turn in range(UTTERANCES):
        speaker, listener = (caller, agent) if turn % 2 == 0 else (agent, caller)
        prompt = next(prompts[speaker], None)
        if prompt is not None:
            latencies.append(await say_and_hear(speaker, listener, prompt))
    return latencies


async def say_and_hear(speaker: RtpPeer, listener: RtpPeer, prompt: Pcm16) -> float | None:
    """Have one say samples at 8 kHz, and wait until the other has heard what follows from it.

    Returns milliseconds from the end of speech to the first loud packet, None for none.
    """
    loop = asyncio.get_running_loop()
    speaker.say(prompt)
    began = loop.time()
    while speaker.saying or (  # noqa: ASYNC110 - packets are what is waited for
        listener.first_loud(began) is None and loop.time() - speaker.said_until < PATIENCE_S
    ):
        await asyncio.sleep(0.02)
    first = listener.first_loud(began)
    while listener.loud_within(PAUSE_S):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return None if first is None else (first - speaker.said_until) * 1000


def _usage(before: dict[str, Any], after: dict[str, Any], seconds: float) -> dict[str, Any]:
    ticks = after["ticks"] - before["ticks"]
    on_time = after["ticks_on_time"] - before["ticks_on_time"]
    return {
        "cpu_percent": round(100 * (after["cpu_s"] - before["cpu_s"]) / seconds, 1),
        "ticks_on_time": round(on_time / ticks, 5) if ticks else None,
        "latest_tick_ms": after["latest_tick_ms"],
        "refused": after["refused"],
    }


def _prompts(folder: Path, skip: int = 0) -> Iterator[Pcm16]:
    """Recorded sentences at 8 kHz without the silence around them, for ever; none: never."""
    found = [path for path in sorted(folder.glob("*.wav")) if _fits(path)]
    if not found:
        return iter(())
    chosen = [found[(skip * 7 + i * 11) % len(found)] for i in range(len(found))]
    return cycle(map(read_prompt, chosen))


def _fits(path: Path) -> bool:
    try:
        with wave.open(str(path)) as sound:
            seconds = float(sound.getnframes() / sound.getframerate())
            return SHORTEST_S <= seconds <= LONGEST_S
    except (wave.Error, EOFError):
        return False


def read_prompt(path: Path) -> Pcm16:
    """A recording at 8 kHz without the silence around it."""
    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    if rate != TELEPHONE_RATE:
        pcm = to_pcm16(soxr.resample(to_float(pcm), rate, TELEPHONE_RATE))
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > 330)
    return pcm[loud[0] : loud[-1] + 1] if loud.size else pcm
