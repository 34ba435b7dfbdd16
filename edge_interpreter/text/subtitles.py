"""Captions as subtitle files, written cue by cue: WebVTT and SubRip.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip has no standard; this is what players read.
"""

import re
import textwrap
from dataclasses import dataclass
from typing import Protocol, TextIO

LINE_CHARACTERS = 42
"""Longest line, as broadcasters' guidelines have it."""
SHORTEST_CUE_MS = 200

_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# SubRip has no escapes: players take these for markup.
_SRT_REPLACEMENTS = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: times in milliseconds since the sound began; `speaker` is a name or empty."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


class SubtitleWriter(Protocol):
    """Writes cues as they come."""

    def add(self, cue: Cue) -> None:
        """Write one cue, later than asked where it would overlap the one before."""
        ...


class _Times:
    """Keeps cues from overlapping and from having no length."""

    def __init__(self) -> None:
        self._end_ms = 0

    def place(self, cue: Cue) -> tuple[int, int]:
        start = max(cue.start_ms, self._end_ms)
        self._end_ms = max(cue.end_ms, start + SHORTEST_CUE_MS)
        return start, self._end_ms


class VttWriter:
    """WebVTT onto a text stream, which stays the caller's to close; readable after every cue."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._times = _Times()
        stream.write("WEBVTT\n\n")
        stream.flush()

    def add(self, cue: Cue) -> None:
        """See `SubtitleWriter.add`; a cue without text is left out."""
        text = "\n".join(_lines(cue.text)).translate(_VTT_ESCAPES)
        if not text:
            return
        start, end = self._times.place(cue)
        speaker = _plain(cue.speaker).translate(_VTT_ESCAPES)
        voice = f"<v {speaker}>" if speaker else ""
        self._stream.write(f"{_clock(start, '.')} --> {_clock(end, '.')}\n{voice}{text}\n\n")
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
        text = "\n".join(_lines(named)).translate(_SRT_REPLACEMENTS)
        if not text:
            return
        start, end = self._times.place(cue)
        self._index += 1
        times = f"{_clock(start, ',')} --> {_clock(end, ',')}"
        self._stream.write(f"{self._index}\n{times}\n{text}\n\n")
        self._stream.flush()


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _lines(text: str) -> list[str]:
    return textwrap.wrap(_plain(text), LINE_CHARACTERS, break_on_hyphens=False)


def _clock(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"
