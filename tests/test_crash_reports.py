"""A fault is told without what people said, whoever tells it."""

import asyncio
import logging
import resource
import subprocess
import sys

import pytest

from edge_interpreter.crash_reports import describe, report

CANARY = "zanzibar quinces"


def run(script: str) -> "subprocess.CompletedProcess[str]":
    """A process that keeps quiet and then meets a fault."""
    prelude = (
        "import asyncio, ctypes, gc, logging, resource, sys, threading\n"
        "from edge_interpreter import crash_reports\n"
        "crash_reports.keep_quiet(); crash_reports.leave_no_core()\n"
        "logging.basicConfig()\n"
        f"secret = {CANARY!r}\n"
        "def say(): raise ValueError(secret)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", prelude + script], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "script",
    [
        "say()",
        "t = threading.Thread(target=say); t.start(); t.join()",
        "try:\n    say()\nexcept ValueError:\n    logging.exception('a job failed')",
        "try:\n    say()\nexcept ValueError as error:\n    logging.error('failed: %s', error)",
        "try:\n    say()\nexcept ValueError as error:\n    logging.error(error)",
        "class C:\n    def __del__(self): say()\nC()",
        (
            "async def job(): say()\n"
            "async def main():\n"
            "    crash_reports.keep_loop_quiet(asyncio.get_running_loop())\n"
            "    asyncio.create_task(job()); await asyncio.sleep(0); await asyncio.sleep(0)\n"
            "    gc.collect()\n"
            "asyncio.run(main())"
        ),
        "try:\n    say()\nexcept ValueError as error:\n    raise RuntimeError(secret) from error",
    ],
)
def test_no_fault_tells_what_was_said(script: str) -> None:
    done = run(script)
    told = done.stdout + done.stderr
    assert CANARY not in told
    assert "ValueError" in told
    assert "in say" in told


def test_no_memory_image_is_left() -> None:
    done = run(
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert done.stdout.strip() == "(0, 0) 0"
    assert resource.getrlimit(resource.RLIMIT_CORE) is not None


def test_a_report_names_the_way_and_the_cause() -> None:
    def inner() -> None:
        raise KeyError(CANARY)

    def outer() -> None:
        try:
            inner()
        except KeyError as error:
            raise RuntimeError(CANARY) from error

    with pytest.raises(RuntimeError) as caught:
        outer()
    told = report(caught.value)
    assert CANARY not in told
    assert told.index("KeyError") < told.index("RuntimeError")
    assert " in inner" in told
    assert describe(caught.value).startswith("RuntimeError at test_crash_reports.py:")


async def test_other_logging_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    await asyncio.sleep(0)
    logging.getLogger("elsewhere").warning("%s of %d", "one", 2)
    assert caplog.messages == ["one of 2"]
