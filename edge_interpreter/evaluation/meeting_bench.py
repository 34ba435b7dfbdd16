"""A meeting of recorded speakers in real time: order, losses and lag, on a running server."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection

from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.config import load_config
from edge_interpreter.evaluation.client import joined
from edge_interpreter.evaluation.meeting_figures import Meeting, figures
from edge_interpreter.evaluation.meeting_listener import MeetingListener
from edge_interpreter.evaluation.meeting_script import Turn, Voice, take_turns, voices
from edge_interpreter.evaluation.own_server import own_server
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Tokens

ROOM = "bench-meeting"
SETTLE_S = 30.0
QUIET_S = 2.0
ROOM_NOISE = 0.0003
"""Standard deviation of what an open microphone hears when nobody speaks: -70 dBFS."""
_MEMORY_EVERY_S = 10.0


def meeting(
    audio: Path,
    config: Path | None = None,
    *,
    minutes: float = 2.0,
    speakers: int = 4,
    languages: int = 2,
    seed: int = 1,
    url: str | None = None,
    token: str | None = None,
) -> dict[str, Any]:
    """Figures of `minutes` of conversation from the folders `audio`/en, `audio`/fr and so on.

    Everybody speaks one language and is sent captions and speech in it. A server is started here
    unless `url` names one (`ws://HOST:PORT/ws`) and `token` lets one operate a room. Raises
    UserError.
    """
    cast = voices(audio, speakers, languages)
    turns = take_turns(cast, minutes, seed)
    if url is not None:
        return asyncio.run(_meeting(cast, turns, url, token))
    state = StateDirectory(load_config(config).server.state)
    made, _ = Tokens(state).create(ROOM, "operate", 86_400)
    options = ["--config", str(config)] if config else []
    return asyncio.run(_with_own_server(cast, turns, made, options))


async def _with_own_server(
    cast: Sequence[Voice], turns: Sequence[Turn], token: str, options: Sequence[str]
) -> dict[str, Any]:
    async with own_server(*options) as server:
        memory: list[float] = []
        watching = asyncio.create_task(_watch_memory(server.pid, memory))
        found = await _meeting(cast, turns, server.websocket, token)
        watching.cancel()
        first = memory[len(memory) // 4 : len(memory) // 4 + 1] or memory
        return {**found, "server_mib": {"early": first[0], "last": memory[-1]}}


async def _meeting(
    cast: Sequence[Voice], turns: Sequence[Turn], url: str, token: str | None
) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        connections: list[ClientConnection] = []
        listeners: list[MeetingListener] = []
        for number, voice in enumerate(cast):
            wishes = {"speaks": voice.language, "wants": voice.language, "audio": True}
            connection, welcome = await stack.enter_async_context(
                joined(url, room=ROOM, name=f"Speaker {number}", partials=True, **wishes)
            )
            connections.append(connection)
            listeners.append(MeetingListener(welcome["participant"], voice.language))
        operator = await _operator(stack, url, token)
        everybody = [*zip(connections, listeners, strict=True), *([operator] if operator else [])]
        hearing = [asyncio.create_task(_hear(*each)) for each in everybody]
        start = loop.time() + 0.5
        end = turns[-1].end + round(QUIET_S * SAMPLE_RATE)
        await asyncio.gather(
            *(
                _speak(connection, [turn for turn in turns if turn.speaker == number], start, end)
                for number, connection in enumerate(connections)
            )
        )
        watcher = operator[1] if operator else None
        await _settled(listeners, watcher)
        for task in hearing:
            task.cancel()
        return figures(Meeting(turns, start, listeners, watcher))


async def _operator(
    stack: AsyncExitStack, url: str, token: str | None
) -> tuple[ClientConnection, MeetingListener] | None:
    """Somebody who watches the room's counts, where a token is there for it."""
    if token is None:
        return None
    connection, welcome = await stack.enter_async_context(
        joined(url, room=ROOM, name="Operator", role="operate", token=token, timings=True)
    )
    await connection.send(json.dumps({"type": "operator_watch", "on": True}))
    return connection, MeetingListener(welcome["participant"], "")


async def _hear(connection: ClientConnection, listener: MeetingListener) -> None:
    loop = asyncio.get_running_loop()
    async for message in connection:
        if isinstance(message, str):
            listener.take(loop.time(), json.loads(message))


async def _speak(
    connection: ClientConnection, turns: Sequence[Turn], start: float, end: int
) -> None:
    """An open microphone up to sample `end`: what is to be said, and the room in between."""
    loop = asyncio.get_running_loop()
    noise = np.random.default_rng(0).normal(0, ROOM_NOISE, SAMPLE_RATE).astype(np.float32)
    quiet = to_pcm16(noise).reshape(-1, FRAME_SAMPLES)
    waiting = list(turns)
    for frame, at in enumerate(range(0, end, FRAME_SAMPLES)):
        if waiting and at >= waiting[0].end:
            waiting.pop(0)
        block = quiet[frame % len(quiet)].copy()
        if waiting and at >= waiting[0].begin:
            said = to_pcm16(waiting[0].samples[at - waiting[0].begin :][:FRAME_SAMPLES])
            block[: said.size] = said
        await asyncio.sleep(max(0.0, start + (frame + 1) * FRAME_MS / 1000 - loop.time()))
        await connection.send(block.tobytes())


async def _settled(listeners: Sequence[MeetingListener], operator: MeetingListener | None) -> None:
    """Wait until all that began is finished (or that is given up), and the operator knows it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_S
    while loop.time() < deadline:
        begun = set().union(*(listener.begun for listener in listeners))
        if operator is None:
            done = all(listener.told_of(each) for listener in listeners for each in begun)
        else:
            counts = operator.status.get("utterances", {})
            done = begun <= operator.finished and counts.get("in") == sum(
                counts.get(name, 0) for name in ("done", "dropped")
            )
        if done:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(1.5)


async def _watch_memory(pid: int, memory: list[float]) -> None:
    while True:
        memory.append(_resident_mib(pid))
        await asyncio.sleep(_MEMORY_EVERY_S)


def _resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)
