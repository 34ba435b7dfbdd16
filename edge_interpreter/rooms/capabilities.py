"""What the installed models can do with each language."""

from dataclasses import dataclass

from edge_interpreter.engines.loading import Engines
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Languages (BCP-47 tags) that are recognised, translated (source, target) and spoken."""

    recognised: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    voices: frozenset[str]

    @classmethod
    def of(cls, engines: Engines) -> "Capabilities":
        """What these engines say of themselves."""
        return cls(
            frozenset(engines.recogniser.languages),
            engines.translator.pairs(),
            engines.synthesiser.languages(),
        )

    @property
    def sources(self) -> frozenset[str]:
        """Languages that can be translated from."""
        return frozenset(source for source, _ in self.pairs)

    @property
    def targets(self) -> frozenset[str]:
        """Languages that can be translated to."""
        return frozenset(target for _, target in self.pairs)

    def check(self, wishes: Wishes) -> None:
        """Refuse wishes that no installed model can fulfil. Raises Refusal."""
        spoken, target = wishes.spoken_language, wishes.target
        if spoken is not None and spoken not in self.recognised:
            raise Refusal("language_unavailable", f"no installed model recognises '{spoken}'")
        if target is not None and target not in self.targets | self.recognised:
            raise Refusal("language_unavailable", f"no installed model translates to '{target}'")
