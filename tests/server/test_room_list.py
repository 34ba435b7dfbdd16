"""Rooms that were opened while the server ran are there again after a restart."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from edge_interpreter.server import room_list
from tests.calls.legs.listening import until
from tests.cli.serving import CONFIG, line_with, serve
from tests.server.box import Box, box

BOARD = {"name": "board", "title": "Board", "preset": "presentation", "access": "token"}


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_list, "SAVE_EVERY_S", 0.05)


async def rooms(place: Box) -> dict[str, dict[str, object]]:
    async with place.http(place.token(room="*")) as client:
        return {room["name"]: room for room in (await client.get("/api/rooms")).json()}


async def open_room(place: Box, **settings: object) -> None:
    async with place.http(place.token(room="*")) as client:
        assert (await client.post("/api/rooms", json=settings)).status_code == 201


async def saved(state: Path, text: str) -> None:
    await until(lambda: text in _read(state))


def _read(state: Path) -> str:
    path = state / room_list.ROOM_LIST
    return path.read_text() if path.exists() else ""


async def test_a_room_comes_back_with_its_settings(tmp_path: Path) -> None:
    async with box(tmp_path) as place:
        await open_room(place, **BOARD)
        before = await rooms(place)
    async with box(tmp_path) as place:
        assert await rooms(place) == before
        assert before["board"]["access"] == "token"
        async with place.http(place.token(room="*")) as client:
            await client.delete("/api/rooms/board")
    async with box(tmp_path) as place:
        assert list(await rooms(place)) == ["main"]


async def test_a_paused_room_stays_paused(tmp_path: Path) -> None:
    async with box(tmp_path) as place, place.join(role="operate", token=place.token()) as operator:
        await operator.send(type="operator_pause", on=True)
        await operator.expect("room_state")
        await saved(tmp_path, "main")
    async with box(tmp_path) as place, place.join() as guest:
        assert guest.welcome["room"]["paused"]


async def test_nothing_but_settings_is_written(tmp_path: Path) -> None:
    async with (
        box(tmp_path) as place,
        place.join(room="cafe", name="Zoe", speaks="en", wants="fr") as zoe,
    ):
        await zoe.send(type="chat", text="a secret")
        await zoe.expect("caption")
        await saved(tmp_path, "cafe")
    text = _read(tmp_path)
    assert "Zoe" not in text
    assert "secret" not in text
    assert (tmp_path / room_list.ROOM_LIST).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"rooms": [{"settings": {"name": "../x"}, "paused": false}]}',
        '{"rooms": [{"settings": {"name": "x", "colour": 1}, "paused": false}]}',
        '{"rooms": [7]}',
        "\x00" * 100,
    ],
)
async def test_a_damaged_list_is_said_and_the_server_starts(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / room_list.ROOM_LIST).write_text(content)
    async with box(tmp_path) as place:
        assert list(await rooms(place)) == ["main"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "rooms.json" in caplog.text


async def test_more_rooms_than_allowed_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entries = [{"settings": {"name": f"room-{n}"}, "paused": False} for n in range(5)]
    (tmp_path / room_list.ROOM_LIST).write_text(json.dumps({"rooms": entries}))
    async with box(tmp_path, {"limits": {"rooms": 3}}) as place:
        assert list(await rooms(place)) == ["main", "room-0", "room-1"]
    assert len(caplog.records) == 3


def _may_mount() -> bool:
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    command = (unshare, "--mount", "--map-root-user", "true")
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


async def read(stream: asyncio.StreamReader | None, lines: list[str]) -> None:
    assert stream is not None
    while line := await stream.readline():
        lines.append(line.decode())


@pytest.mark.skipif(not _may_mount(), reason="no mount namespaces here")
async def test_on_a_full_disk_the_server_goes_on_and_says_so_once(tmp_path: Path) -> None:
    """The state directory is a file system of 64 kB, and full."""
    import httpx

    state = tmp_path / "state"
    state.mkdir()
    fill = f'mount -t tmpfs -o size=64k tmpfs {state} && exec "$@"'
    config = CONFIG.replace('state = "state"', f'state = "{state}"')
    wrapper = ("unshare", "--mount", "--map-root-user", "sh", "-c", fill, "sh")
    async with serve(tmp_path, "--port", "0", config=config, wrapper=wrapper) as process:
        url = (await line_with(process, r"Open +(http://localhost:\d+)/"))[1]
        token = (await line_with(process, r"#token=(\S+)"))[1]
        inside = Path(f"/proc/{process.pid}/root{state}")
        with pytest.raises(OSError, match="No space"):
            (inside / "filler").write_bytes(bytes(1 << 20))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            said: list[str] = []
            reading = asyncio.create_task(read(process.stderr, said))
            for name in ("one", "two", "three"):
                answer = await client.post("/api/rooms", json={"name": name})
                assert answer.status_code == 201
                await until(lambda: any("room" in line for line in said))
                # Time for a further attempt, about which nothing is said.
                await asyncio.sleep(1.2)
            (inside / "filler").unlink()
            await saved(inside, "three")
            await client.delete("/api/rooms/one")
        process.terminate()
        assert await process.wait() == 0
        await reading
        full = [line for line in said if "No space left on device" in line]
        again = [line for line in said if "again" in line]
        assert sum("room" in line for line in full) == sum("audit" in line for line in full) == 1
        assert sum("room" in line for line in again) == sum("audit" in line for line in again) == 1
        assert len(said) == 4
