"""Rooms over two boxes behind the real nginx and HAProxy, with the configurations that we ship."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.scale.people import Person, present
from tests.scale.processes import TRUSTING, BoxProcess, Site, site, until
from tests.scale.slow import GO, HELD

pytestmark = pytest.mark.scale
SEARCHED = f"{os.environ['PATH']}:/usr/sbin"
RESUME_S = 5.0
OPERATOR = "127.0.0.50"


def needs(program: str) -> pytest.MarkDecorator:
    missing = shutil.which(program, path=SEARCHED) is None
    return pytest.mark.skipif(missing, reason=f"{program} is not installed")


proxies = pytest.mark.parametrize(
    "proxy", [pytest.param(name, marks=needs(name)) for name in ("nginx", "haproxy")]
)


def three(place: Site, room: str) -> tuple[Person, Person, Person]:
    """Somebody who speaks and two who listen."""
    speaker = Person(place.websocket, room, says="good morning")
    return speaker, Person(place.websocket, room), Person(place.websocket, room)


async def together(place: Site, room: str, count: int = 3) -> BoxProcess:
    """The box of a room, once everybody is there and nobody anywhere else."""

    async def found() -> BoxProcess | None:
        people = [(await box.people()).get(room, 0) for box in place.boxes]
        whole = sorted(people) == [0, count]
        return place.boxes[people.index(count)] if whole else None

    return await until(found)


async def settled(place: Site, room: str, box: BoxProcess) -> bool:
    """Whether the proxy gives a room to a box and everybody is there."""
    async with httpx.AsyncClient(verify=TRUSTING, trust_env=False) as client:
        answer = await client.get(f"{place.questions}/ready?room={room}")
    elsewhere = room in await place.other(box).people()
    return answer.json()["instance"] == await box.instance() and not elsewhere


@asynccontextmanager
async def operating(place: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with an operator's token, who says that they are elsewhere."""
    headers = {"authorization": f"Bearer {place.operator}", "x-forwarded-for": "192.0.2.9"}
    way = httpx.AsyncHTTPTransport(verify=TRUSTING, local_address=OPERATOR)
    async with httpx.AsyncClient(base_url=place.people, headers=headers, transport=way) as client:
        yield client


async def heard_again(listener: Person) -> float:
    """When the first caption came after coming back; what was in hand may come before that."""
    return await listener.hears(since=await until(listener.came_back, every_s=0.005))


async def opened_from(place: Site, count: int) -> set[str] | None:
    """The addresses from which so many rooms were opened, by the audit logs of the boxes."""
    files = [box.folder / "state/audit.jsonl" for box in place.boxes]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    acts = [act for act in map(json.loads, lines) if act["act"] == "room.open"]
    return {act["from"] for act in acts} if len(acts) == count else None


async def logged(place: Site, words: str) -> bool:
    """Whether the proxy wrote something into a log."""
    files = [place.folder / name for name in ("proxy.log", "access.log", "error.log")]
    return any(words in file.read_text() for file in files if file.exists())


@proxies
async def test_a_room_lives_on_one_box_and_survives_its_death(tmp_path: Path, proxy: str) -> None:
    async with site(tmp_path, proxy) as place:
        speaker, first, second = people = three(place, "hall")
        async with present(*people):
            home = await together(place, "hall")
            await first.hears()
            killed = asyncio.get_running_loop().time()
            await home.end(signal.SIGKILL)
            for listener in (first, second):
                assert await heard_again(listener) - killed < RESUME_S
            other = await together(place, "hall")
            assert other is not home
            # They are told that it is not the room that they were in: something was missed.
            assert speaker.resumed == first.resumed == second.resumed == [False, False]

            late = Person(place.websocket, "hall")
            await home.start()
            async with present(late):
                # HAProxy leaves the room where it is; nginx takes it home, and everybody follows.
                last = other if proxy == "haproxy" else home
                await until(lambda: settled(place, "hall", last))
                now = asyncio.get_running_loop().time()
                for listener in (first, second, late):
                    await listener.hears(since=now)
                assert not any(each.refused for each in (*people, late))


@proxies
async def test_rooms_are_spread_and_rest_finds_them(tmp_path: Path, proxy: str) -> None:
    async with site(tmp_path, proxy) as place:
        names = [f"room-{number}" for number in range(8)]
        async with operating(place) as client:
            for name in names:
                body = {"name": name, "title": name.upper()}
                opened = await client.post(f"/api/rooms?room={name}", json=body)
                assert opened.status_code == 201
                assert (await client.get(f"/api/rooms/{name}")).json()["title"] == name.upper()
            assert (await client.post("/api/rooms", json={"name": "lost"})).status_code == 400
            assert (await client.get("/metrics")).status_code == 404
            whose = {"person": "Ana Quince"}
            for address, status in ((place.people, 200), (place.plain, 301)):
                deleted = await client.delete(f"{address}/api/transcripts", params=whose)
                assert deleted.status_code == status
                await client.get(f"{address}/api/info?after={status}")
        await until(lambda: logged(place, "after=200"))
        await until(lambda: logged(place, "after=301"))
        assert not await logged(place, "Quince")
        assert await until(lambda: opened_from(place, len(names))) == {OPERATOR}
        people = [Person(place.websocket, name) for name in names]
        async with present(*people):
            homes = {(await together(place, name, 1)).address for name in names}
        assert len(homes) == 2


