"""Keeps labels few: what is not a short word, or one too many, becomes `other`."""

import re

OTHER = "other"
MOST = 64
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Labels:
    """The values that a label has had; an engine of somebody's own may invent reasons."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        """The label for a value: itself, or `other`."""
        if value in self._known:
            return value
        if len(self._known) >= self._most or not _WORD.fullmatch(value):
            return OTHER
        self._known.add(value)
        return value
