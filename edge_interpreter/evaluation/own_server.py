"""A server of our own, started as a user would start it, for benches that need one."""

import asyncio
import http.client
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from edge_interpreter.errors import UserError

READY_S = 90.0
STOP_S = 20.0


@dataclass(frozen=True, slots=True)
class OwnServer:
    """Where the server listens, its process and the seconds from its start to readiness."""

    port: int
    pid: int
    ready_s: float

    @property
    def websocket(self) -> str:
        """Address for `docs/protocol.md`."""
        return f"ws://127.0.0.1:{self.port}/ws"


@asynccontextmanager
async def own_server(*options: str) -> AsyncIterator[OwnServer]:
    """Run `edge-interpreter serve` on a free port of the loopback; raises UserError."""
    port = _free_port()
    command: Sequence[str] = (
        *(sys.executable, "-m", "edge_interpreter", "serve"),
        *("--port", str(port), "--quiet", *options),
    )
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        while not await asyncio.to_thread(_ready, port):
            if process.returncode is not None:
                raise UserError("the server did not start; see: edge-interpreter serve")
            if time.monotonic() - began > READY_S:
                raise UserError(f"the server was not ready within {READY_S:.0f} s")
            await asyncio.sleep(0.05)
        yield OwnServer(port, process.pid, time.monotonic() - began)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
