"""Whose address counts where a proxy is in front: that of the person, and nobody can forge it."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import websockets
from pydantic import ValidationError

from edge_interpreter.config.tree import Config
from tests.server.box import HELLO, Box, box

ONE_EACH = {"limits": {"connections_per_address": 1}}
TRUSTED: dict[str, Any] = {**ONE_EACH, "server": {"trusted_proxies": ["127.0.0.0/8"]}}
ELSEWHERE = {**ONE_EACH, "server": {"trusted_proxies": ["10.0.0.2"]}}


async def first_answer(place: Box, *forwarded: str, hold: list[Any]) -> str:
    headers = [("X-Forwarded-For", each) for each in forwarded]
    socket = await websockets.connect(place.websocket, proxy=None, additional_headers=headers)
    hold.append(socket)
    with contextlib.suppress(websockets.ConnectionClosed):
        await socket.send(json.dumps(HELLO))
    answer: dict[str, Any] = json.loads(await socket.recv())
    return str(answer.get("code", answer["type"]))


async def answers(tmp_path: Path, config: dict[str, Any], *forwarded: tuple[str, ...]) -> list[str]:
    hold: list[Any] = []
    async with box(tmp_path, config) as place:
        found = [await first_answer(place, *each, hold=hold) for each in forwarded]
        for socket in hold:
            await socket.close()
    return found


@pytest.mark.parametrize("host", ["127.0.0.1", "::"])
async def test_people_behind_a_trusted_proxy_are_counted_one_by_one(
    tmp_path: Path, host: str
) -> None:
    server = {**TRUSTED["server"], "host": host, "https_port": 0}
    config = {**TRUSTED, "server": server}
    found = await answers(tmp_path, config, ("192.0.2.1",), ("192.0.2.2",), ("192.0.2.1",))
    assert found == ["welcome", "welcome", "rate_limited"]


async def test_what_a_client_sends_before_the_proxy_adds_its_address_is_not_believed(
    tmp_path: Path,
) -> None:
    forged = ("192.0.2.7, 192.0.2.1",), ("192.0.2.8", "192.0.2.1")
    assert await answers(tmp_path, TRUSTED, *forged) == ["welcome", "rate_limited"]


@pytest.mark.parametrize("config", [ONE_EACH, ELSEWHERE])
async def test_who_is_no_trusted_proxy_cannot_forge_an_address(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    found = await answers(tmp_path, config, ("192.0.2.1",), ("192.0.2.2",))
    assert found == ["welcome", "rate_limited"]


async def test_a_proxy_may_have_more_connections_than_one_person(tmp_path: Path) -> None:
    many = [(f"192.0.2.{number}",) for number in range(1, 12)]
    assert set(await answers(tmp_path, TRUSTED, *many)) == {"welcome"}


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "proxy.example", "10.0.0.300"])
def test_networks_that_make_no_sense_are_refused(network: str) -> None:
    with pytest.raises(ValidationError, match=r"server\.trusted_proxies"):
        Config.model_validate({"server": {"trusted_proxies": [network]}})


async def test_the_public_name_is_a_name_of_the_box(tmp_path: Path) -> None:
    config = {"server": {"public_url": "https://interpreter.example"}}
    async with box(tmp_path, config) as place, place.http() as client:
        for host, status in (("interpreter.example", 200), ("other.example", 421)):
            answer = await client.get("/api/info", headers={"host": host})
            assert answer.status_code == status
        # A change of it counts at once.
        server = place.services.config.server.model_copy(
            update={"public_url": "http://Other.Example"}
        )
        place.services.config = place.services.config.model_copy(update={"server": server})
        for host, status in (("interpreter.example", 421), ("other.example", 200)):
            answer = await client.get("/api/info", headers={"host": host})
            assert answer.status_code == status
