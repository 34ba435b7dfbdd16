"""One line of a transcript: an utterance as spoken, or in one language it was translated to."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

PlaceKind = Literal["room", "call"]
ORIGINAL = "original"
SKIPPED = "skipped"
"""The fidelity of a line without words: something was said here that is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one person said in one language.

    `wants` is the language it was made for, or `original`. `name` is the participant's name or the
    number that called, `speaker` the participant's identifier or the side of the call. `time` is
    Unix time in milliseconds of the caption, `length_ms` how long it was spoken.
    """

    kind: PlaceKind
    place: str
    utterance: str
    wants: str
    speaker: str
    name: str
    language: str
    text: str
    source_language: str
    original: str
    fidelity: str
    typed: bool
    time: int
    length_ms: int

    def is_of(self, person: str) -> bool:
        """Whether a person, by name, number or identifier, said it."""
        return person.casefold() in (self.name.casefold(), self.speaker.casefold())

    def encode(self) -> bytes:
        """As JSON."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        # A name may hold half a character, which JSON can say and UTF-8 cannot.
        return text.encode("utf-8", "surrogatepass")


_NAMES = frozenset(field.name for field in fields(Line))


def decode(data: bytes) -> Line:
    """The line of `Line.encode`, also of an older or newer version with other fields."""
    found = json.loads(data)
    return Line(**{name: value for name, value in found.items() if name in _NAMES})


def lost_line(
    kind: PlaceKind,
    place: str,
    utterance: str,
    speaker: str,
    name: str,
    time: int,
    length_ms: int,
) -> Line:
    """What stands in a transcript, in every language, for an utterance that was lost."""
    return Line(
        kind=kind,
        place=place,
        utterance=utterance,
        wants=ORIGINAL,
        speaker=speaker,
        name=name,
        language="",
        text="",
        source_language="",
        original="",
        fidelity=SKIPPED,
        typed=False,
        time=time,
        length_ms=length_ms,
    )


def in_language(lines: Iterable[Line], wants: str) -> Iterator[Line]:
    """One line for each utterance, oldest first: in the language wanted, else as it was said."""
    everything = list(lines)
    made = {line.utterance for line in everything if line.wants == wants}
    for line in everything:
        if line.wants == wants or line.fidelity == SKIPPED:
            yield line
        elif line.wants == ORIGINAL and line.utterance not in made:
            yield replace(line, fidelity="same" if line.language == wants else "untranslated")
