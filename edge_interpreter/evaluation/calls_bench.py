"""Telephone calls over SIP, measured from outside: real peers, real speech, packet times."""

import asyncio
import json
import socket
import sys
import tempfile
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soxr

from edge_interpreter.audio import g711
from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.pcm import to_float, to_pcm16
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
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
CONNECT_S = 20.0
READY_S = 60.0

Kind = Literal["real", "timer"]


def calls(count: int, kind: Kind, config: Config, audio: Path | None) -> dict[str, Any]:
    """Figures of `count` calls at once between an English caller and a French agent.

    With real engines, both sides say recorded prompts in turn and the time from the end of each to
    the first translated sound at the other side is measured there. With `timer` the engines cost
    nothing, both sides talk all the time, and only the media is measured. Raises UserError.
    """
    require_sipp()
    return asyncio.run(_measure(count, kind, config, audio or PROMPTS))


async def _measure(count: int, kind: Kind, config: Config, audio: Path) -> dict[str, Any]:
    low = _free_port()
    ports = {"sip": low, "agents": low + 2, "callers": low + 1_002, "rtp": low + 100}
    span = 8 * count + 40
    config = _bench_config(config, count, ports, span)
    async with (
        capture_rtp(ports["rtp"], ports["rtp"] + span) as capture,
        _Host.started(config, kind) as host,
    ):
        if kind == "timer":
            figures = await _media_only(count, ports, host, audio)
        else:
            figures = await _conversations(count, ports, host, audio)
        last = await host.finish()
    on_time = capture.on_time()
    return {
        "calls": figures.pop("active"),
        "first_audio_ms": figures.pop("first_audio_ms", None),
        "underruns": last["underruns"],
        "frames_on_time": round(on_time, 5) if on_time is not None else None,
        "cpu_percent": figures.pop("cpu_percent"),
        **figures,
        "concealed": last["concealed"],
    }


async def _media_only(
    count: int, ports: dict[str, int], host: "_Host", audio: Path
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="calls-bench-") as folder:
        media = SippMedia(file=_write_speech(Path(folder, "speech.ul"), audio))
        async with (
            agents(ports["agents"], count, media),
            callers(ports["sip"], ports["callers"], count, media),
        ):
            await host.until_active(count)
            before, began = await host.counts(), asyncio.get_running_loop().time()
            await asyncio.sleep(MEDIA_S)
            after, ended = await host.counts(), asyncio.get_running_loop().time()
            return {"active": after["active"], **_usage(before, after, ended - began)}


def _write_speech(file: Path, audio: Path) -> Path:
    """Raw µ-law for sipp to play over and over."""
    prompts = _prompts(audio / "en")
    file.write_bytes(g711.encode_mulaw(np.concatenate([next(prompts) for _ in range(12)])))
    return file


async def _conversations(
    count: int, ports: dict[str, int], host: "_Host", audio: Path
) -> dict[str, Any]:
    here, there = await open_peers(count), await open_peers(count)
    clock = asyncio.create_task(tick_for_ever([*here, *there]))
    try:
        async with (
            agents(ports["agents"], count, SippMedia(ports=[peer.port for peer in there])),
            callers(
                ports["sip"],
                ports["callers"],
                count,
                SippMedia(ports=[peer.port for peer in here]),
            ),
        ):
            await host.until_active(count)
            before, began = await host.counts(), asyncio.get_running_loop().time()
            pairs = zip(here, there, strict=True)
            latencies = await asyncio.gather(
                *(_talk(caller, agent, audio, n) for n, (caller, agent) in enumerate(pairs))
            )
            after, ended = await host.counts(), asyncio.get_running_loop().time()
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
            latencies.append(await _say_and_hear(speaker, listener, prompt))
    return latencies


async def _say_and_hear(speaker: RtpPeer, listener: RtpPeer, prompt: Pcm16) -> float | None:
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
        "refused": after["refused"],
    }


class _Host:
    """The box under test, in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def started(cls, config: Config, kind: Kind) -> AsyncIterator["_Host"]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge_interpreter.evaluation.calls_host",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        host = cls(process)
        try:
            await host._ask({"config": config.model_dump(mode="json"), "engines": kind}, READY_S)
            yield host
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def counts(self) -> dict[str, Any]:
        """What the box has counted so far."""
        return await self._ask({}, 5.0)

    async def until_active(self, count: int) -> None:
        """Wait until the calls are up, or as many as the box takes. Raises UserError for none."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + CONNECT_S + count
        while loop.time() < deadline:
            counts = await self.counts()
            if counts["active"] + counts["refused"] >= count:
                break
            await asyncio.sleep(0.2)
        if not counts["active"]:
            raise UserError("no call came up; is another SIP endpoint in the way?")
        await asyncio.sleep(0.5)

    async def finish(self) -> dict[str, Any]:
        """End every call; the counts of their legs."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        return await self._answer(10.0)

    async def _ask(self, order: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._answer(seconds)

    async def _answer(self, seconds: float) -> dict[str, Any]:
        if self._process.stdout is None:
            return {}
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
            answer: dict[str, Any] = json.loads(line)
        except (TimeoutError, ValueError):
            raise UserError("the box under test did not answer") from None
        return answer


def _bench_config(config: Config, count: int, ports: dict[str, int], span: int) -> Config:
    """The configuration of a call center that is to be measured: nothing but translations."""
    route = {
        "agent": f"sip:agent@127.0.0.1:{ports['agents']}",
        "agent_language": "fr",
        "caller_language": "en",
    }
    rtp = f"{ports['rtp']}-{ports['rtp'] + span}"
    bench = {
        "max_calls": count,
        "routes": [route],
        "audio": {"original_db": -60, "comfort_tone_after_ms": 0},
        "sip": {"enabled": True, "port": ports["sip"], "rtp_ports": rtp},
        "records": {"enabled": False},
    }
    tree = config.model_dump(mode="json")
    tree["calls"] = bench
    streams = max(config.pipeline.max_streams, 2 * count)
    tree["pipeline"]["max_streams"] = streams
    return Config.model_validate(tree)


def _prompts(folder: Path, skip: int = 0) -> Iterator[Pcm16]:
    """Recorded sentences at 8 kHz without the silence around them, for ever; none: never."""
    found = [path for path in sorted(folder.glob("*.wav")) if _fits(path)]
    if not found:
        return iter(())
    chosen = [found[(skip * 7 + i * 11) % len(found)] for i in range(len(found))]
    return cycle(map(_read, chosen))


def _fits(path: Path) -> bool:
    try:
        with wave.open(str(path)) as sound:
            seconds = float(sound.getnframes() / sound.getframerate())
            return SHORTEST_S <= seconds <= LONGEST_S
    except (wave.Error, EOFError):
        return False


def _read(path: Path) -> Pcm16:
    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    if rate != TELEPHONE_RATE:
        pcm = to_pcm16(soxr.resample(to_float(pcm), rate, TELEPHONE_RATE))
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > 330)
    return pcm[loud[0] : loud[-1] + 1] if loud.size else pcm


def _free_port() -> int:
    """The first of a stretch of ports that are free now, below the ephemeral ones."""
    for port in range(20_000, 32_000, 4_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise UserError("no free UDP ports on the loopback")
