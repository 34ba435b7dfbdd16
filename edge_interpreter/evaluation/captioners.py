"""Programs that caption one speaker in the language spoken: ours and those of others."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import websockets

from edge_interpreter.audio.frames import Framer
from edge_interpreter.audio.pcm import pcm16_from_bytes, to_float
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import VoiceActivity
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.captions_shown import Screen
from edge_interpreter.evaluation.client import drain, joined
from edge_interpreter.evaluation.utterance_ear import UtteranceEar
from edge_interpreter.evaluation.whisperlivekit import ShownText
from edge_interpreter.evaluation.wyoming_peer import WyomingPeer
from edge_interpreter.pipeline.segmenter import Ended

LAST_WORDS_S = 10.0

Feed = Callable[[bytes], Awaitable[None]]
"""Takes 20 ms of 16-bit sound at 16 kHz."""
Captioner = Callable[[Screen], AbstractAsyncContextManager[Feed]]


@asynccontextmanager
async def edge_interpreter(screen: Screen, url: str, language: str | None) -> AsyncIterator[Feed]:
    """A room of our own server, as its speaker and a listener who wants the original."""
    async with (
        joined(url, speaks=language or "auto") as (speaker, _),
        joined(url, wants="original", partials=True) as (listener, _),
    ):
        tasks = [
            asyncio.create_task(drain(speaker)),
            asyncio.create_task(_read_ours(listener, screen)),
        ]
        yield speaker.send
        await _end(tasks)


async def _read_ours(listener: websockets.ClientConnection, screen: Screen) -> None:
    shown: dict[str, str] = {}
    async for message in listener:
        fields = json.loads(message)
        match fields["type"]:
            case "partial":
                shown[fields["utterance"]] = fields["stable"] + fields["unstable"]
            case "caption":
                shown[fields["utterance"]] = fields["text"]
            case "skipped" if fields["lane"] == "source" and fields["utterance"] in shown:
                del shown[fields["utterance"]]
            case _:
                continue
        screen.show(" ".join(shown.values()))


@asynccontextmanager
async def whisperlivekit(screen: Screen, url: str, language: str | None) -> AsyncIterator[Feed]:
    """Its `/asr` WebSocket, told at last that no more comes; raises UserError without one."""
    address = f"{url}?language={language}" if language else url
    try:
        async with websockets.connect(address, max_size=None, proxy=None) as connection:
            reading = asyncio.create_task(_read_whisperlivekit(connection, screen))
            yield connection.send
            await connection.send(b"")
            await asyncio.wait([reading], timeout=LAST_WORDS_S)
            await _end([reading])
    except (OSError, websockets.InvalidHandshake) as error:
        raise UserError(f"{url}: {error}") from error


async def _read_whisperlivekit(connection: websockets.ClientConnection, screen: Screen) -> None:
    shown = ShownText()
    async for message in connection:
        if (text := shown.take(message)) is not None:
            screen.show(text)
        if shown.over:
            return


@asynccontextmanager
async def wyoming(
    screen: Screen, address: str, language: str | None, vad: VoiceActivity, config: Config
) -> AsyncIterator[Feed]:
    """A Wyoming recogniser, with our voice activity and endpointing before it."""
    peer = WyomingPeer(address)
    queue: asyncio.Queue[Ended] = asyncio.Queue()
    ear, framer = UtteranceEar(vad, config, queue.put_nowait), Framer()

    async def work() -> None:
        while True:
            text = await peer.transcribe((await queue.get()).samples, language)
            if text:
                screen.show(f"{screen.text} {text}")

    async def feed(pcm: bytes) -> None:
        for frame in framer.push(to_float(pcm16_from_bytes(pcm))):
            ear.hear(frame)

    tasks = [asyncio.create_task(work())]
    yield feed
    await _end(tasks)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel readers; raises what made one of them end before."""
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def peer_captioner(
    protocol: str, address: str, language: str | None, vad: VoiceActivity, config: Config
) -> Captioner:
    """The captioner for a `--peer`."""
    if protocol == "wyoming":
        return partial(wyoming, address=address, language=language, vad=vad, config=config)
    return partial(whisperlivekit, url=address, language=language)
