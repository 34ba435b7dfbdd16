"""Takes pieces out of a sentence before translation and puts what they should be into the result.

Stand-ins were chosen by trying some thirty shapes on OPUS-MT en-fr and fr-en and Argos zh-en:
`QX1` and numbers such as `991` came through every sentence; brackets, `#1`, `__1__` and the like
did not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mask:
    """Characters `start:end` of a sentence, and what stands for them in its translation."""

    start: int
    end: int
    wanted: str
    as_number: bool = False


@dataclass(frozen=True, slots=True)
class Masked:
    """A sentence with stand-ins: `text`, and (stand-in, wanted text) in order."""

    text: str
    stand_ins: tuple[tuple[str, str], ...]

    def restore(self, translation: str) -> str | None:
        """The translation with what was wanted; None where a stand-in was lost or doubled."""
        wanted = dict(self.stand_ins)
        if not wanted:
            return translation
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in wanted))
        if sorted(pattern.findall(translation)) != sorted(wanted):
            return None
        return pattern.sub(lambda match: wanted[match.group()], translation)


def mask(text: str, masks: Sequence[Mask]) -> Masked:
    """`text` with its masked pieces replaced; masks must not overlap."""
    stand_ins: list[tuple[str, str]] = []
    pieces, position = [], 0
    for number, item in enumerate(sorted(masks, key=lambda item: item.start), 1):
        name = _stand_in(text, number, item.as_number)
        stand_ins.append((name, item.wanted))
        pieces += [text[position : item.start], name]
        position = item.end
    pieces.append(text[position:])
    return Masked("".join(pieces), tuple(stand_ins))


def _stand_in(text: str, number: int, as_number: bool) -> str:
    names = (f"99{n}" if as_number else f"QX{n}" for n in range(number, 100))
    return next((name for name in names if name not in text), f"QX{number}")
