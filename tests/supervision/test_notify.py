"""What a service manager receives, at a real socket."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_interpreter.supervision import notify
from edge_interpreter.supervision.notify import ServiceManager


class Manager:
    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(5)

    def told(self) -> list[str]:
        return self.socket.recv(4096).decode().split("\n")


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    kind = request.param
    address = str(tmp_path / "notify") if kind == "path" else f"@edge-interpreter-{os.getpid()}"
    manager = Manager(address)
    yield manager
    manager.socket.close()


def test_each_message_is_one_datagram(manager: Manager) -> None:
    ours = ServiceManager(manager.address)
    ours.status("loading the models")
    assert manager.told() == ["STATUS=loading the models"]
    ours.ready("ready")
    assert manager.told() == ["READY=1", "STATUS=ready"]
    ours.alive()
    assert manager.told() == ["WATCHDOG=1"]
    ours.stuck("recogniser is stuck")
    assert manager.told() == ["STATUS=recogniser is stuck", "WATCHDOG=trigger"]
    ours.extend(1.5)
    assert manager.told() == ["EXTEND_TIMEOUT_USEC=1500000"]
    ours.stopping("stopping")
    assert manager.told() == ["STOPPING=1", "STATUS=stopping"]


def test_it_is_taken_out_of_the_environment(manager: Manager) -> None:
    environment = {
        "NOTIFY_SOCKET": manager.address,
        "WATCHDOG_USEC": "30000000",
        "WATCHDOG_PID": str(os.getpid()),
        "PATH": "/bin",
    }
    ours = ServiceManager.take(environment)
    assert environment == {"PATH": "/bin"}
    assert ours.watchdog_s == 30.0
    ours.alive()
    assert manager.told() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
    ],
)
def test_without_a_watchdog_there_is_no_deadline(environment: dict[str, str]) -> None:
    assert ServiceManager.take(environment).watchdog_s is None


def test_without_a_manager_nothing_happens() -> None:
    ours = ServiceManager.take({})
    with ours.starting("loading"):
        ours.ready("ready")
        ours.stopping("stopping")


def test_a_manager_that_is_gone_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ours = ServiceManager(str(tmp_path / "nobody"))
    for _ in range(3):
        ours.alive()
    assert len(caplog.records) == 1


def test_a_manager_that_does_not_read_delays_nothing(tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    ours = ServiceManager(manager.address)
    began = time.monotonic()
    for _ in range(3_000):
        ours.alive()
    assert time.monotonic() - began < 2
    manager.socket.close()


def test_while_it_loads_more_time_is_asked_for(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "EXTEND_EVERY_S", 0.05)
    with ServiceManager(manager.address).starting("loading the models"):
        assert manager.told() == ["STATUS=loading the models"]
        for _ in range(3):
            assert manager.told() == ["EXTEND_TIMEOUT_USEC=20000000"]
    manager.socket.settimeout(0.2)
    with contextlib.suppress(TimeoutError):
        manager.told()  # one may have been on its way
    with pytest.raises(TimeoutError):
        manager.told()
