"""A room's captions as a file, where the configuration allows it."""

import io
import json
from typing import Literal

from edge_interpreter.rooms.history import ORIGINAL
from edge_interpreter.rooms.messages import Caption
from edge_interpreter.rooms.room import Room
from edge_interpreter.text.subtitles import Cue, VttWriter

Format = Literal["txt", "vtt", "json"]
MEDIA_TYPES: dict[Format, str] = {
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "json": "application/json",
}


def transcript(room: Room, language: str, kind: Format) -> str:
    """What is remembered of a room in one language (`original`: as spoken), oldest first."""
    captions = list(room.history.missed(language or ORIGINAL, 0, with_original=True))
    if kind == "json":
        return json.dumps([_fields(caption) for caption in captions], ensure_ascii=False, indent=1)
    if kind == "vtt":
        return _vtt(captions)
    return "".join(f"{caption.name}: {caption.text}\n" for caption in captions)


def _fields(caption: Caption) -> dict[str, object]:
    return {
        "time": caption.time,
        "name": caption.name,
        "language": caption.language,
        "text": caption.text,
        "source_language": caption.source_language,
        "original": caption.original,
        "fidelity": caption.fidelity,
    }


def _vtt(captions: list[Caption]) -> str:
    stream = io.StringIO()
    writer = VttWriter(stream)
    lengths = [caption.end_ms - caption.start_ms for caption in captions]
    # Each speaker's own clock starts when they came; the moment a caption was made is common.
    begin = captions[0].time - lengths[0] if captions else 0
    for caption, length in zip(captions, lengths, strict=True):
        end = caption.time - begin
        writer.add(Cue(max(0, end - length), end, caption.text, caption.name))
    return stream.getvalue()
