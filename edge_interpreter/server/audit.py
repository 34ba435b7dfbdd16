"""Who did what as an administrator, when and from where: one JSON object a line.

Nothing that is said or written in a room is in it, and no names of participants: people are named
by their identifiers, administrators by the name of their API key or the identifier of their token.
"""

import json
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from edge_interpreter.server.state import StateDirectory

FILE = "audit.jsonl"
MOST_BYTES = 1 << 20
KEPT_FILES = 10
"""`audit.jsonl.1` is the latest of the older ones."""
MOST_WAITING = 1_000
CONSOLE = "console"
"""Who acts by a command on the box itself; the user's number is told beside it."""

log = logging.getLogger(__name__)
Value = str | int | bool | None


class Audit:
    """Appends to the audit log; safe beside other processes that do the same.

    `record` does not block: a thread writes. `clock` gives Unix seconds.
    """

    def __init__(
        self,
        state: StateDirectory,
        clock: Callable[[], float] = time.time,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._state = state
        self._clock = clock
        self._most_bytes = most_bytes
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._lost = 0

    def record(self, act: str, who: str, address: str, **what: Value) -> None:
        """Note an act such as `room.close`; `what` says on what."""
        if self._waiting >= MOST_WAITING:
            log.error("the audit log is too slow: an act was not noted: %s", act)
            return
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._waiting += 1
        line = self._line(act, who, address, what)
        self._pool.submit(self._append, line).add_done_callback(self._written)

    def record_now(self, act: str, **what: Value) -> None:
        """Note an act of a command on the box, before it returns. Raises UserError."""
        self._append(self._line(act, CONSOLE, "local", {"user": os.getuid(), **what}))

    def close(self) -> None:
        """Wait until all is written."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _line(self, act: str, who: str, address: str, what: dict[str, Value]) -> bytes:
        when = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        entry = {"time": when, "act": act, "who": who, "from": address, **what}
        return json.dumps(entry, ensure_ascii=False).encode() + b"\n"

    def _append(self, line: bytes) -> None:
        with self._state.locked():
            path = self._state.path(FILE)
            if path.exists() and path.stat().st_size + len(line) > self._most_bytes:
                _rotate(path)
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                self._state.hand_over(handle)
                os.write(handle, line)
            finally:
                os.close(handle)

    def _written(self, done: "Future[None]") -> None:
        self._waiting -= 1
        if (error := done.exception()) is not None:
            self._lost += 1
            if self._lost == 1:
                log.error("the audit log cannot be written: %s", error)
        elif self._lost:
            log.error("the audit log is written again; acts not noted meanwhile: %d", self._lost)
            self._lost = 0


def _rotate(path: Path) -> None:
    for number in range(KEPT_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    path.replace(path.with_name(f"{path.name}.1"))
