"""What long work reports to whoever watches."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Progress(Protocol):
    """A place to show how far fetching, converting and checking are."""

    def note(self, text: str) -> None:
        """Show a line that stays."""
        ...

    def task(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show a task of `total` bytes (0: unknown); the callable is given the bytes done."""
        ...
