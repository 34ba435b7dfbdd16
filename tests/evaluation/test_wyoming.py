"""Messages recorded from wyoming-faster-whisper 3.8.1 (wyoming 1.10.2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from edge_interpreter.audio.pcm import pcm16_from_bytes, to_float
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.wyoming import (
    EventReader,
    WyomingError,
    WyomingEvent,
    recognition,
)
from edge_interpreter.evaluation.wyoming_peer import WyomingPeer

WORDS = "Login, incorrect. Please enter your agent number followed by the pound key."
TRANSCRIPT = (
    b'{"type": "transcript", "version": "1.10.2", "data_length": 88}\n'
    b'{"text": " Login, incorrect. Please enter your agent number followed by the pound key."}'
)


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_a_transcript_is_read_however_its_bytes_are_cut(cut: int) -> None:
    reader = EventReader()
    stream = TRANSCRIPT * 2

    events = [
        event for at in range(0, len(stream), cut) for event in reader.feed(stream[at : at + cut])
    ]

    assert [event.type for event in events] == ["transcript"] * 2
    assert events[0].data["text"] == f" {WORDS}"


def test_what_is_sent_is_the_whole_utterance_in_order() -> None:
    samples = np.linspace(-0.5, 0.5, 2500, dtype=np.float32)
    stream = b"".join(event.encode() for event in recognition(samples, "en"))

    events = EventReader().feed(stream)

    assert [event.type for event in events] == [
        "transcribe",
        "audio-start",
        *["audio-chunk"] * 3,
        "audio-stop",
    ]
    assert events[0].data == {"language": "en"}
    assert events[2].data == {"rate": 16_000, "width": 2, "channels": 1}
    heard = to_float(pcm16_from_bytes(b"".join(event.payload for event in events)))
    assert np.abs(heard - samples).max() < 1e-4


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\n",
        b'["transcript"]\n',
        b'{"type": "transcript", "data_length": 99999999}\n',
        b'{"type": "transcript", "payload_length": -1}\n',
        b"x" * 100_000,
    ],
)
def test_what_is_not_the_protocol_is_refused(nonsense: bytes) -> None:
    with pytest.raises(WyomingError):
        EventReader().feed(nonsense)


@asynccontextmanager
async def service(answer: bytes) -> AsyncIterator[tuple[str, list[WyomingEvent]]]:
    """Answers the end of the sound; its address and what it was sent."""
    heard: list[WyomingEvent] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        events = EventReader()
        while not heard or heard[-1].type != "audio-stop":
            heard.extend(events.feed(await reader.read(4096)))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


async def test_the_words_of_an_utterance_come_back_with_the_language_it_was_told() -> None:
    async with service(TRANSCRIPT) as (address, heard):
        recognise = WyomingPeer(address).recogniser("en")

        text, language = await recognise(np.zeros(16_000, np.float32))

    assert (text, language) == (WORDS, "en")
    assert sum(len(event.payload) for event in heard) == 32_000


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "closed the connection without a transcript"),
        (b'{"type": "error", "data": {"text": "no model"}}\n', "no model"),
        (b"nonsense\n", "not JSON"),
    ],
)
async def test_a_service_that_fails_is_told(answer: bytes, told: str) -> None:
    async with service(answer) as (address, _):
        with pytest.raises(UserError, match=told):
            await WyomingPeer(address).transcribe(np.zeros(1600, np.float32), "en")


@pytest.mark.parametrize("address", ["127.0.0.1:10300", "tcp://127.0.0.1", "tcp://a:b"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="tcp://HOST:PORT"):
        WyomingPeer(address)


def test_a_service_that_does_not_tell_the_language_must_be_told_it() -> None:
    with pytest.raises(UserError, match="--from TAG"):
        WyomingPeer("tcp://127.0.0.1:10300").recogniser(None)