@proxies
async def test_a_box_that_stops_delivers_and_its_rooms_go_on(tmp_path: Path, proxy: str) -> None:
    async with site(tmp_path, proxy, drain_s=60) as place:
        speaker = Person(place.websocket, "hall", says="slowly")
        listener = Person(place.websocket, "hall")
        async with present(speaker, listener):
            home = await together(place, "hall", 2)
            held, go = (home.folder / name for name in (HELD, GO))
            await until(lambda: asyncio.to_thread(held.exists))
            stopping = asyncio.create_task(home.end(signal.SIGTERM))
            ready = await until(lambda: stopping_answer(home))
            assert ready.status_code == 503
            # While it stops, whoever comes to any room is let in elsewhere.
            names = [f"room-{number}" for number in range(6)]
            newcomers = [Person(place.websocket, name) for name in names]
            async with present(*newcomers):
                for name in names:
                    assert await together(place, name, 1) is place.other(home)
            assert not stopping.done()
            assert not listener.captions
            go.touch()
            await stopping
            assert listener.captions
            assert listener.closings == ["shutdown"]
            assert await together(place, "hall", 2) is place.other(home)


async def stopping_answer(box: BoxProcess) -> httpx.Response | None:
    with suppress(httpx.HTTPError):
        answer = await box.ask("/ready")
        return answer if answer.json()["reason"] == "stopping" else None
    return None


@proxies
async def test_a_guarded_room_opens_elsewhere_for_those_who_know_it(
    tmp_path: Path, proxy: str
) -> None:
    async with site(tmp_path, proxy) as place:
        async with operating(place) as client:
            body = {"name": "board", "title": "Board", "access": "token"}
            assert (await client.post("/api/rooms?room=board", json=body)).status_code == 201
        key = await place.boxes[1].command(
            *("token", "create-key", "--name", "guest", "--room", "board", "--role", "speak")
        )
        speaker = Person(place.websocket, "board", says="in confidence", token=key)
        member = Person(place.websocket, "board", token=key)
        stranger = Person(place.websocket, "board")
        async with present(speaker, member, stranger):
            assert stranger.refused == "token_required"
            home = await together(place, "board", 2)
            killed = asyncio.get_running_loop().time()
            await home.end(signal.SIGKILL)
            # Somebody without a token is there first.
            curious = Person(place.websocket, "board")
            async with present(curious):
                await member.hears(since=killed)
                await until(curious.was_refused)
            async with operating(place) as client:
                room = (await client.get("/api/rooms/board")).json()
            assert (room["title"], room["access"]) == ("Board", "token")
            assert not [text for _, text in curious.captions if "confidence" in text]


@proxies
async def test_a_box_that_drops_out_for_a_moment_splits_no_room(tmp_path: Path, proxy: str) -> None:
    """Its process stands still for some seconds, then goes on with the people that it had."""
    async with site(tmp_path, proxy) as place:
        people = three(place, "hall")
        async with present(*people):
            home = await together(place, "hall")
            assert home.process is not None
            home.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(4)
            late = Person(place.websocket, "hall")
            if proxy == "haproxy":
                async with present(late):
                    await together(place, "hall", 4)
            home.process.send_signal(signal.SIGCONT)
            async with present(late):
                await asyncio.sleep(3)
                await together(place, "hall", 4)
                now = asyncio.get_running_loop().time()
                for listener in (*people[1:], late):
                    await listener.hears(since=now)


@needs("nginx")
async def test_the_rooms_of_a_box_that_is_taken_out_of_nginx_move(tmp_path: Path) -> None:
    async with site(tmp_path, "nginx") as place:
        people = three(place, "hall")
        async with present(*people):
            home = await together(place, "hall")
            server = f"server {home.address}:{home.port}"
            text = place.configuration.read_text()
            place.configuration.write_text(text.replace(server, f"{server} down"))
            assert place.proxy_process is not None
            place.proxy_process.send_signal(signal.SIGHUP)
            await until(lambda: settled(place, "hall", place.other(home)))
            assert await together(place, "hall") is place.other(home)
            now = asyncio.get_running_loop().time()
            for listener in people[1:]:
                await listener.hears(since=now)
                assert listener.closings == ["moved"]
