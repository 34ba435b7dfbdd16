"""A network of its own: hosts with addresses, joined by a switch, in namespaces of the kernel.

Nobody's privileges are needed where user namespaces are allowed. Programs find files of ours in
/etc and /run where those of an installation would lie, and nothing outside sees their packets.
"""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_SET_UP = """
set -e
ip link set lo up
ip link add name switch type bridge
ip link set switch up
mount -t tmpfs none /run
echo up
exec sleep infinity
"""


@dataclass(frozen=True)
class Host:
    """A machine of the network; `pid` keeps its namespace."""

    address: str
    pid: int

    def command(self, *words: str) -> list[str]:
        """What runs `words` there."""
        return [
            "nsenter",
            "--preserve-credentials",
            "--target",
            str(self.pid),
            "--user",
            "--mount",
            "--net",
            "--",
            *words,
        ]

    def run(self, *words: str) -> str:
        """The output of a command there, which must succeed."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, f"{words}: {done.stderr}{done.stdout}"
        return done.stdout

    def packets_received(self) -> int:
        """How many came over the network so far."""
        [told] = json.loads(self.run("ip", "-json", "-statistics", "link", "show", "dev", "eth0"))
        received: int = told["stats64"]["rx"]["packets"]
        return received

    def plug(self, *, connected: bool) -> None:
        """Pull its cable, or put it back."""
        self.run("ip", "link", "set", "eth0", "up" if connected else "down")


@dataclass
class Lab:
    """The switch with what hangs on it."""

    switch: subprocess.Popen[str]
    keepers: list[subprocess.Popen[str]] = field(default_factory=list)

    def _inside(self, *words: str) -> list[str]:
        return Host("", self.switch.pid).command(*words)

    def host(self, address: str) -> Host:
        """A new machine, as 10.20.0.11/24."""
        script = "ip link set lo up; echo up; exec sleep infinity"
        keeper = _start(self._inside("unshare", "--net", "sh", "-c", script))
        self.keepers.append(keeper)
        port = f"port{len(self.keepers)}"
        host = Host(address.partition("/")[0], keeper.pid)
        for words in (
            f"ip link add {port} type veth peer name eth0 netns {keeper.pid}",
            f"ip link set {port} master switch up",
        ):
            subprocess.run(self._inside(*words.split()), check=True, timeout=20)
        host.run("ip", "addr", "add", address, "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        return host

    def lay(self, folder: Path, where: str) -> None:
        """Have `folder` appear at `where`, which must exist, on every machine."""
        subprocess.run(self._inside("mount", "--bind", str(folder), where), check=True, timeout=20)


@contextlib.contextmanager
def lab() -> Iterator[Lab]:
    """A switch without machines; skips where namespaces are not to be had."""
    if shutil.which("nsenter") is None or shutil.which("ip") is None:
        pytest.skip("ip or nsenter is not installed (iproute2, util-linux)")
    options = ("--map-root-user", "--net", "--mount")
    try:
        switch = _start(["unshare", *options, "sh", "-c", _SET_UP])
    except RuntimeError as error:
        pytest.skip(f"no network namespaces here: {error}")
    made = Lab(switch)
    try:
        yield made
    finally:
        for keeper in (*made.keepers, switch):
            keeper.kill()
            keeper.communicate()


def _start(words: list[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    if process.stdout.readline() != "up\n":
        process.kill()
        raise RuntimeError(process.communicate()[1].strip()[-200:])
    return process
