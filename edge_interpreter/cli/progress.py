"""How far long work is: bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from edge_interpreter.models.progress import Progress

_LINE_EVERY_S = 10.0


def progress_for(stream: TextIO | None = None) -> Progress:
    """Bars where `stream` (standard error) is a terminal, else lines."""
    stream = stream or sys.stderr
    return BarProgress(stream) if stream.isatty() else LineProgress(stream)


class LineProgress:
    """A line when a task begins, one every ten seconds while it lasts, and one when it is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def note(self, text: str) -> None:
        """Print a line."""
        print(text, file=self._stream, flush=True)

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Print lines about a task of `total` bytes (0: unknown)."""
        size = f" ({megabytes(total)})" if total else ""
        self.note(f"{label}{size} ...")
        last = began = time.monotonic()

        def show(done: int) -> None:
            nonlocal last
            now = time.monotonic()
            if total and now - last >= _LINE_EVERY_S:
                last = now
                self.note(f"{label}: {100 * done // total} %")

        yield show
        self.note(f"{label}: done in {time.monotonic() - began:.0f} s")


class BarProgress:
    """A bar that goes away when its task is done."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=stream, highlight=False)

    def note(self, text: str) -> None:
        """Print a line."""
        self._console.print(text, markup=False)

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar for a task of `total` bytes (0: unknown, a moving bar)."""
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TransferSpeedColumn,
        )

        counters = (DownloadColumn(), TransferSpeedColumn()) if total else ()
        text = TextColumn("{task.description}", markup=False)
        columns = (text, BarColumn(), *counters, TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bars:
            bar = bars.add_task(label, total=total or None)
            yield lambda done: bars.update(bar, completed=done)


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
