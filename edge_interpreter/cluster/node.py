"""A machine's part of the cluster: starting Ray's processes here, and ending them and no others."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from edge_interpreter.cluster.problems import problems
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError

STORE_BYTES = 256 << 20
"""Shared memory for requests over 100 kB on their way; an utterance of 28 s is 1.8 MB."""
START_S = 60
STOP_S = 10
RESOURCES = json.dumps({"edge_interpreter": 1_000})
_FIRST_ONLY = ("ray/autoscaler", "ray.util.client.server", "ray/dashboard/dashboard.py")
_DAEMONS = ("raylet/raylet ", *_FIRST_ONLY, "gcs/gcs_server ")
"""In the order in which they are ended: a raylet takes leave of the `gcs_server`."""


def require_usable(config: Config) -> None:
    """Raise UserError unless Ray is installed and the configuration is safe."""
    if importlib.util.find_spec("ray") is None:
        raise UserError(
            'a node needs Ray, which is not installed; run: pip install "edge-interpreter[cluster]"'
        )
    found = problems(config, node=True)
    if found:
        raise UserError("\n".join(found))


def is_head(config: Config) -> bool:
    """Whether this machine is the first node."""
    return config.cluster.node == config.cluster.head


def environment(config: Config) -> dict[str, str]:
    """What Ray's processes and, through them, the replicas are given.

    No usage statistics; a token for everything that reaches Ray; a lost node is noticed within
    four seconds; a front end asks the replicas of all nodes, not those of its own until they are
    full; the node's own weights and the boxes' token, which no other process need be told.
    """
    section = config.cluster
    return {
        **os.environ,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": section.node_token.get_secret_value(),
        "RAY_health_check_initial_delay_ms": "2000",
        "RAY_health_check_period_ms": "1000",
        "RAY_health_check_timeout_ms": "1000",
        "RAY_health_check_failure_threshold": "4",
        "RAY_SERVE_LOG_TO_STDERR": "0",
        "RAY_SERVE_PROXY_PREFER_LOCAL_NODE_ROUTING": "0",
        "EDGE_INTERPRETER_MODELS__DIRECTORY": str(config.models.directory.resolve()),
        "EDGE_INTERPRETER_CLUSTER__TOKEN": section.token.get_secret_value(),
    }


def start_command(config: Config) -> list[str]:
    """The command that starts Ray here: as the first node, or beside the first one."""
    section = config.cluster
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--disable-usage-stats"]
    command += [f"--node-ip-address={section.node}", f"--resources={RESOURCES}"]
    command += [f"--object-store-memory={STORE_BYTES}", "--include-log-monitor=false"]
    if is_head(config):
        command += ["--head", f"--port={section.port}", "--include-dashboard=false"]
        return [*command, "--dashboard-host=127.0.0.1"]
    return [*command, f"--address={section.head}:{section.port}"]


def start(config: Config) -> bool:
    """Start Ray here, False where it runs already. Raises UserError with what Ray said."""
    if own_processes(config):
        return False
    try:
        done = subprocess.run(
            start_command(config),
            env=environment(config),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UserError(f"Ray did not start within {START_S} s") from None
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise UserError(f"Ray did not start: {lines[-1] if lines else 'no reason given'}")
    return True


def own_processes(config: Config) -> list[int]:
    """Ray's daemons of this node of this cluster, those that others depend on last."""
    return [pid for _, pid in _daemons(config)]


def stop(config: Config) -> int:
    """End this node's daemons, by force after `STOP_S`, and their workers; how many they were."""
    found = _daemons(config)
    for rank in sorted({rank for rank, _ in found}):
        pids = [pid for each, pid in found if each == rank]
        _end(pids, signal.SIGTERM)
        limit = time.monotonic() + STOP_S
        while _alive(config, pids) and time.monotonic() < limit:
            time.sleep(0.1)
        _end(_alive(config, pids), signal.SIGKILL)
    return len(found)


def _end(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _alive(config: Config, pids: list[int]) -> list[int]:
    return [pid for pid in own_processes(config) if pid in pids]


def _daemons(config: Config) -> list[tuple[int, int]]:
    """Rank and process id of each."""
    section = config.cluster
    first = f"{section.head}:{section.port} "
    marks = [(f"--node_ip_address={section.node} ", f"--gcs-address={first}")]
    if is_head(config):
        marks += [(name, f"address={first}") for name in _FIRST_ONLY]
        marks += [("gcs/gcs_server ", f"--gcs_server_port={section.port} ")]
    found: list[tuple[int, int]] = []
    for pid, line in _command_lines():
        rank = next((rank for rank, name in enumerate(_DAEMONS) if name in line), None)
        if rank is not None and any(all(word in line for word in words) for words in marks):
            found.append((rank, pid))
    return sorted(found)


def answers(address: str, port: int, timeout_s: float = 1.0) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((address, port), timeout_s):
            return True
    except OSError:
        return False


def _command_lines() -> Iterator[tuple[int, str]]:
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if line and int(place.name) != os.getpid():
                yield int(place.name), line
