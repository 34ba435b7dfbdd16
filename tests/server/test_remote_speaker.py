"""A microphone in another room of the building."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge_interpreter.audio.frames import Frame
from edge_interpreter.errors import UserError
from edge_interpreter.server.messages import Hello
from edge_interpreter.server.remote_speaker import RemoteSpeaker, websocket_url
from tests.pipeline.fakes import frames
from tests.server.box import box, said

HELLO = Hello(protocol=1, room="main", name="Hall", speaks="en")


async def spoken(*words: str) -> AsyncIterator[Frame]:
    for word in words:
        for frame in frames(*said(word)):
            yield frame
            await asyncio.sleep(0.001)


async def test_what_is_said_far_away_is_read_here(tmp_path: Path) -> None:
    lines: list[str] = []
    async with box(tmp_path) as place, place.join(wants="fr") as listener:
        speaking = RemoteSpeaker(place.websocket, HELLO, lines.append).run(spoken("apple"))
        _, caption = await asyncio.gather(speaking, listener.expect("caption"))
        assert (caption["text"], caption["name"]) == ("fr: apple", "Hall")
        assert lines == ["speaking in Main room"]
        assert (await listener.expect("roster", total=1))["participants"][0]["speaks"] == "none"


async def test_it_comes_back_after_the_server_was_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_interpreter.server.remote_speaker.LONGEST_WAIT_S", 0.1)
    lines: list[str] = []
    stop = asyncio.Event()

    async def until_stopped() -> AsyncIterator[Frame]:
        while not stop.is_set():
            async for frame in spoken("plum"):
                yield frame

    async with box(tmp_path) as place:
        port = place.services.port
        speaker = RemoteSpeaker(place.websocket, HELLO, lines.append)
        speaking = asyncio.create_task(speaker.run(until_stopped()))
        async with place.join(wants="fr") as listener:
            await listener.expect("caption")
    async with (
        box(tmp_path, {"server": {"port": port}}) as place,
        place.join(wants="fr") as listener,
    ):
        assert (await listener.expect("caption"))["text"].startswith("fr: ")
        stop.set()
        await speaking
    assert lines.count("speaking in Main room") == 2


async def test_a_refusal_for_good_is_said_once(tmp_path: Path) -> None:
    async with box(tmp_path, {"access": {"mode": "token"}}) as place:
        speaker = RemoteSpeaker(place.websocket, HELLO, print)
        with pytest.raises(UserError, match="token"):
            await speaker.run(spoken("apple"))


async def test_one_who_is_sent_away_does_not_come_back(tmp_path: Path) -> None:
    async with box(tmp_path) as place, place.join(wants="fr") as listener:
        speaking = asyncio.create_task(
            RemoteSpeaker(place.websocket, HELLO, print).run(spoken(*["apple"] * 100))
        )
        caption = await listener.expect("caption")
        place.services.rooms.get("main").remove(caption["speaker"])
        with pytest.raises(UserError):
            await speaking


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("https://box.local:8443", "wss://box.local:8443/ws"),
        ("box.local:8080", "ws://box.local:8080/ws"),
        ("ws://10.0.0.5:8080/", "ws://10.0.0.5:8080/ws"),
    ],
)
def test_addresses_as_people_write_them(server: str, url: str) -> None:
    assert websocket_url(server, "hall") == f"{url}?room=hall"


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="--server"):
        websocket_url("ftp://box", "hall")
