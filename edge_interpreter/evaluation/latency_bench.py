"""How soon a listener has the translation: recordings spoken in real time to a running server."""

import asyncio
import json
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_interpreter.evaluation.client import drain, joined
from edge_interpreter.evaluation.own_server import own_server
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.playing import Played, end_of_speech, play
from edge_interpreter.evaluation.recordings import read_sound, sound_files

QUIET_AFTER_S = 4.0


@dataclass(slots=True)
class Heard:
    """What the listener received, with the loop time of receipt."""

    captions: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    first_sound: dict[str, float] = field(default_factory=dict)
    stages: list[dict[str, int]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def latency(
    audio: Path, target: str, source: str = "auto", url: str | None = None, limit: int = 0
) -> dict[str, Any]:
    """Figures of the recordings of a folder, each followed by silence; raises UserError.

    A server is started here unless `url` names one (`ws://HOST:PORT/ws`).
    """
    chosen = sound_files(audio, limit)
    if url is not None:
        return asyncio.run(_latency(chosen, target, source, url))
    return asyncio.run(_with_own_server(chosen, target, source))


async def _with_own_server(files: Sequence[Path], target: str, source: str) -> dict[str, Any]:
    async with own_server() as server:
        figures = await _latency(files, target, source, server.websocket)
        return {**figures, "ready_s": round(server.ready_s, 2)}


async def _latency(files: Sequence[Path], target: str, source: str, url: str) -> dict[str, Any]:
    sounds = [(path.name, read_sound(path)) for path in files]
    heard = Heard()
    async with (
        joined(url, speaks=source, partials=True) as (speaker, _),
        joined(url, wants=target, audio=True, partials=True, timings=True) as (listener, _),
    ):
        listening = asyncio.create_task(listen(listener, heard))
        draining = asyncio.create_task(drain(speaker))
        played = await play(speaker.send, sounds, QUIET_AFTER_S)
        listening.cancel()
        draining.cancel()
    return _figures(heard, played, target)


async def listen(messages: AsyncIterable[str | bytes], heard: Heard) -> None:
    """Note what comes; the cue of something lost is no translated sound."""
    loop = asyncio.get_running_loop()
    utterance: str | None = None
    async for message in messages:
        now = loop.time()
        if isinstance(message, bytes):
            if message and utterance is not None:
                heard.first_sound.setdefault(utterance, now)
            continue
        fields = json.loads(message)
        if fields["type"] == "caption":
            heard.captions.append((now, fields))
        elif fields["type"] == "speech":
            utterance = None if fields["kind"] == "gap" else fields["utterance"]
        elif fields["type"] == "finished":
            heard.stages.append(fields["latency_ms"])
        elif fields["type"] == "skipped":
            heard.skipped.append(fields["reason"])


def _figures(heard: Heard, played: list[Played], target: str) -> dict[str, Any]:
    caption_ms: list[float] = []
    sound_ms: list[float] = []
    for received, caption in heard.captions:
        ended = end_of_speech(played, caption["start_ms"], caption["end_ms"])
        if ended is None:
            continue
        caption_ms.append((received - ended) * 1000)
        if caption["utterance"] in heard.first_sound:
            sound_ms.append((heard.first_sound[caption["utterance"]] - ended) * 1000)
    stages = sorted({stage for latencies in heard.stages for stage in latencies})
    return {
        "target": target,
        "files": len(played),
        "utterances": len(caption_ms),
        "final_caption_ms": percentiles(caption_ms),
        "first_audio_ms": percentiles(sound_ms),
        "with_audio": len(sound_ms),
        "skipped": {reason: heard.skipped.count(reason) for reason in sorted(set(heard.skipped))},
        "stages_ms": {
            stage: percentiles([times[stage] for times in heard.stages if stage in times])
            for stage in stages
        },
    }
