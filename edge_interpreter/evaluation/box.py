"""The box as the calls bench sees it: a process of its own, configured for nothing but calls."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError

READY_S = 60.0
CONNECT_S = 20.0
ANSWER_S = 10.0

Kind = Literal["real", "timer"]
"""Which engines: those of the configuration, or ones that cost nothing."""


@dataclass(frozen=True, slots=True)
class Ports:
    """UDP ports on the loopback: the box's SIP and RTP, the peers' SIP."""

    sip: int
    rtp: int
    rtp_last: int
    agents: int
    callers: int


def free_ports(count: int) -> Ports:
    """Ports for `count` calls that are free now, below the ephemeral ones. Raises UserError."""
    for port in range(20_000, 32_000, 4_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return Ports(port, port + 100, port + 140 + 8 * count, port + 2, port + 1_002)
    raise UserError("no free UDP ports on the loopback")


def call_center(config: Config, count: int, ports: Ports) -> Config:
    """The configuration of a call center that is to be measured: nothing but translations."""
    route = {
        "agent": f"sip:agent@127.0.0.1:{ports.agents}",
        "agent_language": "fr",
        "caller_language": "en",
    }
    rtp = f"{ports.rtp}-{ports.rtp_last}"
    bench = {
        "max_calls": count,
        "routes": [route],
        "audio": {"original_db": -60, "comfort_tone_after_ms": 0},
        "sip": {"enabled": True, "port": ports.sip, "rtp_ports": rtp},
        "records": {"enabled": False},
    }
    tree = config.model_dump(mode="json")
    tree["calls"] = bench
    streams = max(config.pipeline.max_streams, 2 * count)
    tree["pipeline"]["max_streams"] = streams
    return Config.model_validate(tree)


class Box:
    """The box under test, in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def started(cls, config: Config, kind: Kind) -> AsyncIterator["Box"]:
        """Run a box until the context is left. Raises UserError when it does not come up."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge_interpreter.evaluation.calls_host",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        host = cls(process)
        try:
            await host._ask({"config": config.model_dump(mode="json"), "engines": kind}, READY_S)
            yield host
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def counts(self) -> dict[str, Any]:
        """What the box has counted so far."""
        return await self._ask({}, 5.0)

    async def until_active(self, count: int) -> None:
        """Wait until the calls are up, or as many as the box takes. Raises UserError for none."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + CONNECT_S + count
        while loop.time() < deadline:
            counts = await self.counts()
            if counts["active"] + counts["refused"] >= count:
                break
            await asyncio.sleep(0.2)
        if not counts["active"]:
            raise UserError("no call came up; is another SIP endpoint in the way?")
        await asyncio.sleep(0.5)

    async def finish(self) -> dict[str, Any]:
        """End every call; the counts of their legs."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        return await self._answer(10.0)

    async def _ask(self, order: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._answer(seconds)

    async def _answer(self, seconds: float) -> dict[str, Any]:
        if self._process.stdout is None:
            return {}
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
            answer: dict[str, Any] = json.loads(line)
        except (TimeoutError, ValueError):
            raise UserError("the box under test did not answer") from None
        return answer
