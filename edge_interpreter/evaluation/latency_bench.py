"""How soon a listener has the translation: recordings spoken in real time to a running server."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import websockets
from websockets.asyncio.client import ClientConnection

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.own_server import own_server
from edge_interpreter.evaluation.percentiles import percentiles

QUIET_AFTER_S = 4.0
SPEECH_FLOOR_DB = 35.0
"""Sound this far below the file's loudest is not counted as speech."""


@dataclass(slots=True)
class _Heard:
    """What the listener received, with the loop time of receipt."""

    captions: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    first_sound: dict[str, float] = field(default_factory=dict)
    stages: list[dict[str, int]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Played:
    """One file on the speaker's clock: position in the stream, and when that was sent."""

    name: str
    samples: Samples
    position: int
    sent: float


def latency(
    audio: Path, target: str, source: str = "auto", url: str | None = None, limit: int = 0
) -> dict[str, Any]:
    """Figures of the recordings of a folder, each followed by silence; raises UserError.

    A server is started here unless `url` names one (`ws://HOST:PORT/ws`).
    """
    files = sorted(path for path in audio.iterdir() if path.suffix in {".wav", ".flac", ".mp3"})
    if not files:
        raise UserError(f"{audio}: no audio files")
    chosen = files[: limit or None]
    if url is not None:
        return asyncio.run(_latency(chosen, target, source, url))
    return asyncio.run(_with_own_server(chosen, target, source))


async def _with_own_server(files: Sequence[Path], target: str, source: str) -> dict[str, Any]:
    async with own_server() as server:
        figures = await _latency(files, target, source, server.websocket)
        return {**figures, "ready_s": round(server.ready_s, 2)}


async def _latency(files: Sequence[Path], target: str, source: str, url: str) -> dict[str, Any]:
    sounds = [(path.name, _read(path)) for path in files]
    heard = _Heard()
    async with (
        _join(url, speaks=source) as speaker,
        _join(url, wants=target, audio=True, timings=True) as listener,
    ):
        listening = asyncio.create_task(_listen(listener, heard))
        draining = asyncio.create_task(_drain(speaker))
        played = await _play(speaker, sounds)
        listening.cancel()
        draining.cancel()
    return _figures(heard, played, target)


def _read(path: Path) -> Samples:
    with AudioFile(path) as file:
        blocks = list(file.blocks())
    return np.concatenate(blocks) if blocks else np.empty(0, np.float32)


@asynccontextmanager
async def _join(url: str, **wishes: Any) -> AsyncIterator[ClientConnection]:
    hello = {"type": "hello", "protocol": 1, "room": "main", "partials": False, **wishes}
    try:
        async with websockets.connect(url, max_size=None) as connection:
            await connection.send(json.dumps(hello))
            answer = json.loads(await connection.recv())
            if answer["type"] != "welcome":
                raise UserError(f"the server refused: {answer.get('text', answer['type'])}")
            yield connection
    except OSError as error:
        raise UserError(f"{url}: {error}") from error


async def _play(speaker: ClientConnection, sounds: list[tuple[str, Samples]]) -> list[_Played]:
    """Speak each file, then stay silent long enough for its last translation to arrive."""
    loop = asyncio.get_running_loop()
    played: list[_Played] = []
    start = loop.time()
    frames = 0
    for name, samples in sounds:
        quiet = np.zeros(round(QUIET_AFTER_S * SAMPLE_RATE), np.float32)
        played.append(_Played(name, samples, frames * FRAME_SAMPLES, start + frames * 0.02))
        pcm = to_pcm16(np.concatenate((samples, quiet)))
        for at in range(0, pcm.size - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            await asyncio.sleep(max(0.0, start + (frames + 1) * FRAME_MS / 1000 - loop.time()))
            await speaker.send(pcm[at : at + FRAME_SAMPLES].tobytes())
            frames += 1
    return played


async def _listen(listener: ClientConnection, heard: _Heard) -> None:
    loop = asyncio.get_running_loop()
    utterance = ""
    async for message in listener:
        now = loop.time()
        if isinstance(message, bytes):
            if message:
                heard.first_sound.setdefault(utterance, now)
            continue
        fields = json.loads(message)
        if fields["type"] == "caption":
            heard.captions.append((now, fields))
        elif fields["type"] == "speech":
            utterance = fields["utterance"]
        elif fields["type"] == "finished":
            heard.stages.append(fields["latency_ms"])
        elif fields["type"] == "skipped":
            heard.skipped.append(fields["reason"])


async def _drain(speaker: ClientConnection) -> None:
    async for _ in speaker:
        pass


def _figures(heard: _Heard, played: list[_Played], target: str) -> dict[str, Any]:
    caption_ms: list[float] = []
    sound_ms: list[float] = []
    for received, caption in heard.captions:
        ended = _end_of_speech(played, caption["start_ms"], caption["end_ms"])
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


def _end_of_speech(played: list[_Played], start_ms: int, end_ms: int) -> float | None:
    """When the last loud sound of an utterance was sent: by level, not by the server's word."""
    start, end = start_ms * SAMPLE_RATE // 1000, end_ms * SAMPLE_RATE // 1000
    for file in reversed(played):
        if file.position <= end:
            first = max(0, start - file.position)
            level = np.abs(file.samples[first : max(0, end - file.position)])
            if not level.size:
                return None
            floor = float(np.abs(file.samples).max()) * 10 ** (-SPEECH_FLOOR_DB / 20)
            last = (
                first + int(np.flatnonzero(level > floor)[-1]) if (level > floor).any() else first
            )
            frame = last // FRAME_SAMPLES + 1
            return file.sent + frame * FRAME_MS / 1000
    return None
