"""The side of a voice process: reads requests, speaks, answers. See `framing`."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from edge_interpreter import crash_reports
from edge_interpreter.engines.voices import framing
from edge_interpreter.engines.voices.framing import FramingError, Message, read_message

_OOM_SCORE = 800
_MOST_FAILURES = 3
"""After so many in a row something is wrong with this process, such as a lack of memory."""


class RefusedError(Exception):
    """A request that cannot be answered: one of the reasons in `framing`, and a path or ""."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


class Speaker(Protocol):
    """What a voice process can do; `RefusedError` where it cannot."""

    def load(self, voice: str, path: str, config: str) -> None:
        """Make a voice ready."""
        ...

    def speak(self, voice: str, text: str, speed: float) -> Iterator[tuple[int, bytes]]:
        """Sampling rate (Hz) and s16le samples of pieces of the text."""
        ...


def serve(make_speaker: Callable[[], Speaker]) -> int:
    """Answer requests until standard input ends; the exit status."""
    crash_reports.keep_quiet()
    _go_first()  # before what follows takes /proc/self away from its owner
    crash_reports.leave_no_core()
    # Ctrl-C is for the server, which drains and then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, _take_standard_output()
    with contextlib.suppress(BrokenPipeError):
        try:
            speaker = make_speaker()
        except RefusedError as refusal:
            _send(answers, _failed(refusal))
            return 1
        _send(answers, Message({"type": "ready"}))
        failures = 0
        while failures < _MOST_FAILURES:
            try:
                request = read_message(requests)
            except FramingError:
                return 1
            if request is None:
                return 0
            for answer in _answers(speaker, request):
                _send(answers, answer)
            broken = answer.header.get("reason") == framing.NOT_SPOKEN
            failures = failures + 1 if broken else 0
    return 1


def _go_first() -> None:
    """Where memory runs out the kernel is to end this process, which is started again at once."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))


def _take_standard_output() -> BinaryIO:
    """The pipe to the server; what libraries print goes nowhere instead of between messages."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return answers


def _send(answers: BinaryIO, message: Message) -> None:
    answers.write(message.encode())
    answers.flush()


def _answers(speaker: Speaker, request: Message) -> Iterator[Message]:
    header = request.header
    voice = str(header.get("voice", ""))
    try:
        if request.type == "load":
            speaker.load(voice, str(header.get("path", "")), str(header.get("config", "")))
            yield Message({"type": "loaded"})
        elif request.type == "speak":
            speed = float(str(header.get("speed", 1.0)))
            for rate, pcm in speaker.speak(voice, request.payload.decode(), speed):
                yield Message({"type": "audio", "rate": rate}, pcm)
            yield Message({"type": "done"})
        else:
            yield _failed(RefusedError(framing.UNSUPPORTED))
    except RefusedError as refusal:
        yield _failed(refusal)
    except Exception:  # its text may hold what was to be spoken
        yield _failed(RefusedError(framing.NOT_SPOKEN))


def _failed(refusal: RefusedError) -> Message:
    return Message({"type": "failed", "reason": refusal.reason, "path": refusal.path})
