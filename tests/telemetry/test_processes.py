import subprocess
import sys
import time

from edge_interpreter.telemetry.processes import processes


def test_children_are_counted_by_what_they_are() -> None:
    command = (sys.executable, "-m", "edge_interpreter.engines.voices.pico_worker")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            end = time.monotonic() + 10
            # Its command line can be read a moment after it has begun.
            while not (found := processes()).count["pico"] and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            child.kill()
    assert found.count["server"] == 1
    assert found.count["pico"] == 1
    assert found.resident["server"] > 10_000_000
    assert found.cpu_s["server"] > 0
