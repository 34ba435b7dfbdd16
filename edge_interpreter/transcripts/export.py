"""A transcript as a file: WebVTT, SubRip, JSON or plain text, on wish with the original words."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

from edge_interpreter.text.subtitles import Cue, SrtWriter, SubtitleWriter, VttWriter
from edge_interpreter.transcripts.line import SKIPPED, Line

Format = Literal["txt", "vtt", "srt", "json"]
MEDIA_TYPES: dict[Format, str] = {
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "json": "application/json",
}
GAP = "[…]"
"""What is read where something was said that is missing."""
_LEFT_OUT = frozenset({"kind", "place", "wants"})


def export(lines: Sequence[Line], form: Format, *, bilingual: bool = False) -> str:
    """The file's content; `lines` are in one language (see `in_language`), oldest first."""
    if form == "json":
        rows = [
            {name: value for name, value in asdict(line).items() if name not in _LEFT_OUT}
            for line in lines
        ]
        return json.dumps(rows, ensure_ascii=False, indent=1)
    if form == "txt":
        return "".join(_text(line, bilingual) for line in lines)
    stream = io.StringIO()
    writer: SubtitleWriter = VttWriter(stream) if form == "vtt" else SrtWriter(stream)
    # Each speaker's own clock starts when they came; the moment a caption was made is common.
    begin = lines[0].time - lines[0].length_ms if lines else 0
    for line in lines:
        end = line.time - begin
        second = _second(line) if bilingual else ""
        writer.add(Cue(max(0, end - line.length_ms), end, _first(line), line.name, second))
    return stream.getvalue()


def _text(line: Line, bilingual: bool) -> str:
    second = _second(line) if bilingual else ""
    return f"{line.name}: {_first(line)}\n" + (f"    {second}\n" if second else "")


def _first(line: Line) -> str:
    return GAP if line.fidelity == SKIPPED else line.text


def _second(line: Line) -> str:
    return line.original if line.text != line.original else ""
