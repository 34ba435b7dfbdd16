"""What a participant speaks, wants and may do."""

from dataclasses import dataclass, fields

NONE = "none"
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Wishes:
    """The settings a participant chooses; `docs/protocol.md` describes them at `hello`."""

    name: str = ""
    speaks: str = NONE
    wants: str = NONE
    captions: bool = True
    audio: bool = False
    partials: bool = True
    with_original: bool = False
    hear_self: bool = False
    timings: bool = False
    rate: int = 16_000

    @property
    def target(self) -> str | None:
        """The language to translate into, if any."""
        return None if self.wants in (NONE, "original") else self.wants

    @property
    def spoken_language(self) -> str | None:
        """The language always spoken, if it is fixed."""
        return None if self.speaks in (NONE, AUTO) else self.speaks


WISH_NAMES = frozenset(field.name for field in fields(Wishes))
