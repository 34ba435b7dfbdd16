import asyncio
import sys

from edge_interpreter.telemetry.processes import processes


async def test_children_are_counted_by_what_they_are() -> None:
    command = (sys.executable, "-m", "edge_interpreter.engines.voices.pico_worker")
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(10):
            # Its command line can be read a moment after it has begun.
            while not (found := processes()).count["pico"]:
                await asyncio.sleep(0.01)
        assert found.count["server"] == 1
        assert found.count["pico"] == 1
        assert found.resident["server"] > 10_000_000
        assert found.cpu_s["server"] > 0
    finally:
        child.kill()
        await child.communicate()
