"""What listeners want of a stream, which decides what work is done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """Target languages (BCP-47 tags) wanted as captions and, of those, as speech.

    `partials` asks for first ideas in the language spoken, `partial_captions` for those in other
    languages. `hurried` are those whose listeners have much still to hear: they are spoken faster.
    """

    captions: frozenset[str] = frozenset()
    speech: frozenset[str] = frozenset()
    partials: bool = False
    partial_captions: frozenset[str] = frozenset()
    hurried: frozenset[str] = frozenset()

    @property
    def targets(self) -> frozenset[str]:
        """Every language that needs a translation."""
        return self.captions | self.speech


NOTHING = Demand()
