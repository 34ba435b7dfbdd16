"""`edge-interpreter serve` as a process, with engines whose answers are known."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = """
[server]
state = "state"
[voice_activity]
provider = "tests.server.providers:vad"
[recogniser]
provider = "tests.server.providers:recogniser"
[translator]
provider = "tests.server.providers:translator"
[synthesiser]
provider = "tests.server.providers:synthesiser"
"""


@asynccontextmanager
async def serve(
    folder: Path,
    *options: str,
    config: str = CONFIG,
    wrapper: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Process]:
    """`wrapper` is a command that runs the server under it."""
    path = folder / "config.toml"
    path.write_text(config)
    process = await asyncio.create_subprocess_exec(
        *wrapper,
        *(sys.executable, "-m", "edge_interpreter", "serve", "--config", str(path), *options),
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(process: Process, pattern: str) -> re.Match[str]:
    assert process.stdout is not None
    async with asyncio.timeout(120):
        async for line in process.stdout:
            match = re.search(pattern, line.decode())
            if match:
                return match
    raise AssertionError(f"the server ended without a line like {pattern}")
