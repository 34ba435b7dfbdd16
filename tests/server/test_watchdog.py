"""A service manager that listens at a real socket while the server runs."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge_interpreter.engines.protocols import Recognition, RecognitionRequest
from edge_interpreter.server import watchdog
from edge_interpreter.supervision.notify import ServiceManager
from tests.pipeline.fakes import CountingRecogniser
from tests.server.box import Box, box, said


@dataclass
class StuckRecogniser(CountingRecogniser):
    """Hangs in its first call until released."""

    release: threading.Event = field(default_factory=threading.Event)

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        self.release.wait(20)
        return super().recognise(requests)


class Manager:
    """What systemd would have received, line by line."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(self.address)
        self.lines: list[str] = []
        self._read = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._socket, self._receive)

    def _receive(self) -> None:
        self.lines += self._socket.recv(4096).decode().split("\n")
        self._read.set()

    async def told(self, line: str, timeout_s: float = 10) -> None:
        """Wait for a line; those before it are forgotten."""
        async with asyncio.timeout(timeout_s):
            while line not in self.lines:
                self._read.clear()
                await self._read.wait()
        del self.lines[: self.lines.index(line) + 1]

    async def quiet(self, line: str, seconds: float) -> bool:
        try:
            await self.told(line, seconds)
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_EVERY_S", 0.1)


async def status_of(place: Box, path: str) -> tuple[int, str]:
    async with place.http() as client:
        answer = await client.get(path)
        return answer.status_code, answer.text


async def test_a_stuck_engine_trips_it_and_an_idle_box_does_not(tmp_path: Path) -> None:
    manager, engine = Manager(tmp_path), StuckRecogniser()
    config = {"pipeline": {"stuck_s": 1}}
    service = ServiceManager(manager.address)
    async with box(tmp_path / "state", config, manager=service, recogniser=engine) as place:
        await manager.told("READY=1")
        for _ in range(15):
            await manager.told("WATCHDOG=1")
        assert await status_of(place, "/health") == (200, '{"status":"ok"}')
        async with place.join(speaks="en", wants="fr") as ana:
            await ana.say(*said("plum"))
            await manager.told("STATUS=stuck: recogniser finished nothing for 1 s")
            await manager.told("WATCHDOG=trigger")
            assert await status_of(place, "/health") == (503, '{"status":"stuck"}')
            assert (await status_of(place, "/ready"))[0] == 503
            assert await manager.quiet("WATCHDOG=1", 0.5)
            engine.release.set()
            assert (await ana.expect("caption"))["text"] == "fr: plum"
            await manager.told("WATCHDOG=1")
            assert await status_of(place, "/health") == (200, '{"status":"ok"}')
    await manager.told("STOPPING=1")
    manager.close()


async def test_busy_people_keep_it_fed(tmp_path: Path) -> None:
    manager = Manager(tmp_path)
    config = {"pipeline": {"stuck_s": 1}}
    async with (
        box(tmp_path / "state", config, manager=ServiceManager(manager.address)) as place,
        place.join(speaks="en", wants="fr") as ana,
    ):
        for _ in range(4):
            await ana.say(*said("plum"))
            await ana.expect("caption")
            await asyncio.sleep(0.4)
        assert manager.lines.count("WATCHDOG=1") > 10
        assert "WATCHDOG=trigger" not in manager.lines
    manager.close()


async def test_the_status_names_nobody(tmp_path: Path) -> None:
    manager = Manager(tmp_path)
    async with box(tmp_path / "state", manager=ServiceManager(manager.address)) as place:
        await manager.told("STATUS=serving: 1 rooms, 0 participants, 0 calls")
        async with place.join(name="Ana"):
            await manager.told("STATUS=serving: 1 rooms, 1 participants, 0 calls")
    manager.close()
