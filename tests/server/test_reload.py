"""The configuration changes while people are in a room and on calls."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.config.change import compare, in_force
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.server.certificates import ensure_certificate
from edge_interpreter.server.state import StateDirectory
from tests.server.box import Box, box


def tree(state: Path, **changed: Any) -> Config:
    values: dict[str, Any] = {"server": {"port": 0, "state": state, "drain_s": 5}}
    return Config.model_validate({**values, **changed})


async def reload(server: Box, new: Callable[[], Config]) -> dict[str, Any]:
    server.server._reloader._reread = new
    async with server.http(server.token(room="*")) as client:
        answer = await client.post("/api/config/reload")
        assert answer.status_code == (200 if answer.json()["ok"] else 409)
        told: dict[str, Any] = answer.json()
        return told


async def test_people_stay_while_settings_change(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    new = tree(
        tmp_path,
        branding={"title": "Town hall"},
        rooms={"open": [{"name": "main", "title": "Main room"}, {"name": "hall"}]},
        pipeline={"lag_budget_ms": 5000},
        access={"origins": ["https://town.example"]},
        limits={"connections_per_address": 1},
        endpointing={"silence_ms": 300},
    )
    async with box(tmp_path) as server, server.join(speaks="en") as person:
        told = await reload(server, lambda: new)
        assert set(told["at_once"]) == {
            "access.origins",
            "branding.title",
            "limits.connections_per_address",
        }
        assert set(told["later"]) == {"rooms.open", "endpointing.silence_ms"}
        assert told["restart"] == ["pipeline.lag_budget_ms"]
        assert "only after a restart: pipeline.lag_budget_ms" in caplog.text
        async with server.http() as client:
            assert (await client.get("/api/info")).json()["branding"]["title"] == "Town hall"
            rooms = {room["name"] for room in (await client.get("/api/rooms")).json()}
        assert rooms == {"main", "hall"}
        assert server.services.config.pipeline.lag_budget_ms == 6000
        await person.send(type="ping", id=1)
        await person.expect("pong")
        async with server.connect(origin="https://town.example") as another:
            assert "rate_limited" in str(await another.recv())
        # What waits for a restart is told again.
        assert (await reload(server, lambda: new))["restart"] == ["pipeline.lag_budget_ms"]


async def test_a_broken_file_leaves_everything_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Config:
        raise UserError("config.toml:3: server.prot: unknown key")

    async with box(tmp_path) as server:
        before = server.services.config
        told = await reload(server, broken)
        assert told["problems"] == ["config.toml:3: server.prot: unknown key"]
        assert "stays as it was" in caplog.text
        assert server.services.config is before
        missing = tree(tmp_path, tls={"certificate": "none.pem", "key": "none.pem"})
        assert "none.pem" in (await reload(server, lambda: missing))["problems"][0]


async def test_only_an_operator_of_everything_may(tmp_path: Path) -> None:
    async with box(tmp_path) as server:
        for token, status in (("", 401), (server.token("speak"), 403), (server.token(), 403)):
            async with server.http(token) as client:
                assert (await client.post("/api/config/reload")).status_code == status


async def test_a_room_in_use_keeps_its_settings_until_it_is_empty(tmp_path: Path) -> None:
    new = tree(tmp_path, rooms={"open": [{"name": "main", "title": "Court 1"}]})
    async with box(tmp_path) as server:
        rooms = server.services.rooms
        async with server.join(speaks="none"):
            await reload(server, lambda: new)
            rooms.tick()
            assert rooms.get("main").settings.title == "Main room"
        for person in list(rooms.get("main").participants):
            rooms.get("main").remove(person)
        rooms.tick()
        assert rooms.get("main").settings.title == "Court 1"


def test_what_needs_a_restart_keeps_its_value() -> None:
    old = Config()
    new = Config.model_validate(
        {
            "server": {"port": 9000, "drain_s": 3},
            "calls": {"routes": [{"number": "1*"}], "sip": {"port": 5070}},
        }
    )
    mixed = in_force(old, new)
    assert (mixed.server.port, mixed.server.drain_s) == (8080, 3)
    assert (mixed.calls.routes, mixed.calls.sip.port) == (new.calls.routes, 5060)
    assert compare(mixed, new).restart == ("server.port", "calls.sip.port")
    assert compare(mixed, mixed).describe() == "nothing has changed"


async def test_a_renewed_certificate_is_used_for_new_connections(tmp_path: Path) -> None:
    def served(port: int) -> bytes:
        return ssl.get_server_certificate(("127.0.0.1", port), timeout=5).encode()

    def made(name: str) -> bytes:
        state = StateDirectory(tmp_path / name)
        files = ensure_certificate(state, ["localhost"])
        for source, copy in ((files.certificate, certificate), (files.key, key)):
            copy.write_bytes(source.read_bytes())
        return certificate.read_bytes()

    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    first = made("first")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tls = {"certificate": certificate, "key": key}
    changed = {"server": {"port": 0, "https_port": port, "state": tmp_path}, "tls": tls}
    async with box(tmp_path, {"server": {"https_port": port}, "tls": tls}) as server:
        assert await asyncio.to_thread(served, port) in first
        second = made("second")
        await reload(server, lambda: Config.model_validate(changed))
        assert await asyncio.to_thread(served, port) in second
        key.write_text("nonsense")
        told = await reload(server, lambda: Config.model_validate(changed))
        assert "k.pem" in told["problems"][0]
        assert await asyncio.to_thread(served, port) in second


async def test_the_settings_of_calls_change_while_the_doors_are_open(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    door = {"host": "127.0.0.1", "port": port}
    new = {
        "max_calls": 3,
        "routes": [{"number": "1*"}],
        "announcements": {"waiting": {"en": "Please hold."}},
        "audiosocket": {**door, "allow": ["192.0.2.0/24"]},
    }
    old = {"records": {"enabled": False}, "audiosocket": door}
    async with box(tmp_path, {"calls": old}) as server:
        calls = server.services.calls
        assert calls is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        told = await reload(server, lambda: tree(tmp_path, calls={**old, **new}))
        assert told["restart"] == []
        assert calls.board.admission.limit == 3
        assert calls.board.config.routes[0].number == "1*"
        # Whoever is connected stays; whoever comes from now on is not let in.
        late, closing = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(late.read(1), 5) == b""
        assert not writer.is_closing()
        assert not reader.at_eof()
        for each in (writer, closing):
            each.close()


async def test_a_louder_log_is_ours_alone(tmp_path: Path) -> None:
    ours, root = logging.getLogger("edge_interpreter"), logging.getLogger()
    before = ours.level, root.level
    async with box(tmp_path) as server:
        try:
            told = await reload(server, lambda: tree(tmp_path, logging={"level": "debug"}))
            assert told["at_once"] == ["logging.level"]
            assert ours.level == logging.DEBUG
            # Libraries would write what passes through them.
            assert root.level == before[1]
        finally:
            ours.setLevel(before[0])
