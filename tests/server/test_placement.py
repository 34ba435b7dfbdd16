"""Rooms that several boxes share: found by their address, opened elsewhere, never split."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from pydantic import ValidationError

from edge_interpreter.config.boxes import Boxes
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import Translation, TranslationRequest
from edge_interpreter.rooms.room import Room
from edge_interpreter.server import placement
from edge_interpreter.server.listening import open_listeners
from edge_interpreter.server.placement import Ask, Placement, ask_front
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Tokens
from tests.calls.legs.listening import until
from tests.pipeline.fakes import PrefixTranslator
from tests.server.box import HELLO, Box, box

LONGEST = "\N{GRINNING FACE}" * 100
BOARD = {"name": "board", "title": LONGEST, "access": "token"}


@asynccontextmanager
async def sharing(
    folder: Path, name: str = "one", translator: PrefixTranslator | None = None, **tree: Any
) -> AsyncIterator[Box]:
    """A box that shares its keys; at its proxy there is nobody."""
    keys = folder / "keys"
    if not keys.exists():
        Tokens(StateDirectory(keys)).rotate()
    boxes = {"keys": keys, "front_url": "http://127.0.0.1:9"}
    replaced: dict[str, Any] = {"translator": translator} if translator else {}
    async with box(folder / name, {"boxes": boxes, **tree}, **replaced) as place:
        yield place


async def first_answer(url: str, **fields: Any) -> dict[str, Any]:
    async with websockets.connect(url, proxy=None) as socket:
        await socket.send(json.dumps({**HELLO, **fields}))
        answer: dict[str, Any] = json.loads(await socket.recv())
        return answer


async def test_an_address_that_names_another_room_is_refused(tmp_path: Path) -> None:
    async with box(tmp_path) as place:
        for room, kind in (("main", "welcome"), ("other", "error")):
            answer = await first_answer(f"{place.websocket}?room={room}")
            assert answer["type"] == kind
        body, headers = {"name": "hall"}, {"authorization": f"Bearer {place.token(room='*')}"}
        async with place.http() as client:
            for room, status in (("other", 400), ("hall", 201)):
                opened = await client.post(f"/api/rooms?room={room}", json=body, headers=headers)
                assert opened.status_code == status


def asked(*answers: str | None) -> Ask:
    """The answers about `main`, one for each time that is asked."""
    waiting = [{"main": each} if each else {} for each in answers]
    return lambda _front, _rooms: waiting.pop(0)


async def test_a_room_that_the_proxy_takes_elsewhere_moves_whole(tmp_path: Path) -> None:
    async with sharing(tmp_path) as place, place.join(wants="fr") as listener:
        async with place.join(speaks="en") as speaker, asyncio.TaskGroup() as departures:
            own = place.services.instance
            placement = Placement(place.services, asked(None, "two", own, "two", "three", "three"))
            for _ in range(5):
                await placement.check(departures)
            # Not told to go by an answer that came once.
            await speaker.send(type="chat", text="last words")
            await placement.check(departures)
            assert (await listener.expect("caption"))["text"] == "fr: last words"
            for client in (listener, speaker):
                closing = await client.expect("closing")
                assert (closing["reason"], closing["reconnect_after_s"]) == ("moved", 0)
                assert await client.close_code() == 1012
        async with place.join() as again:
            assert again.welcome["room"]["name"] == "main"


@dataclass
class Held(PrefixTranslator):
    """Translates nothing before `go`."""

    go: threading.Event = field(default_factory=threading.Event)

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        self.go.wait(60)
        return super().translate(requests)


async def test_a_room_that_takes_long_to_go_holds_up_no_other(tmp_path: Path) -> None:
    held = Held()
    asked_about: list[Sequence[str]] = []

    def ask(_front: str, rooms: Sequence[str]) -> dict[str, str]:
        asked_about.append(rooms)
        return {name: "two" for name in rooms if name == "main" or len(asked_about) > 2}

    async with (
        sharing(tmp_path, translator=held, server={"drain_s": 60}) as place,
        place.join(wants="fr") as listener,
        place.join(speaks="en", wants="en") as speaker,
        place.join(room="hall", wants="en") as other,
        asyncio.TaskGroup() as departures,
    ):
        await speaker.send(type="chat", text="last words")
        await speaker.expect("caption")
        placement = Placement(place.services, ask)
        for _ in range(4):
            await placement.check(departures)
        assert (await other.expect("closing"))["reason"] == "moved"
        assert [list(rooms) for rooms in asked_about] == 2 * [["main", "hall"]] + 2 * [["hall"]]
        held.go.set()
        assert (await listener.expect("caption"))["text"] == "fr: last words"
        assert (await listener.expect("closing"))["reason"] == "moved"


async def test_without_a_proxy_nobody_is_asked(tmp_path: Path) -> None:
    async with box(tmp_path) as place, place.join(), asyncio.TaskGroup() as departures:
        await Placement(place.services, asked()).check(departures)


async def test_the_question_is_answered_by_the_box_that_it_reaches(tmp_path: Path) -> None:
    both = ["main", "hall"]
    async with box(tmp_path) as place:
        own = dict.fromkeys(both, place.services.instance)
        assert await asyncio.to_thread(ask_front, place.url, both) == own
        place.services.ready = False
        assert await asyncio.to_thread(ask_front, place.url, both) == own
    assert await asyncio.to_thread(ask_front, place.url, both) == {}


def test_a_proxy_that_answers_nothing_is_not_asked_about_every_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(placement, "ANSWER_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        front = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert ask_front(front, [f"room-{number}" for number in range(60)]) == {}
        silent.settimeout(0.2)
        asked = 0
        with contextlib.suppress(TimeoutError):
            while True:
                silent.accept()[0].close()
                asked += 1
    assert asked == placement.MOST_SILENCES


async def test_a_room_that_was_opened_by_an_operator_opens_elsewhere(tmp_path: Path) -> None:
    closed: dict[str, Any] = {"rooms": {"on_demand": False}}
    async with sharing(tmp_path, **closed) as one:
        token = one.token(room="*")
        async with one.http(token) as client:
            assert (await client.post("/api/rooms", json=BOARD)).status_code == 201
        async with one.join(room="board", token=token) as member:
            resume = member.welcome["resume"]
    async with sharing(tmp_path, "two", **closed) as two:
        stranger = await first_answer(two.websocket, room="board")
        assert stranger["code"] == "no_such_room"
        elsewhere = await first_answer(two.websocket, room="hall", resume=resume)
        assert elsewhere["code"] == "no_such_room"
        without = await first_answer(two.websocket, room="board", resume=resume)
        assert without["code"] == "token_required"
        async with two.join(room="board", token=token, resume=resume) as member:
            assert (member.welcome["room"]["title"], member.welcome["resumed"]) == (LONGEST, False)


def is_empty(room: Room) -> bool:
    return not room.participants


async def test_an_old_pass_opens_no_more_rooms_than_one_may_open(tmp_path: Path) -> None:
    names, limits = [f"room-{number}" for number in range(4)], {"rooms_per_address": 2}
    async with sharing(tmp_path, limits=limits) as place:
        passes = []
        for name in names:
            async with place.join(room=name) as guest:
                passes.append(guest.welcome["resume"])
            room = place.services.rooms.get(name)
            await until(partial(is_empty, room))
        async with contextlib.AsyncExitStack() as stack:
            for name, resume in zip(names[:2], passes, strict=False):
                await stack.enter_async_context(place.join(room=name, resume=resume))
            third = await first_answer(place.websocket, room=names[2], resume=passes[2])
        assert third["code"] == "server_full"


async def test_strangers_who_were_faster_do_not_keep_the_room_open(tmp_path: Path) -> None:
    async with sharing(tmp_path) as one:
        token = one.token(room="*")
        async with one.http(token) as client:
            await client.post("/api/rooms", json=BOARD)
        async with one.join(room="board", token=token) as member:
            resume = member.welcome["resume"]
    async with (
        sharing(tmp_path, "two") as two,
        two.join(room="board") as stranger,
    ):
        former = await first_answer(two.websocket, room="board", resume=resume)
        assert former["code"] == "token_required"
        assert two.services.rooms.get("board").participants
        async with two.join(room="board", token=token, resume=resume):
            assert (await stranger.expect("closing"))["reason"] == "room_closed"
        again = await first_answer(two.websocket, room="board")
        assert again["code"] == "token_required"


async def test_who_comes_while_it_stops_is_refused_before_the_handshake(tmp_path: Path) -> None:
    async with box(tmp_path) as place, place.http() as client:
        place.services.stopping = True
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(place.websocket, proxy=None)
        assert refused.value.response.status_code == 503
        assert (await client.get("/ready")).json()["reason"] == "stopping"


async def test_a_box_that_starts_behind_a_proxy_refuses_connections(tmp_path: Path) -> None:
    tree = {
        "server": {"port": 0, "state": tmp_path},
        "boxes": {"keys": tmp_path, "front_url": "http://127.0.0.1:9"},
    }
    plain = open_listeners(Config.model_validate(tree)).plain
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{plain.getsockname()[1]}/ready")
    plain.close()


@pytest.mark.parametrize("url", ["http://10.0.0.2:x", "http://10.0.0.2:99999", "http://[10.0.0.2"])
def test_a_front_door_that_cannot_be_asked_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match="is no web address"):
        Boxes(keys=tmp_path, front_url=url)


def test_a_proxy_without_shared_keys_is_refused() -> None:
    with pytest.raises(ValidationError, match="front_url needs keys"):
        Boxes(front_url="http://10.0.0.2:8081")
