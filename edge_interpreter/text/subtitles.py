"""Captions as subtitle files, written cue by cue: WebVTT and SubRip.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip has no standard; this is what players read.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol, TextIO

LINE_CHARACTERS = 42
"""Longest line, as broadcasters' guidelines have it."""
LINES = 2
SHORTEST_CUE_MS = 200

_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# SubRip has no escapes: players take these for markup.
_SRT_REPLACEMENTS = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: times in milliseconds since the sound began; `speaker` is a name or empty.

    `second` is the same in another language, shown below, or empty.
    """

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    second: str = ""


class SubtitleWriter(Protocol):
    """Writes cues as they come."""

    def add(self, cue: Cue) -> None:
        """Write one cue, later than asked where it would overlap the one before.

        A text longer than `LINES` lines becomes several cues in its time.
        """
        ...


class _Times:
    """Keeps cues from overlapping and from having no length."""

    def __init__(self) -> None:
        self._end_ms = 0

    def place(self, cue: Cue, pages: list[str]) -> Iterator[tuple[int, int, str]]:
        """Start, end and text of each page; they share the time of the cue by their length."""
        start = max(cue.start_ms, self._end_ms)
        per_character = (cue.end_ms - start) / sum(map(len, pages))
        for page in pages:
            end = start + max(round(len(page) * per_character), SHORTEST_CUE_MS)
            yield start, end, page
            start = self._end_ms = end


class VttWriter:
    """WebVTT onto a text stream, which stays the caller's to close; readable after every cue."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._times = _Times()
        stream.write("WEBVTT\n\n")
        stream.flush()

    def add(self, cue: Cue) -> None:
        """See `SubtitleWriter.add`; a cue without text is left out."""
        pages = _pages(cue.text, cue.second)
        if not pages:
            return
        speaker = _plain(cue.speaker).translate(_VTT_ESCAPES)
        voice = f"<v {speaker}>" if speaker else ""
        for start, end, page in self._times.place(cue, pages):
            times = f"{_clock(start, '.')} --> {_clock(end, '.')}"
            self._stream.write(f"{times}\n{voice}{page.translate(_VTT_ESCAPES)}\n\n")
        self._stream.flush()


class SrtWriter:
    """SubRip onto a text stream, which stays the caller's to close; readable after every cue."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._times = _Times()
        self._index = 0

    def add(self, cue: Cue) -> None:
        """See `SubtitleWriter.add`; a cue without text is left out."""
        named = f"{cue.speaker}: {cue.text}" if cue.speaker and cue.text.strip() else cue.text
        pages = _pages(named, cue.second)
        if not pages:
            return
        for start, end, page in self._times.place(cue, pages):
            self._index += 1
            times = f"{_clock(start, ',')} --> {_clock(end, ',')}"
            text = page.translate(_SRT_REPLACEMENTS)
            self._stream.write(f"{self._index}\n{times}\n{text}\n\n")
        self._stream.flush()


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _pages(text: str, second: str = "") -> list[str]:
    lines, below = _lines(text), _lines(second)
    if not below or not lines:
        return ["\n".join(lines[i : i + LINES]) for i in range(0, len(lines), LINES)]
    return ["\n".join(filter(None, both)) for both in zip_longest(lines, below)]


def _lines(text: str) -> list[str]:
    return textwrap.wrap(_plain(text), LINE_CHARACTERS, break_on_hyphens=False)


def _clock(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"
