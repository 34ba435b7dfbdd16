"""A cluster of this machine's: nodes at loopback addresses, started and ended by the command."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.cluster.node import own_processes
from edge_interpreter.config import Config, load_config
from edge_interpreter.config.tree import Config as Tree
from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.transport import GrpcTransport

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "models" / "weights"
TOKEN = "token-of-boxes-0123456789"
START_S, STOP_S = 170, 60
HEAD, SECOND = "127.0.0.2", "127.0.0.3"

OWN_ENGINES = """[models]
directory = "{weights}"
[recogniser]
threads = 1
# Wider searches are for when nobody waits: what is heard would not be the same each time.
beam_size = 1
[translator]
threads = 1
"""
NODE = (
    OWN_ENGINES
    + """[cluster]
endpoints = ["127.0.0.1:{inference_port}"]
token = "{token}"
node_token = "token-of-nodes-0123456789"
# A lost replica loads its model again on the cores of those that answer meanwhile.
answer_ms = 15_000
node = "{node}"
port = {port}
inference_port = {inference_port}
[cluster.recogniser]
replicas = 2
cpus = 0.3
max_batch = 4
[cluster.translator]
cpus = 0.3
max_batch = 1
queue = 2
[cluster.synthesiser]
cpus = 0.3
"""
)
BOX = (
    OWN_ENGINES
    + """[pipeline]
# Three boxes and two nodes are on one machine here, and loss is told from slowness.
lag_budget_ms = 20_000
[cluster]
endpoints = [{endpoints}]
token = "{token}"
fallback = false
"""
)


@dataclass(frozen=True)
class Nodes:
    """The folder with a configuration for each node, and the cluster's ports."""

    folder: Path
    port: int
    inference_port: int

    def file(self, node: str = HEAD, weights: Path = WEIGHTS) -> Path:
        path = self.folder / f"{node}.toml"
        path.write_text(
            NODE.format(
                weights=weights.resolve(),
                token=TOKEN,
                node=node,
                port=self.port,
                inference_port=self.inference_port,
            )
        )
        return path

    def box_file(self, ports: Sequence[int]) -> Path:
        """Of a box without engines of its own that asks at these ports of the loopback."""
        path = self.folder / f"box-{ports[0]}.toml"
        endpoints = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
        path.write_text(BOX.format(weights=WEIGHTS.resolve(), endpoints=endpoints, token=TOKEN))
        return path

    def up_second(self, inference_port: int) -> None:
        """Have a second node join; two front ends on one machine need two ports."""
        more = {"RAY_SERVE_WORKER_PROXY_GRPC_PORT": str(inference_port)}
        done = self.command("up", self.file(SECOND), START_S, more)
        assert done.returncode == 0, done.stderr

    def kill_second(self) -> None:
        """As a loss of power would end it."""
        daemons = own_processes(self.config(SECOND))
        for pid in (*daemons, *_children(daemons)):
            kill(pid)

    def config(self, node: str = HEAD) -> Tree:
        config: Config = load_config(self.file(node), {})
        return config

    def command(
        self, action: str, file: Path, timeout_s: float, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "edge_interpreter", "cluster", action, "--config", str(file)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(more or {})},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def replicas(self, role: str, *nodes: str) -> list[int]:
        """The processes that serve an engine, on these nodes or on all."""
        daemons = [
            pid for node in nodes or (HEAD, SECOND) for pid in own_processes(self.config(node))
        ]
        found = _children(daemons)
        return [pid for pid, line in found.items() if line.startswith(f"ray::ServeReplica:{role}")]

    def answering(self, role: str) -> int:
        """How many replicas answer; one that loads its model does not."""
        return len({self.describe(role).node for _ in range(8)})

    def describe(self, role: str) -> pb.DescribeReply:
        transport = GrpcTransport(TOKEN)
        try:
            reply: pb.DescribeReply = transport.ask(
                f"127.0.0.1:{self.inference_port}", role, pb.DescribeRequest(), 10
            )
        finally:
            transport.close()
        return reply


def _children(parents: Sequence[int]) -> dict[int, str]:
    """The processes that these started, and what they are called."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            line = (place / "cmdline").read_bytes().decode("utf-8", "replace")
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in parents:
            found[int(place.name)] = line
    return found


def first_at_work(before: Mapping[int, float]) -> int:
    """The first process to do more than it does without work, since it had used so many seconds."""
    limit = time.monotonic() + 60
    while True:
        for pid, used in before.items():
            if cpu_s(pid) - used > 0.1:
                return pid
        assert time.monotonic() < limit
        time.sleep(0.01)


def cpu_s(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_nodes(folder: Path) -> Iterator[Nodes]:
    """The first node, up; whatever joined it is ended too."""
    nodes = Nodes(folder, *free_ports(2))
    done = nodes.command("up", nodes.file(), START_S)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        yield nodes
    finally:
        for node in (SECOND, HEAD):
            nodes.command("down", nodes.file(node), STOP_S)


def free_ports(count: int) -> list[int]:
    places = [socket.socket() for _ in range(count)]
    for place in places:
        place.bind(("127.0.0.1", 0))
    ports = [place.getsockname()[1] for place in places]
    for place in places:
        place.close()
    return ports


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
