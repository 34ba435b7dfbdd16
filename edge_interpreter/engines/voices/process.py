"""Keeps a voice process running and asks it things, one at a time."""

import os
import select
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

import edge_interpreter
from edge_interpreter.engines.voices.framing import FramingError, Message, MessageReader
from edge_interpreter.errors import EngineError

START_TIMEOUT_S = 120.0
ANSWER_TIMEOUT_S = 15.0
"""A process that has given nothing for so long hangs: a clause takes seconds on slow machines."""
_READ_BYTES = 1 << 16
_FAILURES_IN_A_ROW = 5
_PAUSE_S = 10.0
_LAST_ANSWERS = frozenset({"ready", "loaded", "done", "failed"})


class _DiedError(Exception):
    """The process ended, fell silent or talks nonsense."""


def python_command(module: str, *arguments: str) -> list[str]:
    """Runs a module of this package with this Python; nothing is imported from where we stand."""
    return [sys.executable, "-P", "-m", module, *arguments]


class VoiceProcess:
    """A child process that speaks the protocol of `framing`, safe to use from several threads.

    It is started with the first request (or by `start`), greeted with `greeting`, started again
    when it dies (the request in hand is asked once more), and ends with `close`, with the object,
    or with this process, whose end closes its standard input.
    """

    def __init__(self, name: str, command: Sequence[str], greeting: Sequence[Message] = ()) -> None:
        self._name = name
        self._command = list(command)
        self._greeting = tuple(greeting)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._running: _Running | None = None
        self._failures = 0
        self._pause_until = 0.0
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The process id, None when it does not run."""
        running = self._running
        return running.process.pid if running and running.process.poll() is None else None

    def start(self) -> list[Message]:
        """Start the process if it does not run; the answers to the greeting.

        Raises EngineError when it does not start; an answer may be `failed`.
        """
        with self._lock:
            return self._ensure().greeted

    def ask(self, request: Message) -> list[Message]:
        """All answers to a request, the last of them `done`, `loaded` or `failed`.

        Raises EngineError when the process dies twice over it, or has been closed.
        """
        with self._lock:
            for attempt in (1, 2):
                running = self._ensure()
                try:
                    answers = running.ask(request, ANSWER_TIMEOUT_S)
                except _DiedError:
                    self._drop(running)
                    if attempt == 2:
                        break
                else:
                    self._failures = 0
                    return answers
            raise EngineError(f"the voice process ({self._name}) died twice over one sentence")

    def close(self) -> None:
        """End the process; a request under way fails."""
        self._closed.set()
        if (running := self._running) is not None:
            # Who waits for an answer sees its end and lets go of the lock.
            running.process.kill()
        with self._lock:
            if self._running is not None:
                self._running.stop()
                self._running = None

    def _ensure(self) -> "_Running":
        if self._running is not None and self._running.process.poll() is None:
            return self._running
        if self._running is not None:
            self._drop(self._running)
        now = time.monotonic()
        if self._closed.is_set():
            raise EngineError(f"the voice process ({self._name}) has been closed")
        if now < self._pause_until:
            raise EngineError(f"the voice process ({self._name}) keeps dying")
        try:
            running = _Running(self._command)
        except OSError as error:
            raise EngineError(
                f"the voice process ({self._name}) does not start: {error.strerror}"
            ) from error
        self._running = running
        self.starts += 1
        if self._closed.is_set():
            running.process.kill()
        try:
            running.greet(self._greeting)
        except _DiedError as error:
            self._drop(running)
            raise EngineError(f"the voice process ({self._name}) does not start") from error
        return running

    def _drop(self, running: "_Running") -> None:
        running.stop()
        self._running = None
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW:
            self._pause_until = time.monotonic() + _PAUSE_S


class _Running:
    """One life of the process."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        self.greeted: list[Message] = []
        self.stop = weakref.finalize(self, _end, self.process)
        self._reader = MessageReader()

    def greet(self, greeting: Sequence[Message]) -> None:
        self.greeted = self._receive(START_TIMEOUT_S)
        if self.greeted[-1].type == "ready":
            for message in greeting:
                self.greeted += self.ask(message, START_TIMEOUT_S)

    def ask(self, request: Message, timeout_s: float) -> list[Message]:
        stdin = self.process.stdin
        try:
            rest = memoryview(request.encode())
            while rest and stdin is not None:
                rest = rest[stdin.write(rest) :]
        except (OSError, ValueError) as error:
            raise _DiedError from error
        return self._receive(timeout_s)

    def _receive(self, timeout_s: float) -> list[Message]:
        answers: list[Message] = []
        while not answers or answers[-1].type not in _LAST_ANSWERS:
            try:
                answers += self._reader.feed(self._read(timeout_s))
            except (FramingError, OSError, ValueError) as error:
                raise _DiedError from error
        return answers

    def _read(self, timeout_s: float) -> bytes:
        if self.process.stdout is None:
            raise _DiedError
        pipe = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        data = os.read(pipe, _READ_BYTES) if poll.poll(timeout_s * 1000) else b""
        if not data:
            raise _DiedError
        return data


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _environment() -> dict[str, str]:
    """One thread for number crunching beside the engine's own, and this very package."""
    root = str(Path(edge_interpreter.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
