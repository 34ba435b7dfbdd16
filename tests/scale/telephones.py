"""Kamailio, boxes and a trunk on a network of their own, with the files of docs/scale/kamailio."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Tokens
from tests.cli.serving import CONFIG
from tests.scale.lab import Host, Lab, lab
from tests.scale.sipp_calls import Trunk

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "docs" / "scale" / "kamailio"
KAMAILIO, TRUNK, BOXES = "10.20.0.10", "10.20.0.5", ("10.20.0.11", "10.20.0.12")
STRANGER = "10.20.0.66"
BITS = "/24"
START_S = 60

TEXT = (
    CONFIG
    + """[calls]
max_calls = {max_calls}
[calls.sip]
enabled = true
listen = "{address}"
allow = [{allow}]
# The telephones here send no sound, and some calls last.
media_timeout_s = 120
[[calls.sip.trunks]]
user = "interpreter"
domain = "{trunk}"
proxy = "sip:{kamailio}"
[[calls.routes]]
number = "2*"
agent = "sip:agents@{trunk}"
agent_language = "fr"
[[calls.routes]]
number = "3*"
agent = "sip:agents@{trunk}"
answer = "with_agent"
[[calls.routes]]
number = "*"
"""
)


@dataclass
class Box:
    """`edge-interpreter serve` on a machine of its own."""

    host: Host
    folder: Path
    max_calls: int = 20
    allow: tuple[str, ...] = (f"{KAMAILIO}/32",)
    process: subprocess.Popen[bytes] | None = None
    token: str = ""

    def configure(self) -> Path:
        """Write its configuration."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / "config.toml"
        text = TEXT.format(
            max_calls=self.max_calls,
            address=self.host.address,
            allow=", ".join(f'"{each}"' for each in self.allow),
            kamailio=KAMAILIO,
            trunk=TRUNK,
        )
        path.write_text(text)
        return path

    def limit(self, max_calls: int) -> None:
        """Have another limit hold from now on."""
        self.max_calls = max_calls
        self.configure()
        assert self.post("/api/config/reload", {})["ok"]

    def start(self) -> None:
        """Start it and wait until calls are taken."""
        path = self.configure()
        self.token = Tokens(StateDirectory(self.folder / "state")).create("*", "operate", 3600)[0]
        words = (sys.executable, "-m", "edge_interpreter", "serve", "--config", str(path))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.host.command(*words),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until(lambda: self.get("/ready").get("ready", False), START_S)

    def get(self, path: str) -> dict[str, Any]:
        """The answer of its REST interface, empty where there is none."""
        return self._ask("--request", "GET", path)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The same with a body."""
        return self._ask("--json", json.dumps(body), path)

    def _ask(self, *words: str) -> dict[str, Any]:
        *options, path = words
        done = subprocess.run(
            self.host.command(
                "curl", "--silent", "--max-time", "5", *options,
                "--header", f"Authorization: Bearer {self.token}", f"http://127.0.0.1:8080{path}",
            ),
            capture_output=True, timeout=20, check=False,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        return answer

    @property
    def runs(self) -> bool:
        """Whether its server does."""
        return self.process is not None and self.process.poll() is None

    @property
    def active(self) -> int:
        """How many calls it has now."""
        return len(self.get("/calls?limit=0").get("active", ()))

    def end_calls(self) -> None:
        """End every call, as an operator does."""
        for call in self.get("/calls?limit=0")["active"]:
            self.post(f"/calls/{call['id']}/end", {})

    def heard_frames(self) -> int:
        """What its callers said, in frames of 20 ms."""
        callers = [call["sides"]["caller"] for call in self.get("/calls?limit=0")["active"]]
        return sum(caller["media"]["received"] for caller in callers if caller["media"])

    def processes(self) -> list[int]:
        """Its server and all that it started."""
        found, unseen = [], [self.process.pid] if self.process is not None else []
        while unseen:
            pid = unseen.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                unseen += [int(child) for child in children]
        return found

    def kill(self, *, server_only: bool = False) -> None:
        """SIGKILL to every process of it at once, as when the power goes, or to the server."""
        assert self.process is not None
        for pid in [self.process.pid] if server_only else self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def pause(self, *, on: bool) -> None:
        """Have its server stand still, while its SIP process goes on, or go on too."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def kill_sip(self) -> None:
        """SIGKILL to its SIP process."""
        for pid in self.processes():
            if b"calls.sip.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                return
        raise AssertionError("it has no SIP process")

    def stop(self) -> None:
        """Ask it to end, as `systemctl stop` does."""
        if self.process is not None and self.runs:
            self.process.terminate()
            self.process.wait(20)


class Kamailio:
    """Kamailio with the shipped files, as they are."""

    def __init__(self, host: Host, log: Path) -> None:
        self.host = host
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers `kamcmd`."""
        # The unit of the package has it made.
        self.host.run("mkdir", "-p", "/run/kamailio")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.host.command(
                    *("kamailio", "-DD", "-E", "-f", "/etc/kamailio/kamailio.cfg")
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        until(self._answers)

    def _answers(self) -> bool:
        words = self.host.command("kamcmd", "core.uptime")
        return subprocess.run(words, capture_output=True, timeout=10).returncode == 0

    def command(self, *words: str) -> str:
        """`kamcmd` as an administrator types it."""
        return self.host.run("kamcmd", *words)

    def states(self) -> dict[str, str]:
        """The flags of each box: AP (in use), IP (not), DX (taken out)."""
        listed = self.command("dispatcher.list").split()
        uris = [listed[at + 1] for at, word in enumerate(listed) if word == "URI:"]
        flags = [listed[at + 1] for at, word in enumerate(listed) if word == "FLAGS:"]
        return {
            uri.partition(":")[2].partition(":")[0]: flag
            for uri, flag in zip(uris, flags, strict=True)
        }

    def uses(self, *boxes: Box) -> bool:
        """Whether exactly these boxes get calls."""
        active = {address for address, flags in self.states().items() if flags.startswith("A")}
        return active == {box.host.address for box in boxes}

    def stop(self) -> None:
        """End it, as `systemctl stop` does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)


@dataclass
class Layout:
    """Two boxes behind Kamailio, a trunk, and somebody who is on no list."""

    lab: Lab
    kamailio: Kamailio
    boxes: list[Box]
    trunk: Trunk
    stranger: Trunk

    def all_in_use(self) -> None:
        """Have every box run, be given calls, and have none."""
        for box in self.boxes:
            if not box.runs:
                box.start()
        until(lambda: self.kamailio.uses(*self.boxes))
        until(lambda: not any(box.active for box in self.boxes))

    def end_calls(self) -> None:
        """End every call of every box."""
        for box in self.boxes:
            box.end_calls()


@contextlib.contextmanager
def layout(folder: Path) -> Iterator[Layout]:
    """Everything started, as docs/scale/calls.md says."""
    with lab() as network:
        etc = folder / "etc"
        shutil.copytree(SHIPPED, etc)
        network.lay(etc, "/etc/kamailio")
        kamailio = Kamailio(network.host(KAMAILIO + BITS), folder / "kamailio.log")
        boxes = [Box(network.host(each + BITS), folder / each) for each in BOXES]
        trunk, stranger = (
            Trunk(network.host(each + BITS), folder, KAMAILIO) for each in (TRUNK, STRANGER)
        )
        made = Layout(network, kamailio, boxes, trunk, stranger)
        try:
            kamailio.start()
            made.all_in_use()
            yield made
        finally:
            trunk.stop()
            stranger.stop()
            for box in boxes:
                box.stop()
            kamailio.stop()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that is sure to come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
