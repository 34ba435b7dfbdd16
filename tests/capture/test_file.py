import asyncio
import os
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioError
from edge_interpreter.audio.frames import Frame, Samples
from edge_interpreter.capture.file import FileSource, Pace
from edge_interpreter.capture.reading import BLOCKS_AHEAD, read_blocks

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(np.arange(10_000, dtype="<i2").tobytes())
    return path


async def test_a_file_becomes_frames(recording: Path) -> None:
    source = FileSource(recording)
    frames = [frame async for frame in source.frames()]
    assert [frame.position for frame in frames] == [i * 320 for i in range(32)]
    sound = np.concatenate([frame.samples for frame in frames])
    np.testing.assert_array_equal(sound[:10_000] * 32_768, np.arange(10_000))
    assert not sound[10_000:].any()
    assert source.warning is None


async def test_errors_of_the_file_arrive(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
    with pytest.raises(AudioError, match="holds no sound"):
        [frame async for frame in FileSource(tmp_path / "x.wav").frames()]
    with pytest.raises(AudioError, match="No such file"):
        FileSource(tmp_path / "missing.wav")


async def test_in_real_time_no_frame_comes_before_its_end(recording: Path) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    async for frame in FileSource(recording, realtime=True).frames():
        assert clock() - began >= (frame.position + 320) / 16_000 - 0.001
        if frame.position > 3_000:
            break


def test_errors_of_the_clock_do_not_add_up() -> None:
    pace, now = Pace(100.0), 100.0
    for i in range(1_000):
        frame = Frame(i * 320, np.zeros(320, np.float32))
        # Each sleep takes 3 ms too long, and one frame is held up for a second.
        now += pace.wait_s(frame, now) + 0.003 + (1.0 if i == 500 else 0.0)
    assert now == pytest.approx(100 + 20 + 0.003)


async def test_only_so_much_is_read_ahead_and_the_source_is_closed() -> None:
    read: list[int] = []
    closed = threading.Event()

    def blocks() -> Iterator[Samples]:
        for number in range(1_000):
            read.append(number)
            yield np.full(10, number, np.float32)

    async with aclosing(read_blocks(blocks, closed.set)) as taken:
        for number in range(3):
            assert (await anext(taken))[0] == number
        await asyncio.sleep(0.1)
        assert len(read) <= 3 + BLOCKS_AHEAD + 1
        assert not closed.is_set()
    assert await asyncio.to_thread(closed.wait, 5)
    assert len(read) < 20


PROGRAM = """
import asyncio, sys
from edge_interpreter.capture.file import StdinSource

async def main(seconds):
    source = StdinSource()
    total = 0
    try:
        async with asyncio.timeout(seconds):
            async for frame in source.frames():
                total += int((frame.samples != 0).sum())
    except TimeoutError:
        print("nothing more to wait for")
    print(total, source.warning)

asyncio.run(main(float(sys.argv[1])))
"""


def test_raw_sound_from_a_pipe() -> None:
    sound = np.full(5_000, 7, "<i2").tobytes() + b"\x01"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "30"],
        input=sound,
        capture_output=True,
        env=ENVIRONMENT,
        check=True,
    )
    assert done.stdout.decode() == "5000 standard input ends in the middle of a sample\n"
    assert done.stderr == b""


def test_a_pipe_that_nobody_writes_to_does_not_keep_the_program_alive() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "0.2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as program:
        # Its standard input stays open: waiting for its end would be for ever.
        program.wait(20)
        assert program.stdout is not None
        assert program.stdout.read() == b"nothing more to wait for\n0 None\n"
        assert program.returncode == 0
