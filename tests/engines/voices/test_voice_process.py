import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_interpreter.engines.protocols import EngineError
from edge_interpreter.engines.voices import process as module
from edge_interpreter.engines.voices.framing import Message
from edge_interpreter.engines.voices.process import VoiceProcess

FAKE = Path(__file__).with_name("fake_worker.py")


@pytest.fixture
def voices(tmp_path: Path) -> Iterator[VoiceProcess]:
    process = VoiceProcess("fake", command(tmp_path), greeting(tmp_path))
    yield process
    process.close()


def command(directory: Path) -> list[str]:
    return [sys.executable, str(FAKE), str(directory)]


def greeting(path: Path) -> list[Message]:
    return [Message({"type": "load", "voice": "ann", "path": str(path)})]


def said(process: VoiceProcess, text: str) -> bytes:
    answers = process.ask(Message({"type": "speak", "voice": "ann"}, text.encode()))
    assert answers[-1].type == "done"
    return answers[0].payload.rstrip(b"\x40")


def lives(directory: Path) -> int:
    return len((directory / "lives").read_text())


def runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_starts_with_the_first_request(voices: VoiceProcess, tmp_path: Path) -> None:
    assert voices.pid is None
    assert said(voices, "hello") == b"hello"
    assert said(voices, "again") == b"again"
    assert lives(tmp_path) == 1


def test_the_request_in_hand_survives_a_death(voices: VoiceProcess, tmp_path: Path) -> None:
    assert said(voices, "die once, then speak") == b"die once, then speak"
    assert said(voices, "loaded?") == b"ann"
    assert lives(tmp_path) == 2


def test_a_death_between_requests_is_not_noticed(voices: VoiceProcess) -> None:
    said(voices, "hello")
    assert voices.pid is not None
    os.kill(voices.pid, signal.SIGKILL)
    assert said(voices, "still there") == b"still there"


def test_a_request_that_kills_twice_fails_and_the_next_one_does_not(
    voices: VoiceProcess, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match="died twice") as caught:
        said(voices, "die always, secret words")
    assert "secret" not in str(caught.value)
    assert said(voices, "hello") == b"hello"
    assert lives(tmp_path) == 3


def test_a_process_that_keeps_dying_is_left_alone_for_a_while(
    voices: VoiceProcess, tmp_path: Path
) -> None:
    for _ in range(2):
        with pytest.raises(EngineError, match="died twice"):
            said(voices, "die always")
    with pytest.raises(EngineError, match="keeps dying"):
        said(voices, "die always")
    with pytest.raises(EngineError, match="keeps dying"):
        said(voices, "hello")
    assert lives(tmp_path) == 5


def test_a_process_that_hangs_is_replaced(
    voices: VoiceProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices.start()
    pid = voices.pid
    monkeypatch.setattr(module, "ANSWER_TIMEOUT_S", 0.2)
    with pytest.raises(EngineError):
        said(voices, "hang")
    monkeypatch.undo()
    assert said(voices, "hello") == b"hello"
    assert pid is not None
    assert not runs(pid)


def test_garbage_between_messages_is_survived(voices: VoiceProcess) -> None:
    assert said(voices, "print something") == b"print something"


def test_a_failing_voice_says_no_word_of_the_text(voices: VoiceProcess, tmp_path: Path) -> None:
    answers = voices.ask(Message({"type": "speak"}, b"raise secret words"))
    assert [answer.type for answer in answers] == ["failed"]
    assert "secret" not in str(answers)
    assert said(voices, "hello") == b"hello"
    assert lives(tmp_path) == 1


def test_a_process_that_keeps_failing_is_replaced(voices: VoiceProcess, tmp_path: Path) -> None:
    """Out of memory, say: it answers, but never with sound."""
    for _ in range(3):
        [answer] = voices.ask(Message({"type": "speak", "voice": "ann"}, b"fill the memory"))
        assert answer.type == "failed"
    assert said(voices, "hello") == b"hello"
    assert lives(tmp_path) == 2


def test_where_memory_runs_out_it_goes_before_the_server(voices: VoiceProcess) -> None:
    voices.start()
    score = int(Path(f"/proc/{voices.pid}/oom_score_adj").read_text())
    assert score > int(Path("/proc/self/oom_score_adj").read_text())


def test_a_voice_that_is_missing_is_reported_at_start(tmp_path: Path) -> None:
    process = VoiceProcess("fake", command(tmp_path), greeting(tmp_path / "nowhere"))
    answers = process.start()
    process.close()
    assert answers[-1].header["reason"] == "missing"
    assert answers[-1].header["path"] == str(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "program",
    [["/nonexistent/program"], [sys.executable, "-c", ""], [sys.executable, "-c", "print('hi')"]],
)
def test_a_program_that_does_not_start_is_an_error(program: list[str]) -> None:
    process = VoiceProcess("fake", program)
    with pytest.raises(EngineError, match="does not start"):
        process.start()
    process.close()


def test_several_threads_get_their_own_answers(voices: VoiceProcess) -> None:
    got: dict[int, bytes] = {}

    def speak(number: int) -> None:
        got[number] = said(voices, f"number {number}")

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: f"number {number}".encode() for number in range(12)}


def test_closing_ends_it_even_while_it_speaks(voices: VoiceProcess) -> None:
    voices.start()
    pid = voices.pid
    failures: list[EngineError] = []

    def speak() -> None:
        try:
            said(voices, "hang")
        except EngineError as error:
            failures.append(error)

    thread = threading.Thread(target=speak)
    thread.start()
    time.sleep(0.2)
    voices.close()
    thread.join(5)
    assert len(failures) == 1
    assert pid is not None
    assert not runs(pid)
    with pytest.raises(EngineError, match="closed"):
        said(voices, "hello")


def test_ctrl_c_at_the_terminal_does_not_reach_it(voices: VoiceProcess) -> None:
    voices.start()
    assert voices.pid is not None
    assert os.getpgid(voices.pid) != os.getpgid(0)
    os.kill(voices.pid, signal.SIGINT)
    assert said(voices, "hello") == b"hello"


def test_no_orphan_is_left_when_the_server_is_killed(tmp_path: Path) -> None:
    program = f"""
import sys, time
from edge_interpreter.engines.voices.process import VoiceProcess
process = VoiceProcess("fake", {command(tmp_path)!r})
process.start()
print(process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert runs(pid)
        server.kill()
    wait_until_gone(pid)
