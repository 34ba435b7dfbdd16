"""What `evaluate` is given: recordings and what is known of them, one JSON object a line."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_interpreter.errors import UserError
from edge_interpreter.languages import normalise

NO_SPEECH = "none"
"""Language of recordings that hold no speech: whatever is heard in them is invented."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a recording in one language (BCP-47), in seconds."""

    language: str
    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Recording:
    """A line of the manifest.

    `translations` maps targets to known translations; `to` are all targets. `segments` are there
    where the language changes; `text` and `language` are then those of no one language.
    `background` are the words of somebody farther away, who is not to be heard; `kind` names
    what sort of sound it is.
    """

    audio: Path
    language: str
    text: str
    translations: dict[str, str]
    to: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    background: str | None = None
    kind: str = ""


def read_manifest(path: Path) -> list[Recording]:
    """The recordings of a JSON-lines file; paths are relative to it. Raises UserError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}") from None
    return [_recording(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _recording(path: Path, number: int, line: str) -> Recording:
    try:
        fields = json.loads(line)
        segments = tuple(_segment(each) for each in fields.get("segments", ()))
        language = fields["language"] if not segments else segments[0].language
        translations = {
            normalise(target): str(text) for target, text in fields.get("translations", {}).items()
        }
        wanted = [normalise(target) for target in fields.get("to", ())]
        return Recording(
            audio=path.parent / fields["audio"],
            language=language if language == NO_SPEECH else normalise(language),
            text=str(fields.get("text", "")),
            translations=translations,
            to=tuple(dict.fromkeys([*translations, *wanted])),
            segments=segments,
            background=fields.get("background"),
            kind=str(fields.get("kind", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}, line {number}: {error!r}") from None


def _segment(fields: dict[str, Any]) -> Segment:
    return Segment(
        normalise(fields["language"]),
        str(fields["text"]),
        float(fields["start_s"]),
        float(fields["end_s"]),
    )
