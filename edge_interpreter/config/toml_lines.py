"""Where in a TOML text each key stands: what `tomllib` does not tell."""

import re
import tomllib
from bisect import bisect_right

Location = tuple[str | int, ...]
"""The way to a key: names of tables, and numbers of entries in lists."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}#\n]+")
_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def key_lines(text: str) -> dict[Location, int]:
    """The line (from 1) of every table, key and list entry; `text` must be valid TOML."""
    return _Scanner(text).scan()


class _Scanner:
    """Goes over the text once; that it is valid was checked before."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Location, int] = {}
        self._entries: dict[Location, int] = {}

    def scan(self) -> dict[Location, int]:
        table: Location = ()
        while self._skip(_GAP):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _skip(self, pattern: "re.Pattern[str]") -> bool:
        """Go over what matches; whether text is left."""
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at < len(self._text)

    def _record(self, location: Location) -> None:
        line = bisect_right(self._ends, self._at - 1) + 1
        self._lines.setdefault(location, line)

    def _header(self) -> Location:
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        location = self._within_entries(self._key())
        if brackets == 2:
            self._record(location)
            self._entries[location] = self._entries.get(location, -1) + 1
            location = (*location, self._entries[location])
        elif location in self._entries:
            location = (*location, self._entries[location])
        self._record(location)
        self._at += brackets
        return location

    def _within_entries(self, key: tuple[str, ...]) -> Location:
        """The location that a header names: a list on the way means its latest entry."""
        location: Location = ()
        for step in key:
            if location in self._entries:
                location = (*location, self._entries[location])
            location = (*location, step)
        return location

    def _pair(self, table: Location) -> None:
        start = self._at
        key = self._key()
        end, self._at = self._at, start
        for size in range(1, len(key) + 1):
            self._record((*table, *key[:size]))
        self._at = end + 1
        self._skip(_SPACE)
        self._value((*table, *key))

    def _key(self) -> tuple[str, ...]:
        steps: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self._text, self._at)
            match = quoted or _BARE.match(self._text, self._at)
            if match is None:
                return tuple(steps)
            self._at = match.end()
            steps.append(tomllib.loads(f"k = {match[0]}")["k"] if quoted else match[0])
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return tuple(steps)
            self._at += 1

    def _value(self, location: Location) -> None:
        self._record(location)
        first = self._text[self._at : self._at + 1]
        if first == "[":
            self._list(location)
        elif first == "{":
            self._inline_table(location)
        else:
            self._skip(_STRING if first in ('"', "'") else _PLAIN)

    def _list(self, location: Location) -> None:
        self._at += 1
        number = 0
        while self._skip(_GAP) and self._text[self._at] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._value((*location, number))
            number += 1
        self._at += 1

    def _inline_table(self, location: Location) -> None:
        self._at += 1
        while self._skip(_GAP) and self._text[self._at] != "}":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._pair(location)
        self._at += 1
